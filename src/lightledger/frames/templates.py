"""File-name templates: a name to its visit, band and kind, and exactly back.

A template is text with fields in braces: ``IDF_{visit}_{band}_{kind}{suffix}.{ext}``. A field may
say what it accepts, as alternatives: ``{kind:sci|unc}``, with a value for each where the name
writes it otherwise, ``{kind:bcd=sci|bunc=unc}``, or with ``#`` for digits, ``{band:ch#}``. A
slash matches folders: ``{visit}/{band}_{kind}.{ext}``. Nothing a user writes becomes a regular
expression as it is, so no template can make matching slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TypedDict, cast

from lightledger.domain import LightledgerError


class FrameFields(TypedDict, total=False):
    """What a file name says."""

    visit: str
    band: str
    kind: str
    suffix: str
    ext: str


FIELDS: tuple[str, ...] = ("visit", "band", "kind", "suffix", "ext")

#: What a field accepts when the template does not say.
_DEFAULT = {
    "visit": r"[^/\x00-\x1f]+?",
    "band": r"[A-Za-z0-9+]+",
    "kind": r"[A-Za-z0-9]+",
    "suffix": r"(?:_[A-Za-z0-9]+)*",
    "ext": r"[A-Za-z0-9]+(?:\.(?:gz|fz|bz2|xz|Z))?",
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
MAX_NAME = 1024
_BRACES = re.compile(r"\{([^{}]*)\}")


class Template:
    """A compiled template; `parse` and `make` are exact inverses.

    Raises
    ------
    LightledgerError
        The pattern is not a template; one line that says what is wrong with it.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._parts = _split(pattern)
        #: Fields that the pattern has.
        self.fields: tuple[str, ...] = tuple(name for name, _ in self._parts if name)
        self._values: dict[str, dict[str, str]] = {}
        regex = []
        for name, text in self._parts:
            if not name:
                regex.append(re.escape(text))
                continue
            accepts, values = _accepts(pattern, name, text)
            if values:
                self._values[name] = values
            regex.append(f"(?P<{name}>{accepts})")
        self._regex = re.compile("".join(regex))
        self._depth = pattern.count("/")

    def __repr__(self) -> str:
        return f"Template({self.pattern!r})"

    def parse(self, name: str) -> FrameFields | None:
        """Fields of a name (folders before those of the pattern are ignored), or None."""
        tail = "/".join(name.split("/")[-1 - self._depth :])
        match = self._regex.fullmatch(tail) if len(tail) <= MAX_NAME else None
        if match is None:
            return None
        found = {k: self._values.get(k, {}).get(v, v) for k, v in match.groupdict().items()}
        return cast(FrameFields, found)

    def make(self, fields: FrameFields) -> str:
        """The name that has these fields.

        Raises
        ------
        ValueError
            No name has them: a field is missing, unknown, or not what the template accepts.
        """
        given = cast(dict[str, str], fields)
        out = []
        for name, text in self._parts:
            if not name:
                out.append(text)
                continue
            value = given.get(name, "")
            written = {v: k for k, v in self._values.get(name, {}).items()}
            out.append(written.get(value, value))
        made = "".join(out)
        if set(given) - set(self.fields) or self.parse(made) != given:
            raise ValueError(f"no name of {self.pattern!r} has the fields {dict(given)!r}")
        return made


def _error(pattern: str, what: str) -> LightledgerError:
    shown = pattern if len(pattern) <= 60 else pattern[:57] + "..."
    return LightledgerError(
        f"the file-name template {shown!r} {what}",
        advice="write it like 'IDF_{visit}_{band}_{kind}.{ext}' or name a preset: "
        + ", ".join(PRESETS),
    )


def _split(pattern: str) -> list[tuple[str, str]]:
    """Parts in order: ('', literal) or (field, what it accepts)."""
    if not pattern:
        raise _error(pattern, "is empty")
    if len(pattern) > MAX_PATTERN:
        raise _error(pattern, f"is longer than {MAX_PATTERN} characters")
    if any(ord(c) < 32 for c in pattern):
        raise _error(pattern, "holds a control character")
    parts: list[tuple[str, str]] = []
    at = 0
    for match in _BRACES.finditer(pattern):
        if match.start() > at:
            parts.append(("", pattern[at : match.start()]))
        name, _, accepts = match[1].partition(":")
        if name not in FIELDS:
            raise _error(
                pattern, f"has an unknown field {{{name}}}; fields are {', '.join(FIELDS)}"
            )
        if name in (known for known, _ in parts):
            raise _error(pattern, f"has the field {{{name}}} twice")
        parts.append((name, accepts))
        at = match.end()
    if at < len(pattern):
        parts.append(("", pattern[at:]))
    if any(c in text for name, text in parts if not name for c in "{}"):
        raise _error(pattern, "has a brace without its partner")
    if "visit" not in (name for name, _ in parts):
        raise _error(pattern, "lacks {visit}")
    _check_separated(pattern, parts)
    return parts


def _check_separated(pattern: str, parts: Sequence[tuple[str, str]]) -> None:
    """Between two fields of free text stands a sign that is no letter or digit.

    Otherwise a name could be cut in many ways, and finding the first takes long.
    """
    for (first, accepts), (second, then) in pairwise(parts):
        free = first and not accepts and second != "suffix"
        if not free:
            continue
        if second and not then:
            raise _error(pattern, f"has nothing between {{{first}}} and {{{second}}}")
        if not second and then[0].isalnum():
            raise _error(pattern, f"needs a sign such as '_' after {{{first}}}")


def _accepts(pattern: str, name: str, spec: str) -> tuple[str, dict[str, str]]:
    """Regular expression of a field, and what its alternatives mean."""
    if not spec:
        return _DEFAULT[name], {}
    choices: list[str] = []
    values: dict[str, str] = {}
    for choice in spec.split("|"):
        written, equals, value = choice.partition("=")
        if not written or (equals and not value) or "/" in choice or ("#" in written and equals):
            raise _error(
                pattern, f"has an alternative {choice!r} of {{{name}}} that makes no sense"
            )
        if "##" in written:
            raise _error(pattern, f"writes '##' in {{{name}}}: one '#' is any number of digits")
        choices.append("".join(r"[0-9]+" if c == "#" else re.escape(c) for c in written))
        if equals:
            values[written] = value
        elif "#" not in written:
            values[written] = written
    accepts = "(?:" + "|".join(choices) + ")"
    outside = [v for v in values.values() if v not in values and re.fullmatch(accepts, v)]
    if outside or len(set(values.values())) != len(values):
        raise _error(pattern, f"gives two alternatives of {{{name}}} the same value")
    return accepts, values


def resolve(text: str) -> Template:
    """Template of a preset's name or of a pattern.

    Raises
    ------
    LightledgerError
        Neither; one line.
    """
    text = text.strip()
    if text and "{" not in text and text not in PRESETS:
        raise _error(text, "has no fields and is not the name of a preset")
    return Template(PRESETS.get(text, text))


def choose(names: Sequence[str]) -> str:
    """Preset that fits the names found: the one most names follow, else 'header'.

    A preset is chosen when at least a third of the names follow it: a folder of the dark field
    also holds coadds and other products.
    """
    best, most = "header", 0
    for preset in ("dark-field", "spitzer"):
        template = Template(PRESETS[preset])
        n = sum(template.parse(name) is not None for name in names)
        if n > most and 3 * n >= len(names):
            best, most = preset, n
    return best
