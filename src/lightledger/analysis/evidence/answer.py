"""What an answer is, and the thresholds that several questions share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: An excess under this is none to speak of.
CALM_BELOW = 2.0
#: Points or pairs that a correlation needs.
MIN_POINTS = 10


class Mark(Enum):
    """An answer; the value is its word."""

    OK = "ok"
    DOUBT = "doubt"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes
    ----------
    mark : Mark
    number : str
        What it rests on, short, such as 'r 0.93'.
    words : str
        The numbers in a sentence.
    subject : str
        What it is about where that is found out, such as 'fwhm_px'.
    """

    mark: Mark
    number: str = ""
    words: str = ""
    subject: str = ""
