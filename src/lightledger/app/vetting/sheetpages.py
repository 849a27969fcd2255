"""Which pages of a contact sheet are drawn, and where each goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lightledger.domain import LightledgerError, counted

COLUMNS, ROWS = 4, 5
A_PAGE = COLUMNS * ROWS
#: So many pages are drawn unless others are asked for: half a minute.
MOST = 50


@dataclass(frozen=True)
class Pages:
    """Some of the pages that a list fills.

    Attributes
    ----------
    n_object : int
        In the whole list.
    first, last : int
        Counted from 1.
    """

    n_object: int
    first: int
    last: int

    @property
    def n_page(self) -> int:
        """Of the whole list."""
        return pages_of(self.n_object)

    @property
    def places(self) -> range:
        """Places in the list that they show."""
        return range((self.first - 1) * A_PAGE, min(self.last * A_PAGE, self.n_object))

    @property
    def words(self) -> str:
        """Such as '41 objects on 3 pages' or 'pages 1 to 50 of 2,500, 1,000 of 50,000 objects'."""
        if (self.first, self.last) == (1, self.n_page):
            return list_words(self.n_object)
        which = f"pages {self.first:,} to {self.last:,}"
        if self.first == self.last:
            which = f"page {self.first:,}"
        return f"{which} of {self.n_page:,}, {len(self.places):,} of {self.n_object:,} objects"

    def paths(self, path: Path) -> list[Path]:
        """One page in all under the name itself, more with their numbers at its end.

        >>> [p.name for p in Pages(41, 2, 3).paths(Path("sheet.png"))]
        ['sheet-2.png', 'sheet-3.png']
        """
        if self.n_page == 1:
            return [path.with_suffix(".png")]
        digits = len(str(self.n_page))
        numbers = range(self.first, self.last + 1)
        return [path.with_name(f"{path.stem}-{n:0{digits}d}.png") for n in numbers]


def pages_of(n_object: int) -> int:
    """How many pages a list fills.

    >>> pages_of(20), pages_of(21)
    (1, 2)
    """
    return max(1, -(-n_object // A_PAGE))


def list_words(n_object: int) -> str:
    """How many objects are on how many pages."""
    n = pages_of(n_object)
    return f"{counted(n_object, 'object')} on {counted(n, 'page')}"


def first_pages(n_object: int) -> Pages:
    """All of them, or the first `MOST`."""
    return Pages(n_object, 1, min(pages_of(n_object), MOST))


def parse_pages(text: str, n_object: int) -> Pages:
    """Pages by what a person typed: '3', '2-5', '51-', 'all', or '' for `first_pages`.

    Raises
    ------
    LightledgerError
        It names no page of these.
    """
    text, n = text.strip(), pages_of(n_object)
    if not text:
        return first_pages(n_object)
    if text == "all":
        return Pages(n_object, 1, n)
    found = re.fullmatch(r"(\d+)\s*(-)?\s*(\d*)", text)
    if found is None or (found[3] and not found[2]):
        raise LightledgerError(f"no pages: {text!r}", advice="such as 3, 2-5, 51- or all")
    first = int(found[1])
    last = min(int(found[3]) if found[3] else n, n) if found[2] else first
    if not 1 <= first <= last <= n:
        raise LightledgerError(f"no pages {text}", advice=f"there are {list_words(n_object)}")
    return Pages(n_object, first, last)
