"""Names of columns, as they stand in a query and as they are mistyped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

#: Words with a meaning of their own, whatever their case; a column of that name is quoted.
KEYWORDS = ("and", "or", "not", "true", "false")

#: What stands before the name of a named subset: true for who is in it.
SUBSET = "subset."

#: A name that needs no quotes.
NAME = r"[^\W\d]\w*"


def quoted(name: str) -> str:
    """A column's name as it is written in an expression.

    >>> quoted("excess"), quoted("mag-auto"), quoted("ch2_sci-auto.scatter")
    ('excess', '`mag-auto`', '`ch2_sci-auto`.scatter')
    """
    measurement, _, column = name.rpartition(".")
    if name.startswith(SUBSET):  # whose name may have a point in it
        measurement, _, column = name.partition(".")
    if measurement and column:
        return f"{_quoted(measurement)}.{_quoted(column)}"
    return _quoted(name)


def _quoted(name: str) -> str:
    if re.fullmatch(NAME, name) and name.lower() not in KEYWORDS:
        return name
    return "`" + name.replace("`", "``") + "`"


def known_as(name: str, known: Collection[str]) -> str:
    """A name as the columns have it: a person need not mind capitals where that is clear."""
    if name in known:
        return name
    alike = [other for other in known if other.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else name


def near_names(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """The known names most like a mistyped one, whatever the case of their letters."""
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    found = difflib.get_close_matches(name.casefold()[:100], folded, n=n, cutoff=0.6)
    return [folded[key] for key in found]
