"""Which verdicts the keys 1 to 9 give: an editable set, in the order of the keys."""

from __future__ import annotations

from collections.abc import Sequence

from lightledger.library.verdicts import VERDICTS

#: There are nine keys.
MOST = 9
#: Its word stands first in a second look: what nobody was sure of.
UNSURE = 7
_WRITTEN = {"agn": "AGN"}


def parse(text: str) -> tuple[str, ...]:
    """The verdicts of a setting, by commas; empty places keep the key of what stands there first.

    >>> parse("variable, lens,, AGN")
    ('variable', 'lens', 'agn', 'periodic', 'blend', 'instrument', 'moving', 'unsure', 'constant')
    """
    own = [" ".join(word.split()) for word in text.split(",")][:MOST]
    words = [
        _plain(word) or VERDICTS[place] for place, word in enumerate(own + [""] * (MOST - len(own)))
    ]
    return tuple(words)


def _plain(word: str) -> str:
    """As the journal knows it."""
    return word.casefold() if word.casefold() in VERDICTS else word


def spoken(verdict: str) -> str:
    """A verdict as people write it.

    >>> spoken("agn"), spoken("variable")
    ('AGN', 'variable')
    """
    return _WRITTEN.get(verdict, verdict)


def text_of(verdicts: Sequence[str]) -> str:
    """The setting that holds these verdicts."""
    return ", ".join(map(spoken, verdicts))
