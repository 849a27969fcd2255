"""File-name templates: a name to its visit, band and kind, and exactly back.

A template is text with fields in braces: ``IDF_{visit}_{band}_{kind}{suffix}.{ext}``. A field may
say what it accepts, as alternatives: ``{kind:sci|unc}``, with a value for each where the name
writes it otherwise, ``{kind:bcd=sci|bunc=unc}``, or with ``#`` for digits, ``{band:ch#}``. A
slash matches folders: ``{visit}/{band}_{kind}.{ext}``. What changes from name to name and means
nothing here is ``{any}`` (``{any2}``, ``{any3}``): letters and digits, or as it says,
``{any:#-#-#}``. Nothing a user writes becomes a regular expression as it is, so no template can
make matching slow.
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
    any: str
    any2: str
    any3: str


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
MAX_NAME = 1024
_BRACES = re.compile(r"\{([^{}]*)\}")


class TemplateError(LightledgerError):
    """A pattern that is no template.

    Attributes
    ----------
    at : tuple of int
        First character of the pattern that is wrong, and the one behind the last.
    """

    at: tuple[int, int] = (0, 0)


class Template:
    """A compiled template; `parse` and `make` are exact inverses.

    Raises
    ------
    TemplateError
        The pattern is not a template; one line that says what is wrong with it.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._parts = _split(pattern)
        #: (first, behind last) character of every field in the pattern, in `fields`' order.
        self.places: tuple[tuple[int, int], ...] = tuple(
            (m.start(), m.end()) for m in _BRACES.finditer(pattern)
        )
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
        self._pieces = regex
        self._regex = re.compile("".join(regex))
        self._depth = pattern.count("/")

    def __repr__(self) -> str:
        return f"Template({self.pattern!r})"

    def parse(self, name: str) -> FrameFields | None:
        """Fields of a name (folders before those of the pattern are ignored), or None."""
        match = self._match(name)
        if match is None:
            return None
        found = {k: self._values.get(k, {}).get(v, v) for k, v in match.groupdict().items()}
        return cast(FrameFields, found)

    def _tail(self, name: str) -> str:
        return "/".join(name.split("/")[-1 - self._depth :])

    def _match(self, name: str) -> re.Match[str] | None:
        tail = self._tail(name)
        return self._regex.fullmatch(tail) if len(tail) <= MAX_NAME else None

    def spans(self, name: str) -> list[tuple[int, int, str]] | None:
        """(first, behind last, field) of every field that stands in a name; None: no match.

        >>> Template("{visit}_{band}.{ext}").spans("a/gr1_R.fits")
        [(2, 5, 'visit'), (6, 7, 'band'), (8, 12, 'ext')]
        """
        match = self._match(name)
        if match is None:
            return None
        before = len(name) - len(self._tail(name))
        places = [(*match.span(field), field) for field in self.fields]
        return [(before + a, before + b, field) for a, b, field in places if b > a]

    def reach(self, name: str) -> int:
        """How many characters of a name that does not match still follow the template.

        >>> Template("IDF_{visit}_{band:ch#}.{ext}").reach("IDF_gr1_R.fits")
        8
        """
        tail = self._tail(name)
        before = len(name) - len(tail)
        if len(tail) > MAX_NAME:
            return before
        for n in range(len(self._pieces), 0, -1):
            match = re.match("".join(self._pieces[:n]), tail)
            if match is not None:
                return before + match.end()
        return before

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


def _error(pattern: str, what: str, at: tuple[int, int] | None = None) -> TemplateError:
    shown = pattern if len(pattern) <= 60 else pattern[:57] + "..."
    error = TemplateError(
        f"the file-name template {shown!r} {what}",
        advice="write it like 'IDF_{visit}_{band}_{kind}.{ext}' or name a preset: "
        + ", ".join(PRESETS),
    )
    error.at = at or (0, len(pattern))
    return error


def _split(pattern: str) -> list[tuple[str, str]]:
    """Parts in order: ('', literal) or (field, what it accepts)."""
    if not pattern:
        raise _error(pattern, "is empty")
    if len(pattern) > MAX_PATTERN:
        raise _error(
            pattern, f"is longer than {MAX_PATTERN} characters", (MAX_PATTERN, len(pattern))
        )
    control = next((i for i, c in enumerate(pattern) if ord(c) < 32), None)
    if control is not None:
        raise _error(pattern, "holds a control character", (control, control + 1))
    parts: list[tuple[str, str]] = []
    ends: list[int] = []
    at = 0
    for match in _BRACES.finditer(pattern):
        if match.start() > at:
            parts.append(("", pattern[at : match.start()]))
            ends.append(match.start())
        name, _, accepts = match[1].partition(":")
        if name not in FIELDS:
            what = f"has an unknown field {{{name}}}; fields are {', '.join(FIELDS)}"
            raise _error(pattern, what, match.span())
        if name in (known for known, _ in parts):
            raise _error(pattern, f"has the field {{{name}}} twice", match.span())
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
            raise _error(pattern, "has a brace without its partner", (place, place + 1))
    if "visit" not in (name for name, _ in parts):
        raise _error(pattern, "lacks {visit}")
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
            raise _error(pattern, what, (end - 1, end + 1))
        if not second and then[0].isalnum():
            raise _error(pattern, f"needs a sign such as '_' after {{{first}}}", (end, end + 1))


def _accepts(pattern: str, name: str, spec: str) -> tuple[str, dict[str, str]]:
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
            raise _error(pattern, what, here)
        if "##" in written:
            what = f"writes '##' in {{{name}}}: one '#' is any number of digits"
            raise _error(pattern, what, here)
        choices.append("".join(r"[0-9]+" if c == "#" else re.escape(c) for c in written))
        if equals:
            values[written] = value
        elif "#" not in written:
            values[written] = written
    accepts = "(?:" + "|".join(choices) + ")"
    outside = [v for v in values.values() if v not in values and re.fullmatch(accepts, v)]
    if outside or len(set(values.values())) != len(values):
        raise _error(pattern, f"gives two alternatives of {{{name}}} the same value", whole)
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
