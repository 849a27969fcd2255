"""What an expression is made of, and what each part is worth for all objects at once.

Every part is worth a number, a truth value or a text for each object: an array of shape (n,), or
of shape () where it is the same for all.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np

from .errors import NoSuchColumn, QueryError
from .names import known_as, near_names, quoted

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Part:
    """A part of an expression, and where it stands in the text."""

    position: int
    length: int

    def value(self, columns: Columns) -> np.ndarray:
        """What it is worth, of whichever type."""
        raise NotImplementedError

    def real(self, columns: Columns) -> np.ndarray:
        """As float64, which arithmetic is done in; a truth value counts as 1 or 0."""
        value = self.value(columns)
        if kind_of(value) in ("text", "texts"):
            raise self.error(f"{self} is text where a number is needed")
        return value.astype(np.float64)

    def truth(self, columns: Columns) -> np.ndarray:
        """As a condition."""
        value = self.value(columns)
        kind = kind_of(value)
        if kind == "number":
            raise self.error(
                f"{self} is a number where a condition is needed", "compare it, such as excess > 3"
            )
        if kind != "truth":
            raise self.error(f"{self} is text where a condition is needed", "compare it with ==")
        return value

    def error(self, what: str, advice: str = "") -> QueryError:
        return QueryError(what, self.position, self.length, advice)

    def __str__(self) -> str:
        return "this"


def kind_of(value: np.ndarray) -> str:
    """'number', 'truth', 'text', or 'texts' (cells of several texts, as tags are)."""
    kind = value.dtype.kind
    if kind in "iuf":
        return "number"
    if kind == "b":
        return "truth"
    return "texts" if kind == "O" and value.size and isinstance(value.flat[0], tuple) else "text"


@dataclass(frozen=True)
class Constant(Part):
    """A number, a text in quotes, true or false."""

    worth: np.ndarray

    def value(self, columns: Columns) -> np.ndarray:
        return self.worth

    def __str__(self) -> str:
        return repr(self.worth.item())


@dataclass(frozen=True)
class Name(Part):
    """A column; ``name`` is 'measurement.column' for one of another measurement."""

    name: str
    text: str

    def value(self, columns: Columns) -> np.ndarray:
        try:
            column = columns[known_as(self.name, columns)]
        except NoSuchColumn as error:
            raise self._unknown(columns, error.what, error.near) from None
        except KeyError:
            near = near_names(self.name, columns)
            raise self._unknown(columns, f"no column {self.name!r}", near) from None
        if column.ndim != 1:
            raise self.error(f"{self} has {column[0].size} values in each cell")
        return column

    def _unknown(self, columns: Columns, what: str, near: Sequence[str]) -> QueryError:
        advice = ""
        if self.name.lower() in ("nan", "null", "none"):
            near, advice = (), "isnan(x) asks for missing numbers"
        # `ch2_sci-auto.scatter` without quotes reads as a difference of two names
        names = [*columns, *(name.rpartition(".")[0] for name in near)]
        rest = self.text[self.position :]
        meant = [n for n in names if len(n) > len(self.name) and rest.startswith(n)]
        if meant:
            advice = f"write such a name in back-quotes: {quoted(max(meant, key=len))}"
        if not near and not advice and self.name.isidentifier():
            advice = f"text stands in quotes: '{self.name}'"
        return QueryError(what, self.position, self.length, advice, near[:3])

    def __str__(self) -> str:
        return self.name


def _between(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> Any:
    return (x >= low) & (x <= high)


@dataclass(frozen=True)
class Call(Part):
    """A function of numbers."""

    function: Callable[..., Any]
    arguments: tuple[Part, ...]

    def value(self, columns: Columns) -> np.ndarray:
        return self.function(*(part.real(columns) for part in self.arguments))


@dataclass(frozen=True)
class Contains(Part):
    """Whether a text has another in it, whatever the case; of several texts, whether one has."""

    arguments: tuple[Part, ...]

    def value(self, columns: Columns) -> np.ndarray:
        where, what = (part.value(columns) for part in self.arguments)
        kind, (whole, part) = kind_of(where), self.arguments
        if not kind.startswith("text"):
            raise whole.error(f"{whole} is no text", "contains(x, 'text') looks into texts")
        if what.ndim or kind_of(what) != "text":
            raise part.error(f"{part} is no text in quotes", "write contains(x, 'text')")
        wanted = str(what.item()).casefold()
        cells = np.atleast_1d(where)
        if kind == "texts":
            found = (any(wanted in text.casefold() for text in cell) for cell in cells)
        else:
            found = (wanted in str(cell).casefold() for cell in cells.tolist())
        return np.fromiter(found, bool, len(cells)).reshape(where.shape)


class Function(NamedTuple):
    """How a function is written, of how many arguments, and the part of an expression it makes."""

    usage: str
    n: int
    make: Callable[..., Part]


FUNCTIONS = {
    "abs": Function("abs(x)", 1, partial(Call, function=np.abs)),
    "log10": Function("log10(x)", 1, partial(Call, function=np.log10)),
    "sqrt": Function("sqrt(x)", 1, partial(Call, function=np.sqrt)),
    "isnan": Function("isnan(x)", 1, partial(Call, function=np.isnan)),
    "between": Function("between(x, low, high)", 3, partial(Call, function=_between)),
    "contains": Function("contains(x, 'text')", 2, Contains),
}


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}


@dataclass(frozen=True)
class Arithmetic(Part):
    """Operators of one rank, from left to right: a chain, so that long sums nest nothing."""

    first: Part
    rest: tuple[tuple[str, Part], ...]

    def value(self, columns: Columns) -> np.ndarray:
        value = self.first.real(columns)
        for sign, part in self.rest:
            value = _ARITHMETIC[sign](value, part.real(columns))
        return value


@dataclass(frozen=True)
class Negative(Part):
    """Unary minus."""

    operand: Part

    def value(self, columns: Columns) -> np.ndarray:
        return np.negative(self.operand.real(columns))


def _unequal(a: np.ndarray, b: np.ndarray) -> Any:
    return (a < b) | (a > b)


#: Of numbers: whatever is compared with nan is false, `!=` too.
_COMPARE: dict[str, Callable[..., Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": _unequal,
}


@dataclass(frozen=True)
class Comparison(Part):
    """``a < b <= c`` means, as in mathematics, a < b and b <= c."""

    first: Part
    rest: tuple[tuple[str, Part], ...]

    def value(self, columns: Columns) -> np.ndarray:
        left, a = self.first, self.first.value(columns)
        found = []
        for sign, right in self.rest:
            b = right.value(columns)
            found.append(_compare(sign, (left, right), (a, b)))
            left, a = right, b
        return reduce(operator.and_, found)


def _compare(sign: str, parts: tuple[Part, Part], values: tuple[np.ndarray, np.ndarray]) -> Any:
    kinds = [kind_of(value) for value in values]
    texts = [kind.startswith("text") for kind in kinds]
    if not any(texts):
        a, b = (v.view(np.int8) if v.dtype.kind == "b" else v for v in values)
        return _COMPARE[sign](a, b)
    if not all(texts):
        other, part = parts if texts[0] else parts[::-1]
        raise part.error(f"{part} is no text but {other} is", "text stands in quotes")
    if sign not in ("==", "!="):
        what = f"{parts[0]} is text, compared with == and != only"
        raise parts[0].error(what, "or by contains(x, 'text')")
    if "texts" in kinds:
        first = kinds.index("texts")
        equal = _one_is(values[first], parts[1 - first], values[1 - first])
    else:
        equal = values[0] == values[1]
    return equal if sign == "==" else ~equal


def _one_is(cells: np.ndarray, part: Part, text: np.ndarray) -> np.ndarray:
    """Whether one of the texts of each cell is this text; '' is for cells without any."""
    if text.ndim:
        raise part.error(f"{part} is no text in quotes")
    wanted = text.item()
    return np.fromiter((wanted in c if wanted else not c for c in cells), bool, len(cells))


@dataclass(frozen=True)
class Not(Part):
    """The opposite of a condition."""

    operand: Part

    def value(self, columns: Columns) -> np.ndarray:
        return np.logical_not(self.operand.truth(columns))


@dataclass(frozen=True)
class Junction(Part):
    """Conditions joined by `and`, or by `or`."""

    join: Callable[..., Any]
    parts: tuple[Part, ...]

    def value(self, columns: Columns) -> np.ndarray:
        return reduce(self.join, (part.truth(columns) for part in self.parts))
