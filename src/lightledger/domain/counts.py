"""Counts as they are said: the one place where a number meets its noun."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """A count and its noun.

    Parameters
    ----------
    count : int
    one, many : str
        The noun, and whatever else has to agree, of one and of more; ``many`` is ``one`` with an s.

    >>> counted(1, "visit"), counted(1200, "visit"), counted(0, "row has", "rows have")
    ('1 visit', '1,200 visits', '0 rows have')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
