"""What the program is made of, under which licences, with their texts."""

from __future__ import annotations

import importlib.metadata as metadata
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lightledger.domain.resources import resource

_SELF = "lightledger"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
#: Extras of ours that are for work on the program, not for its use.
_NOT_SHIPPED = {"dev", "bench"}
_TEXTS = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_CLASSIFIER = "License :: "
#: Texts of licences in full where a package brings none.
_COMMON = {"LGPL-3.0": "LGPL-3.0.txt", "GPL-3.0": "GPL-3.0.txt"}
_OF_QT = "https://doc.qt.io/qt-6/licenses-used-in-qt.html"


@dataclass(frozen=True)
class Part:
    """One package that is installed with ours.

    Attributes
    ----------
    name, version : str
    licence : str
        As the package says it, by SPDX where it does.
    link : str
        Its home; ''.
    """

    name: str
    version: str
    licence: str
    link: str = ""


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """Everything that is used when the program runs, by name; Python itself first."""
    python = Part("Python", sys.version.split()[0], "PSF-2.0", "https://www.python.org")
    return python, *(_part(each) for each in _distributions())


def texts(name: str) -> dict[str, str]:
    """The licence texts that a package brings, by file name; see `parts` for the names."""
    if name == "Python":
        folders = sys.base_prefix, sysconfig.get_path("stdlib")
        files = [Path(f) / name for f in folders for name in ("LICENSE.txt", "LICENSE")]
        return {f.name: f.read_text("utf-8", "replace") for f in files if f.is_file()}
    found: dict[str, str] = {}
    for file in metadata.files(name) or ():
        path = Path(file)
        inside = any(part.endswith(".dist-info") for part in path.parts[:1])
        if inside and (_TEXTS.match(path.name) or "licenses" in path.parts[1:-1]):
            try:
                found["/".join(path.parts[1:])] = Path(str(file.locate())).read_text(
                    encoding="utf-8", errors="replace"
                )
            except OSError:
                continue
    return found or _common(name)


def _common(name: str) -> dict[str, str]:
    """Texts that we bring along for packages that bring none (those of Qt)."""
    licence = next((part.licence for part in parts() if part.name == name), "")
    files = [resource(f"licences/{file}") for word, file in _COMMON.items() if word in licence]
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def _distributions() -> Iterator[metadata.Distribution]:
    """What ours needs and what that needs, where installed, by name."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [_SELF]
    while wanted:
        name = wanted.pop()
        if _plain(name) in found:
            continue
        try:
            found[_plain(name)] = here = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an extra nobody asked for, or for another system
        for line in here.requires or ():
            extra = _EXTRA.search(line)
            ours = _plain(name) == _SELF
            if extra is None or (ours and extra.group(1) not in _NOT_SHIPPED):
                match = _NAME.match(line)
                wanted += [match.group()] if match else []
    found.pop(_SELF, None)
    yield from (found[name] for name in sorted(found))


def _part(distribution: metadata.Distribution) -> Part:
    about = distribution.metadata
    return Part(str(about["Name"]), distribution.version, _licence(about), _link(about))


def _licence(about: metadata.PackageMetadata) -> str:
    """The expression, the classifiers or the first line of the old field."""
    if "License-Expression" in about:
        return str(about["License-Expression"])
    classified = [
        line.rpartition("::")[2].strip()
        for line in about.get_all("Classifier") or ()
        if line.startswith(_CLASSIFIER) and line != "License :: OSI Approved"
    ]
    old = _field(about, "License").strip().partition("\n")[0]
    # a text put where a name belongs is no name
    return old if old and len(old) < 60 else ", ".join(classified) or "see its text"


def _link(about: metadata.PackageMetadata) -> str:
    home = _field(about, "Home-page")
    if home.startswith("http"):
        return home
    urls = [str(url).partition(",") for url in about.get_all("Project-URL") or ()]
    links = {label.strip().lower(): link.strip() for label, _, link in urls}
    for label in ("homepage", "home", "repository", "source", "source code", "documentation"):
        if label in links:
            return links[label]
    return next(iter(links.values()), "")


def _field(about: metadata.PackageMetadata, name: str) -> str:
    return str(about[name]) if name in about else ""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def notices() -> str:
    """Third-party notices in full: the list, then every text."""
    lines = [
        "Lightledger is made with the following, each under its own licence.",
        "",
        *(f"{part.name} {part.version}: {part.licence}  {part.link}".rstrip() for part in parts()),
    ]
    if any(part.name.startswith("PySide6") for part in parts()):
        lines += ["", f"Qt, in PySide6, contains code of others: {_OF_QT}"]
    for part in parts():
        for name, text in sorted(texts(part.name).items()):
            head = f"{part.name} {part.version}: {name}"
            lines += ["", "=" * 78, head, "=" * 78, "", text.rstrip()]
    return "\n".join(lines) + "\n"


def licence() -> str:
    """Our own licence: of the installed package, or beside the sources."""
    found = [text for name, text in sorted(texts(_SELF).items()) if "LICENSE" in name]
    # of a bundle, and beside the sources
    for folder in Path(__file__).parents[2:4] if not found else ():
        if (folder / "LICENSE").is_file():
            found.append((folder / "LICENSE").read_text(encoding="utf-8"))
    return found[0] if found else "BSD 3-clause licence"
