"""From text to an expression: recursive descent, one method per rank of operators."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import QueryError
from .names import near_names
from .tokens import Token, tokenize
from .tree import (
    FUNCTIONS,
    Arithmetic,
    Columns,
    Comparison,
    Constant,
    Junction,
    Name,
    Negative,
    Not,
    Part,
)

#: Brackets, signs and `not` within each other; more is no person's work.
MAX_DEPTH = 30

_COMPARING = ("<", "<=", ">", ">=", "==", "!=")
_SQL = {
    "between": "write between(x, low, high)",
    "contains": "write contains(x, 'text')",
    "in": "write x == 'a' or x == 'b'",
    "is": "isnan(x) asks for missing numbers, x == '' for empty text",
    "like": "write contains(x, 'text')",
}


@dataclass(frozen=True)
class Expression:
    """A query that was read; it knows columns by name only.

    Attributes
    ----------
    text : str
        As it was written.
    names : tuple of str
        The columns it uses, in order of appearance, each once; 'measurement.column' for one of
        another measurement.
    """

    text: str
    names: tuple[str, ...]
    root: Part

    def evaluate(self, columns: Columns) -> np.ndarray:
        """Which rows fulfil it.

        Comparisons with nan are false, ``!=`` too; arithmetic is done in float64, integers are
        compared exactly.

        Parameters
        ----------
        columns : mapping of str to ndarray, shape (n,)
            Numbers, truth values, or text; cells that are tuples of texts (tags) equal a text
            when one of theirs does. Only the columns that are used are asked for.

        Returns
        -------
        ndarray of bool, shape (n,)

        Raises
        ------
        QueryError
            An unknown column, with near ones; text where a number is needed, and so on.
        """
        with np.errstate(all="ignore"):
            return self._for_all(self.root.truth(columns), columns)

    def values(self, columns: Columns) -> np.ndarray:
        """What it is worth for each row, a condition or not; to sort by."""
        with np.errstate(all="ignore"):
            return self._for_all(self.root.value(columns), columns)

    def _for_all(self, value: object, columns: Columns) -> np.ndarray:
        array = np.asarray(value)
        if array.ndim:
            return array
        n = next((len(columns[name]) for name in columns), 0)
        return np.full(n, array[()])


def parse(text: str) -> Expression:
    """Read an expression such as ``mag < 18 and (excess > 3 or tags == 'agn')``.

    Knows ``< <= > >= == !=`` (and chains such as ``16 < mag < 18``), ``and or not``,
    ``+ - * / **``, ``abs log10 sqrt isnan between(x, low, high) contains(x, 'text')``,
    ``true false``, numbers, text in single or double quotes, names, `` `any name` `` in
    back-quotes, `` `ch2_sci-auto`.scatter `` for the column of another measurement, and
    ``subset.faint`` for who is in a named subset.

    Raises
    ------
    QueryError
        It cannot be read: what, and at which character.

    >>> import numpy as np
    >>> parse("2 < x ** 2 and not isnan(x)").evaluate({"x": np.array([1.0, 2.0, np.nan])})
    array([False,  True, False])
    """
    return _Parser(text).expression()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._at = 0
        self._depth = 0
        self._names: dict[str, None] = {}

    def expression(self) -> Expression:
        if self._now.kind == "end":
            raise QueryError("the expression is empty", 0, 1, "write one such as excess > 3")
        root = self._or()
        if self._now.kind != "end":
            raise self._unexpected()
        return Expression(self._text, tuple(self._names), root)

    # ---- words

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *words: str) -> Token | None:
        """The next word if it is one of these operators or keywords."""
        token = self._now
        if token.kind in ("name", "quoted", "text", "number", "end") or token.text not in words:
            return None
        self._at += 1
        return token

    def _need(self, word: str, after: Token) -> None:
        if self._take(word) is None:
            if self._now.kind == "end":
                raise QueryError(f"the bracket {after.text!r} is not closed", after.position)
            raise self._unexpected(f"{word!r} is missing before ")

    def _unexpected(self, why: str = "") -> QueryError:
        token = self._now
        if token.kind == "end":
            return QueryError("the expression ends too early", max(token.position - 1, 0))
        shown = self._text[token.position : token.position + min(token.length, 40)]
        advice = _SQL.get(token.text.lower(), "") if token.kind == "name" else ""
        what = f"{why}{shown!r}" if why else f"{shown!r} is not expected here"
        return QueryError(what, token.position, token.length, advice)

    def _nested(self, rule: Callable[[], Part]) -> Part:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError("nested too deeply", self._now.position, 1, "use fewer brackets")
        part = rule()
        self._depth -= 1
        return part

    def _span(self, first: Part) -> tuple[int, int]:
        """From the start of a part to the word read last."""
        last = self._tokens[self._at - 1]
        return first.position, last.position + last.length - first.position

    # ---- ranks, the loosest first

    def _or(self) -> Part:
        return self._junction("or", operator.or_, self._and)

    def _and(self) -> Part:
        return self._junction("and", operator.and_, self._not)

    def _junction(self, word: str, join: Callable[..., Any], rule: Callable[[], Part]) -> Part:
        parts = [rule()]
        while self._take(word):
            parts.append(rule())
        if len(parts) == 1:
            return parts[0]
        return Junction(*self._span(parts[0]), join, tuple(parts))

    def _not(self) -> Part:
        token = self._take("not")
        if token is None:
            return self._comparison()
        operand = self._nested(self._not)
        return Not(
            token.position, self._span(operand)[1] + operand.position - token.position, operand
        )

    def _comparison(self) -> Part:
        return self._chain(Comparison, _COMPARING, self._sum)

    def _sum(self) -> Part:
        return self._chain(Arithmetic, ("+", "-"), self._product)

    def _product(self) -> Part:
        return self._chain(Arithmetic, ("*", "/"), self._signed)

    def _chain(
        self,
        make: type[Arithmetic] | type[Comparison],
        signs: tuple[str, ...],
        rule: Callable[[], Part],
    ) -> Part:
        first = rule()
        rest = []
        while token := self._take(*signs):
            rest.append((token.text, rule()))
        return make(*self._span(first), first, tuple(rest)) if rest else first

    def _signed(self) -> Part:
        token = self._take("-", "+")
        if token is None:
            return self._power()
        operand = self._nested(self._signed)
        if token.text == "+":
            return operand
        length = operand.position + operand.length - token.position
        return Negative(token.position, length, operand)

    def _power(self) -> Part:
        base = self._atom()
        if self._take("**") is None:
            return base
        exponent = self._nested(self._signed)  # from the right: 2 ** 3 ** 2 is 2 ** 9
        return Arithmetic(*self._span(base), base, (("**", exponent),))

    def _atom(self) -> Part:
        token = self._now
        if opening := self._take("("):
            part = self._nested(self._or)
            self._need(")", opening)
            return part
        if token.kind not in ("number", "text", "name", "quoted", "true", "false"):
            raise self._unexpected()
        self._at += 1
        place = token.position, token.length
        if token.kind == "number":
            return Constant(*place, _number(token.text))
        if token.kind == "text":
            return Constant(*place, np.array(token.text))
        if token.kind in ("true", "false"):
            return Constant(*place, np.array(token.kind == "true"))
        if token.kind == "name" and self._now.text == "(" and self._now.kind == "operator":
            return self._call(token)
        return self._name(token)

    def _name(self, token: Token) -> Part:
        name = token.text
        if self._take("."):
            after = self._now
            if after.kind not in ("name", "quoted"):
                raise self._unexpected()
            self._at += 1
            name = f"{name}.{after.text}"
        self._names[name] = None
        last = self._tokens[self._at - 1]
        length = last.position + last.length - token.position
        return Name(token.position, length, name, self._text)

    def _call(self, token: Token) -> Part:
        known = FUNCTIONS.get(token.text.lower())
        if known is None:
            near = near_names(token.text, FUNCTIONS)
            advice = "" if near else f"functions are {', '.join(FUNCTIONS)}"
            what = f"no function {token.text!r}"
            raise QueryError(what, token.position, token.length, advice, near)
        opening = self._now
        self._at += 1
        arguments = []
        if self._take(")") is None:
            arguments.append(self._nested(self._or))
            while self._take(","):
                arguments.append(self._nested(self._or))
            self._need(")", opening)
        if len(arguments) != known.n:
            what = f"{token.text} takes {known.n}, not {len(arguments)}"
            raise QueryError(what, token.position, token.length, f"write {known.usage}")
        last = self._tokens[self._at - 1]
        length = last.position + last.length - token.position
        return known.make(token.position, length, arguments=tuple(arguments))


def _number(text: str) -> np.ndarray:
    """An integer where it is one, for ids of 19 digits are compared exactly."""
    if text.isdigit() and len(text) <= 19 and int(text) <= np.iinfo(np.int64).max:
        return np.array(int(text))
    return np.array(float(text))
