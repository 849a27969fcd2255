"""A template made out of one real name: a person says which part is what."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ENDING = re.compile(r"\.((?:fits?|fts)(?:\.(?:gz|fz|bz2|xz|Z))?|fz|gz)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9+]+")

#: First character, the one behind the last.
Span = tuple[int, int]


def words_of(name: str) -> list[Span]:
    """The parts of a name that can mean something: words, and the ending as one.

    >>> [("IDF_gr1_ch1.fits.fz")[a:b] for a, b in words_of("IDF_gr1_ch1.fits.fz")]
    ['IDF', 'gr1', 'ch1', 'fits.fz']
    """
    ending = _ENDING.search(name)
    stop = ending.start() if ending else len(name)
    words = [match.span() for match in _WORD.finditer(name, 0, stop)]
    return [*words, ending.span(1)] if ending else words


def ending_of(name: str) -> Span | None:
    """Where the extension stands."""
    ending = _ENDING.search(name)
    return ending.span(1) if ending else None


def pattern_of(
    name: str, marks: Mapping[str, Span], written: Mapping[str, str] | None = None
) -> str:
    """The template in which the marked parts of a name are fields and the rest stands as it is.

    Folders belong to it from the first that has a mark on. A field that a letter or digit follows
    says what it looks like, so that it can be told from what follows.

    Parameters
    ----------
    marks : mapping of field to span
        Must not overlap.
    written : mapping of field to text, optional
        How fields are written that stand in the template already, such as ``{band:ch#}``.

    >>> pattern_of("a/IDF_gr1_ch1.fits", {"visit": (6, 9), "band": (10, 13), "ext": (14, 18)})
    'IDF_{visit}_{band}.{ext}'
    """
    placed = sorted((_with_sign(name, field, span), field) for field, span in marks.items())
    first = min((span[0] for span, _ in placed), default=len(name))
    start = name.rfind("/", 0, first) + 1
    pieces, at = [], start
    for (a, b), field in placed:
        pieces.append(name[at:a])
        text = name[a:b]
        follows = name[b : b + 1]
        plain = field == "visit" or _WORD.fullmatch(text) or field in ("suffix", "ext")
        told = "" if plain and not follows.isalnum() else f":{_looks(text)}"
        known = (written or {}).get(field)
        pieces.append(known or f"{{{field}{told}}}")
        at = b
    return "".join([*pieces, name[at:]])


def _with_sign(name: str, field: str, span: Span) -> Span:
    """A suffix begins with its '_'."""
    a, b = span
    return (a - 1, b) if field == "suffix" and name[a - 1 : a] == "_" else (a, b)


def _looks(text: str) -> str:
    return re.sub(r"[0-9]+", "#", text)
