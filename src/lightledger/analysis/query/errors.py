"""What is wrong with a query, and where in its text."""

from __future__ import annotations

from collections.abc import Sequence

from lightledger.domain import LightledgerError

from .names import quoted


class QueryError(LightledgerError):
    """An expression that cannot be read, or not be evaluated; one line, with the place.

    Attributes
    ----------
    position, length : int
        Which characters of the expression it is about, the first being 0.
    near : tuple of str
        Names that may have been meant.
    """

    def __init__(
        self,
        what: str,
        position: int = 0,
        length: int = 1,
        advice: str = "",
        near: Sequence[str] = (),
    ) -> None:
        self.position = position
        self.length = length
        self.near = tuple(near)
        if near and not advice:
            advice = f"did you mean {' or '.join(map(quoted, near))}?"
        super().__init__(f"{_line(what)} (character {position + 1})", advice=_line(advice))


class NoSuchColumn(KeyError):
    """Raised by columns that can say more about a name than that they do not have it."""

    def __init__(self, what: str, near: Sequence[str] = ()) -> None:
        self.what = what
        self.near = tuple(near)
        super().__init__(what)


def _line(text: str) -> str:
    """One line of bearable length, whatever names it quotes."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain if len(plain) <= 200 else plain[:199] + "…"
