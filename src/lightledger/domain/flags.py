"""The one registry of quality flags: bit, name, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np


class Flag(IntFlag):
    """Why a point is not, or not fully, to be trusted."""

    OUTSIDE = 1 << 0
    NO_COVERAGE = 1 << 1
    BAD_PIXELS = 1 << 2
    TRUNCATED = 1 << 3
    SATURATED = 1 << 4
    COSMIC_RAY = 1 << 5
    LOW_COVERAGE = 1 << 6
    FRAME_PROBLEM = 1 << 7
    NOT_FINITE = 1 << 8
    UNCERTAIN_POSITION = 1 << 9
    REJECTED = 1 << 10
    NOT_DETECTED = 1 << 11
    QUALITY_BAD = 1 << 12
    QUALITY_NOTE = 1 << 13


@dataclass(frozen=True)
class FlagEntry:
    """One line of the registry."""

    flag: Flag
    name: str
    meaning: str


REGISTRY: tuple[FlagEntry, ...] = (
    FlagEntry(Flag.OUTSIDE, "outside", "the object is outside the frame"),
    FlagEntry(Flag.NO_COVERAGE, "no_coverage", "no exposure covers the aperture (not observed)"),
    FlagEntry(Flag.BAD_PIXELS, "bad_pixels", "bad or missing pixels in the aperture"),
    FlagEntry(Flag.TRUNCATED, "truncated", "the aperture is cut by the edge of the frame"),
    FlagEntry(Flag.SATURATED, "saturated", "a pixel reaches 90 % of the saturation level"),
    FlagEntry(Flag.COSMIC_RAY, "cosmic_ray", "a cosmic ray was removed in the aperture"),
    FlagEntry(Flag.LOW_COVERAGE, "low_coverage", "coverage below half of the frame's median"),
    FlagEntry(Flag.FRAME_PROBLEM, "frame_problem", "the frame as a whole has a problem"),
    FlagEntry(Flag.NOT_FINITE, "not_finite", "the measurement gave no finite number"),
    FlagEntry(
        Flag.UNCERTAIN_POSITION,
        "uncertain_position",
        "position by star matching, not by a WCS, or an ambiguous match with a catalogue",
    ),
    FlagEntry(
        Flag.REJECTED, "rejected", "rejected by the user (journal; never stored in a record)"
    ),
    FlagEntry(
        Flag.NOT_DETECTED,
        "not_detected",
        "observed, but not detected, or not in the catalogue of the visit (no value is not a value "
        "of zero; where an error is given, three times it is the upper limit)",
    ),
    FlagEntry(
        Flag.QUALITY_BAD,
        "quality_bad",
        "quality bits of an imported light curve forbid its use",
    ),
    FlagEntry(
        Flag.QUALITY_NOTE,
        "quality_note",
        "quality bits of an imported light curve that forbid nothing",
    ),
)

#: Points with any of these do not enter statistics or zero points unless asked.
DEFAULT_MASK: int = int(
    Flag.OUTSIDE
    | Flag.NO_COVERAGE
    | Flag.BAD_PIXELS
    | Flag.TRUNCATED
    | Flag.SATURATED
    | Flag.FRAME_PROBLEM
    | Flag.NOT_FINITE
    | Flag.REJECTED
    | Flag.NOT_DETECTED
    | Flag.QUALITY_BAD
)


def names_of(flags: int) -> tuple[str, ...]:
    """Names of the bits set in ``flags``, in the order of the registry.

    >>> names_of(Flag.SATURATED | Flag.TRUNCATED)
    ('truncated', 'saturated')
    """
    return tuple(entry.name for entry in REGISTRY if flags & entry.flag)


def mask_of(names: str) -> int:
    """Bit mask of comma-separated flag names; 'none' is 0 and 'default' the default mask.

    Raises
    ------
    ValueError
        For a name that is not in the registry, naming those that are.

    >>> mask_of("saturated,truncated")
    24
    """
    known = {entry.name: int(entry.flag) for entry in REGISTRY}
    known |= {"none": 0, "default": DEFAULT_MASK}
    mask = 0
    for name in filter(None, (part.strip() for part in names.split(","))):
        if name not in known:
            raise ValueError(f"no flag named {name!r}; flags are {', '.join(known)}")
        mask |= known[name]
    return mask


def is_good(value: np.ndarray, flags: np.ndarray, mask: int = DEFAULT_MASK) -> np.ndarray:
    """Boolean array: the value is finite and no flag of ``mask`` is set."""
    return np.isfinite(value) & ((flags & np.uint16(mask)) == 0)
