"""The grammar of file-name templates: a pattern into its parts, or one line why it is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lightledger.domain import LightledgerError

FIELDS: tuple[str, ...] = ("visit", "band", "kind", "suffix", "ext", "any", "any2", "any3")
#: What a field accepts when the template does not say.
_DEFAULT = {
    "visit": r"[^/\x00-\x1f]+?",
    "band": r"[A-Za-z0-9+]+",
    "kind": r"[A-Za-z0-9]+",
    "suffix": r"(?:_[A-Za-z0-9]+)*",
    "ext": r"[A-Za-z0-9]+(?:\.(?:gz|fz|bz2|xz|Z))?",
    "any": r"[A-Za-z0-9+]+",
    "any2": r"[A-Za-z0-9+]+",
    "any3": r"[A-Za-z0-9+]+",
}
#: Ready-made templates; also in resources/templates.toml to copy from.
PRESETS: dict[str, str] = {
    "dark-field": "IDF_{visit}_{band:ch#}_{kind:sci|std|unc|cov}{suffix}.{ext}",
    "spitzer": (
        "SPITZER_{band:I1=ch1|I2=ch2|I3=ch3|I4=ch4}_{visit}_{suffix:#}"
        "_{kind:bcd=sci|bunc=unc}.{ext}"
    ),
    "header": "{visit}.{ext}",
}
MAX_PATTERN = 300
BRACES = re.compile(r"\{([^{}]*)\}")


class TemplateError(LightledgerError):
    """A pattern that is no template.

    Attributes
    ----------
    at : tuple of int
        First character of the pattern that is wrong, and the one behind the last.
    """

    at: tuple[int, int] = (0, 0)


def error(pattern: str, what: str, at: tuple[int, int] | None = None) -> TemplateError:
    shown = pattern if len(pattern) <= 60 else pattern[:57] + "..."
    error = TemplateError(
        f"the file-name template {shown!r} {what}",
        advice="write it like 'IDF_{visit}_{band}_{kind}.{ext}' or name a preset: "
        + ", ".join(PRESETS),
    )
    error.at = at or (0, len(pattern))
    return error


def split(pattern: str) -> list[tuple[str, str]]:
    """Parts in order: ('', literal) or (field, what it accepts)."""
    if not pattern:
        raise error(pattern, "is empty")
    if len(pattern) > MAX_PATTERN:
        raise error(
            pattern, f"is longer than {MAX_PATTERN} characters", (MAX_PATTERN, len(pattern))
        )
    control = next((i for i, c in enumerate(pattern) if ord(c) < 32), None)
    if control is not None:
        raise error(pattern, "holds a control character", (control, control + 1))
    parts: list[tuple[str, str]] = []
    ends: list[int] = []
    at = 0
    for match in BRACES.finditer(pattern):
        if match.start() > at:
            parts.append(("", pattern[at : match.start()]))
            ends.append(match.start())
        name, _, accepts = match[1].partition(":")
        if name not in FIELDS:
            what = f"has an unknown field {{{name}}}; fields are {', '.join(FIELDS)}"
            raise error(pattern, what, match.span())
        if name in (known for known, _ in parts):
            raise error(pattern, f"has the field {{{name}}} twice", match.span())
        parts.append((name, accepts))
        ends.append(match.end())
        at = match.end()
    if at < len(pattern):
        parts.append(("", pattern[at:]))
        ends.append(len(pattern))
    for (name, text), end in zip(parts, ends, strict=True):
        alone = next((i for i, c in enumerate(text) if not name and c in "{}"), None)
        if alone is not None:
            place = end - len(text) + alone
            raise error(pattern, "has a brace without its partner", (place, place + 1))
    if "visit" not in (name for name, _ in parts):
        raise error(pattern, "lacks {visit}")
    _check_separated(pattern, parts, ends)
    return parts


def _check_separated(pattern: str, parts: Sequence[tuple[str, str]], ends: Sequence[int]) -> None:
    """Between two fields of free text stands a sign that is no letter or digit.

    Otherwise a name could be cut in many ways, and finding the first takes long.
    """
    for ((first, accepts), (second, then)), end in zip(pairwise(parts), ends, strict=False):
        free = first and not accepts and second != "suffix"
        if not free:
            continue
        if second and not then:
            what = f"has nothing between {{{first}}} and {{{second}}}"
            raise error(pattern, what, (end - 1, end + 1))
        if not second and then[0].isalnum():
            raise error(pattern, f"needs a sign such as '_' after {{{first}}}", (end, end + 1))


def regex_of(pattern: str, name: str, spec: str) -> tuple[str, dict[str, str]]:
    """Regular expression of a field, and what its alternatives mean."""
    if not spec:
        return _DEFAULT[name], {}
    begin = pattern.index(f"{{{name}:") + len(name) + 2
    whole = (begin, begin + len(spec))
    choices: list[str] = []
    values: dict[str, str] = {}
    for choice in spec.split("|"):
        here, begin = (begin, max(begin + len(choice), begin + 1)), begin + len(choice) + 1
        written, equals, value = choice.partition("=")
        if not written or (equals and not value) or "/" in choice or ("#" in written and equals):
            what = f"has an alternative {choice!r} of {{{name}}} that makes no sense"
            raise error(pattern, what, here)
        if "##" in written:
            what = f"writes '##' in {{{name}}}: one '#' is any number of digits"
            raise error(pattern, what, here)
        choices.append("".join(r"[0-9]+" if c == "#" else re.escape(c) for c in written))
        if equals:
            values[written] = value
        elif "#" not in written:
            values[written] = written
    accepts = "(?:" + "|".join(choices) + ")"
    outside = [v for v in values.values() if v not in values and re.fullmatch(accepts, v)]
    if outside or len(set(values.values())) != len(values):
        raise error(pattern, f"gives two alternatives of {{{name}}} the same value", whole)
    return accepts, values
