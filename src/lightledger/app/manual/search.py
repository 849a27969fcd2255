"""Search over all pages: every word must be there; titles count most. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .pages import Section, all_pages

#: Characters of a hit's text, before and after the first word found.
_BEFORE, _AFTER = 30, 90


@dataclass(frozen=True)
class Hit:
    """A section in which all words are.

    Attributes
    ----------
    page, anchor : str
        Where it is.
    title, heading : str
        Of the page, and of the section.
    snippet : str
        The text around the first word found.
    """

    page: str
    anchor: str
    title: str
    heading: str
    snippet: str


def search(text: str) -> list[Hit]:
    """Sections that hold every word, the likeliest first.

    Parameters
    ----------
    text : str
        Words, or beginnings of words, in any order; small and large letters are the same.
    """
    words = text.lower().split()
    if not words:
        return []
    starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in words]
    found: list[tuple[float, Hit]] = []
    for page in all_pages():
        for section in page.sections:
            score = _score(starts, page.title, section)
            if score:
                snippet = _snippet(section.text, starts)
                found.append(
                    (score, Hit(page.name, section.anchor, page.title, section.heading, snippet))
                )
    return [hit for _, hit in sorted(found, key=lambda each: -each[0])]


def _score(starts: list[re.Pattern[str]], title: str, section: Section) -> float:
    """0 where a word is missing; headings before titles before text, often before once."""
    score = 0.0
    for start in starts:
        n = len(start.findall(section.text))
        here = 20.0 * bool(start.search(section.heading)) + min(n, 5)
        if not here:
            return 0.0
        score += here + 3.0 * bool(start.search(title))
    return score


def _snippet(text: str, starts: list[re.Pattern[str]]) -> str:
    places = [found.start() for start in starts if (found := start.search(text))]
    first = min(places, default=0)
    begin = text.rfind(" ", 0, max(0, first - _BEFORE)) + 1 if first > _BEFORE else 0
    end = min(len(text), first + _AFTER)
    return f"{'… ' * (begin > 0)}{text[begin:end]}{' …' * (end < len(text))}"
