"""The pages of the manual as they are shipped: order, titles, sections. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from lightledger.domain.resources import resource

#: Lists the pages in their order; its links are the contents.
CONTENTS = "README.md"
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)?(?:#([^)\s]+))?\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#{1,3}) (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_MARKS = re.compile(r"[`*|]|^#+ |^\s*[-:| ]{3,}$|!?\[([^\]]*)\]\([^)]*\)", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, as plain text.

    Attributes
    ----------
    heading, anchor, text : str
        ``anchor`` as GitHub makes it of the heading.
    """

    heading: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    name : str
        Of its file, such as ``periods.md``.
    source : str
        Markdown, without comments.
    """

    name: str
    source: str

    @cached_property
    def title(self) -> str:
        found = _HEADING.search(self.source)
        return found[2].replace("`", "") if found else self.name

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """What stands under each heading, in order."""
        starts = list(_HEADING.finditer(self.source))
        ends = [found.start() for found in starts[1:]] + [len(self.source)]
        return tuple(
            Section(plain(found[2]), anchor(found[2]), plain(self.source[found.end() : end]))
            for found, end in zip(starts, ends, strict=True)
        )

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """File and anchor of every link; '' is this page, or its top."""
        without_pictures = _PICTURE.sub("", self.source)
        return tuple((found[2] or "", found[3] or "") for found in _LINK.finditer(without_pictures))

    @cached_property
    def pictures(self) -> tuple[str, ...]:
        """Files of the pictures, as they are named."""
        return tuple(found[2] for found in _PICTURE.finditer(self.source))


@cache
def folder() -> Path:
    """Where the manual is: beside the sources, or in the installed package."""
    return resource(f"manual/{CONTENTS}").parent


@cache
def page(name: str) -> Page:
    """A page, read once.

    Raises
    ------
    FileNotFoundError
        No page of that name is listed in the contents.
    """
    if not exists(name):
        raise FileNotFoundError(name)
    path = (folder() / name).resolve()
    return Page(name, _COMMENT.sub("", path.read_text(encoding="utf-8")))


def exists(name: str) -> bool:
    """Whether it is the contents or a page that they list."""
    return name == CONTENTS or any(name in names for _, names in contents())


@cache
def contents() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Groups of pages, as the first page lists them: title, and names of files that are there."""
    text = _COMMENT.sub("", (folder() / CONTENTS).read_text(encoding="utf-8"))
    groups = (group.partition("\n") for group in re.split(r"^## ", text, flags=re.M)[1:])
    return tuple(
        (title, tuple(n for _, n, _ in _LINK.findall(links) if (folder() / n).is_file()))
        for title, _, links in groups
    )


def all_pages() -> tuple[Page, ...]:
    """Every page but the contents, in order."""
    return tuple(page(name) for _, names in contents() for name in names)


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it.

    >>> anchor("What `--clip` does, and *why*")
    'what---clip-does-and-why'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def plain(markdown: str) -> str:
    """Text without its marks, for searching.

    >>> plain("Press **M**, see [keys](keys.md).")
    'Press M, see keys.'
    """
    return " ".join(_MARKS.sub(lambda found: found[1] or "", markdown).split())
