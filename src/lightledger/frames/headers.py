"""Header cards as they stand in a file: tolerant, quick, and with their digits kept.

Scanning thousands of files needs a few dozen keywords of each. This reader takes cards that break
the standard (values off their column, lower case, stray bytes) without a warning, and keeps the
text of a number, because its digits tell how fine a time is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_STRING = re.compile(r"\s*'((?:[^']|'')*)'\s*(?:/\s*(.*))?$")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?")
_MAX_CONTINUED = 20_000


def keywords(text: str) -> tuple[str, ...]:
    """Keywords written in one text, blanks between them."""
    return tuple(text.split())


class Card(NamedTuple):
    """One keyword: its text (quotes removed), whether it was quoted, its comment."""

    text: str
    quoted: bool
    comment: str


def parse_card(image: str) -> tuple[str, Card] | None:
    """Keyword and card of an 80-character card image; None when it carries no value."""
    if image.startswith("HIERARCH ") and "=" in image:
        keyword, _, rest = image[9:].partition("=")
    elif image[8:9] == "=":
        keyword, rest = image[:8], image[9:]
    else:
        return None
    keyword = keyword.strip().upper()
    if not keyword:
        return None
    if match := _STRING.match(rest):
        text = match[1].replace("''", "'").rstrip()
        return keyword, Card(text, True, (match[2] or "").strip())
    value, _, comment = rest.partition("/")
    return keyword, Card(value.strip().strip("'").strip(), False, comment.strip())


def number_in(text: str) -> float | None:
    """The number that a text is, or None.

    >>> number_in("-1.5D+02"), number_in("060.00"), number_in("60 s")
    (-150.0, 60.0, None)
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace("D", "E").replace("d", "e"))
    return value if math.isfinite(value) else None


def _continue(found: list[tuple[str, Card | str]], image: str) -> None:
    """Append a CONTINUE card to the long string before it."""
    if not found:
        return
    keyword, before = found[-1]
    if isinstance(before, str):
        parsed = parse_card(before)
        if parsed is None:
            return
        before = parsed[1]
    match = _STRING.match(image[8:])
    if match and before.quoted and before.text.endswith("&") and len(before.text) < _MAX_CONTINUED:
        text = before.text[:-1] + match[1].replace("''", "'").rstrip()
        comment = (before.comment + " " + (match[2] or "")).strip()
        found[-1] = (keyword, Card(text, True, comment))


class Cards(Mapping[str, Card]):
    """Keywords of one header; underscores and dashes in names are the same.

    The first card of a keyword counts. Values are parsed when they are asked for. `text`,
    `number`, `first_number` look them up.
    """

    def __init__(self, cards: Iterable[tuple[str, Card | str]] = ()) -> None:
        # Keyword to its card, or to the card image until it is asked for.
        self._cards: dict[str, Card | str] = {}
        for keyword, card in cards:
            self._cards.setdefault(keyword.replace("_", "-"), card)

    @classmethod
    def from_text(cls, header: str) -> Cards:
        """Take apart the text of a header: 80 characters a card, no line ends."""
        found: list[tuple[str, Card | str]] = []
        for start in range(0, len(header), 80):
            image = header[start : start + 80]
            if image[8:9] == "=":
                keyword = image[:8].strip().upper()
                if keyword:
                    found.append((keyword, image))
            elif image[:8] == "END     ":
                break
            elif image.startswith("CONTINUE"):
                _continue(found, image)
            elif parsed := parse_card(image):
                found.append(parsed)
        return cls(found)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Cards:
        """Cards of plain values; a (value, comment) pair gives the comment."""
        found: list[tuple[str, Card | str]] = []
        for keyword, value in values.items():
            comment = ""
            if isinstance(value, tuple):
                value, comment = value[0], str(value[1])
            if isinstance(value, bool):
                value = "T" if value else "F"
                found.append((keyword.upper(), Card(value, False, comment)))
                continue
            quoted = isinstance(value, str)
            found.append((keyword.upper(), Card(str(value), quoted, comment)))
        return cls(found)

    def __getitem__(self, keyword: str) -> Card:
        key = keyword.replace("_", "-")
        card = self._cards[key]
        if isinstance(card, str):
            parsed = parse_card(card)
            card = parsed[1] if parsed else Card("", False, "")
            self._cards[key] = card
        return card

    def __contains__(self, keyword: object) -> bool:
        return isinstance(keyword, str) and keyword.replace("_", "-") in self._cards

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def over(self, below: Cards) -> Cards:
        """These cards, and those of ``below`` (a primary header) that are missing here."""
        if below is self:
            return self
        return Cards([*self._cards.items(), *below._cards.items()])

    def only(self, keywords: Iterable[str]) -> Cards:
        """The cards of these keywords alone; a long series is kept in memory without the rest."""
        return Cards((key, self[key]) for key in keywords if key in self)

    def text(self, *keywords: str) -> str:
        """Text of the first of the keywords that has one, trimmed; '' when none has."""
        for keyword in keywords:
            card = self.get(keyword)
            if card is not None and card.text.strip():
                return card.text.strip()
        return ""

    def number(self, keyword: str) -> float | None:
        """Number of a keyword, also when it was written as a string; None when it is none."""
        card = self.get(keyword)
        return None if card is None else number_in(card.text)

    def integer(self, keyword: str, default: int = 0) -> int:
        """Whole number of a keyword; ``default`` when there is none."""
        value = self.number(keyword)
        return default if value is None or value != int(value) else int(value)

    def first_number(self, *keywords: str) -> tuple[str, float] | None:
        """The first of the keywords that holds a number, and the number."""
        for keyword in keywords:
            value = self.number(keyword)
            if value is not None:
                return keyword, value
        return None

    def comment(self, keyword: str) -> str:
        """Comment of a keyword, '' when there is none."""
        card = self.get(keyword)
        return "" if card is None else card.comment
