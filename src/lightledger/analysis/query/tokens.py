"""The words of a query."""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import QueryError
from .names import KEYWORDS, NAME

#: An expression is written by a person; a longer one is something else.
MAX_LENGTH = 10_000

_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>{NAME})
    |(?P<quoted>`(?:[^`]|``)+`)
    |(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<operator>\*\*|<=|>=|==|!=|<>|&&|\|\||[-+*/<>=()!,.≤≥≠&|~^%])""",
    re.VERBOSE,
)
_SAME = {"=": "==", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
_ELSEWHERE = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "~": "not", "^": "**"}


class Token(NamedTuple):
    """One word: ``kind`` is number, name, quoted, text, operator, a keyword, or end."""

    kind: str
    text: str
    position: int
    length: int


def tokenize(text: str) -> list[Token]:
    """Split an expression into words, the last being 'end'.

    Quotes are taken off; operators of other languages that mean the same are written our way.

    Raises
    ------
    QueryError
        A character that has no place in an expression, a quote that is not closed.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"an expression of {len(text):,} characters", MAX_LENGTH,
            advice=f"{MAX_LENGTH:,} are allowed",
        )  # fmt: skip
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _strange(text, position)
        kind, word = str(match.lastgroup), match.group()
        if kind != "space":
            tokens.append(_token(kind, word, position))
            previous = tokens[-2] if len(tokens) > 1 else None
            touching = previous and previous.position + previous.length == position
            if kind == "name" and touching and previous and previous.kind == "number":
                whole = previous.text + word
                raise QueryError(
                    f"{whole!r} is neither a number nor a name", previous.position, len(whole),
                    f"write names that begin with a digit in back-quotes: `{whole}`",
                )  # fmt: skip
        position = match.end()
    tokens.append(Token("end", "", len(text), 0))
    return tokens


def _token(kind: str, word: str, position: int) -> Token:
    length = len(word)
    if kind == "name" and word.lower() in KEYWORDS:
        kind = word = word.lower()
    elif kind in ("quoted", "text"):
        quote = word[0]
        word = word[1:-1].replace(2 * quote, quote)
    elif kind == "operator":
        if word in _ELSEWHERE:
            ours = _ELSEWHERE[word]
            raise QueryError(f"{word!r} is not known here", position, length, f"write {ours!r}")
        word = _SAME.get(word, word)
    return Token(kind, word, position, length)


def _strange(text: str, position: int) -> QueryError:
    character = text[position]
    if character in "'\"`":
        return QueryError(f"the quote {character} is not closed", position)
    advice = "write == to compare" if character == ":" else ""
    return QueryError(f"{character!r} has no meaning here", position, 1, advice)
