"""The one language of queries, over columns of numpy: of `find`, of the window's filter.

An expression is read by a parser of its own and evaluated by numpy: nothing a person types is
ever run as a program.
"""

from .errors import NoSuchColumn, QueryError
from .names import KEYWORDS, SUBSET, known_as, near_names, quoted
from .parser import Expression, parse
from .tree import FUNCTIONS, Name

__all__ = [
    "FUNCTIONS",
    "KEYWORDS",
    "SUBSET",
    "Expression",
    "Name",
    "NoSuchColumn",
    "QueryError",
    "known_as",
    "near_names",
    "parse",
    "quoted",
]
