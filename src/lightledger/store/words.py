"""Parts of a store in the words of a user."""

from __future__ import annotations

import re
from collections.abc import Callable

from .checksums import GROUP
from .outline import PATH as OUTLINE

_RULES: tuple[tuple[str, Callable[[re.Match, str], str]], ...] = (
    (r"/bands/([^/]+)/measurements/(.+)", lambda m, o: f"record of {o} in {m[1]}_{m[2]}"),
    (r"/bands/([^/]+)/positions/(.+)", lambda m, o: f"{m[2]} of {o} in {m[1]}"),
    (r"/bands/([^/]+)/visits/(.+)", lambda m, o: f"visit table of {m[1]} ({m[2]})"),
    (r"/bands/([^/]+)/zeropoints/(.+)/(.+)", lambda m, o: f"zero points of {m[1]}_{m[2]} ({m[3]})"),
    (
        r"/bands/([^/]+)/statistics/(.+)/(.+)/(.+)",
        lambda m, o: f"statistics of {m[1]}_{m[2]} ({m[3]} {m[4]})",
    ),
    (r"/reference/(.+)", lambda m, o: f"reference ({m[1]})"),
    (r"/objects/(.+)", lambda m, o: f"object table ({m[1]})"),
    (r"/problems/(.+)", lambda m, o: f"list of problems ({m[1]})"),
    (GROUP + "/(.+)", lambda m, o: f"checksum table ({m[1]})"),
    (OUTLINE, lambda m, o: "copy of the file structure"),
)


def in_words(path: str, thing: str = "an object") -> str:
    """What the dataset at ``path`` is to a user; ``thing`` names the object of a row."""
    for pattern, words in _RULES:
        if match := re.fullmatch(pattern, path):
            return words(match, thing)
    return path
