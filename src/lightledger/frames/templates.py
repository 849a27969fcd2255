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
from typing import TypedDict, cast

from .templatepattern import BRACES, PRESETS, TemplateError, error, regex_of, split

__all__ = ["PRESETS", "FrameFields", "Template", "TemplateError", "choose", "resolve"]


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


MAX_NAME = 1024


class Template:
    """A compiled template; `parse` and `make` are exact inverses.

    Raises
    ------
    TemplateError
        The pattern is not a template; one line that says what is wrong with it.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._parts = split(pattern)
        #: (first, behind last) character of every field in the pattern, in `fields`' order.
        self.places: tuple[tuple[int, int], ...] = tuple(
            (m.start(), m.end()) for m in BRACES.finditer(pattern)
        )
        #: Fields that the pattern has.
        self.fields: tuple[str, ...] = tuple(name for name, _ in self._parts if name)
        self._values: dict[str, dict[str, str]] = {}
        regex = []
        for name, text in self._parts:
            if not name:
                regex.append(re.escape(text))
                continue
            accepts, values = regex_of(pattern, name, text)
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


def resolve(text: str) -> Template:
    """Template of a preset's name or of a pattern.

    Raises
    ------
    LightledgerError
        Neither; one line.
    """
    text = text.strip()
    if text and "{" not in text and text not in PRESETS:
        raise error(text, "has no fields and is not the name of a preset")
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
