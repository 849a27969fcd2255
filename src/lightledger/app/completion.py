"""What may stand at the cursor of the filter box: columns, measurements, functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lightledger.analysis.query import FUNCTIONS, SUBSET, quoted

_NAME_BEFORE = re.compile(r"(?P<of>(?:`[^`]+`|[^\W\d]\w*)\.)?(?P<word>[^\W\d]\w*|`[^`]*)?$")


@dataclass(frozen=True)
class Word:
    """The word being typed: where it begins, what it is so far, and of which measurement."""

    start: int
    text: str
    of: str = ""


@dataclass(frozen=True)
class Offer:
    """One completion: what is put into the text, and what it means."""

    insert: str
    meaning: str


def word_before(text: str, cursor: int) -> Word | None:
    """The word that ends at the cursor; None within quoted text or a longer word.

    >>> word_before("mag < 18 and exc", 16)
    Word(start=13, text='exc', of='')
    >>> word_before("`ch2_sci-auto`.sc", 17)
    Word(start=15, text='sc', of='ch2_sci-auto')
    >>> word_before("verdict == 'var", 15) is None
    True
    """
    before = text[:cursor]
    if re.match(r"\w", text[cursor : cursor + 1]) or _in_text(before):
        return None
    match = _NAME_BEFORE.search(before)
    if match is None:
        return None
    word, of = match["word"] or "", match["of"] or ""
    if not word and not of:
        return None
    if re.search(r"[\w.]$", before[: match.start()]):
        return None  # the end of a number
    return Word(cursor - len(word), word.lstrip("`"), of.removesuffix(".").strip("`"))


def _in_text(before: str) -> bool:
    quote = ""
    for character in before:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
    return quote in ("'", '"') and bool(quote)


def offers(
    word: Word,
    columns: Iterable[tuple[str, str]],
    statistics: Sequence[str],
    measurements: Sequence[str],
    subsets: Sequence[str] = (),
) -> list[Offer]:
    """What may be meant by a word; names that begin with it come first.

    Parameters
    ----------
    columns : iterable of (str, str)
        Name and meaning.
    statistics : sequence of str
        Columns that other measurements have too.
    subsets : sequence of str
        Names of those that are kept.
    """
    known = dict(columns)
    if f"{word.of}." == SUBSET:
        every = dict.fromkeys(subsets, "who is in this subset")
    elif word.of:
        every = {name: known.get(name, "") for name in statistics}
    else:
        every = dict(known)
        every |= {f"{name}(": function.usage for name, function in FUNCTIONS.items()}
        every |= {f"{quoted(name)}.": "another measurement" for name in measurements}
        every |= {SUBSET: "who is in a named subset"} if subsets else {}
    typed = word.text.casefold()
    first, later = [], []
    for name, meaning in every.items():
        plain = name.strip("`").casefold()
        part = not word.of and name.endswith(("(", "."))
        insert = name if part else quoted(name)
        if plain.startswith(typed):
            first.append(Offer(insert, meaning))
        elif typed and typed in plain:
            later.append(Offer(insert, meaning))
    found = first + later
    return [] if [o.insert for o in found] == [word.text] else found
