"""The files in the dropped folders, nested ones too: names, sizes, and what they are by name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightledger.domain import Control, LightledgerError, Problem, Progress, Report

from .sorting import FileSort, file_sort, may_be_table

#: Files of other kinds are looked into only when they are few bytes and have no extension.
_MAGIC = b"SIMPLE  ="
_REPORT_EVERY = 20


class NoFrames(LightledgerError):
    """Folders without anything to ingest; ``n_files`` were looked at."""

    def __init__(self, what: str, file: object = "", advice: str = "", n_files: int = 0) -> None:
        super().__init__(what, file, advice)
        self.n_files = n_files


@dataclass(frozen=True)
class Entry:
    """One file: name as shown, absolute path, size, time of change, sort by name, or a fault."""

    name: str
    path: str
    size: int
    mtime_ns: int
    sort: FileSort
    fault: str = ""


@dataclass(frozen=True)
class Listing:
    """Files that are FITS or tables by name, and how many others there are."""

    roots: tuple[str, ...]
    entries: tuple[Entry, ...]
    n_ignored: int
    problems: tuple[Problem, ...]


def list_files(
    folders: Sequence[str | Path], control: Control | None = None, *, texts: bool = False
) -> Listing:
    """Files of all folders, nested, each once, sorted by name; a file may stand for a folder.

    With ``texts`` those count too that may be tables by their extension (.csv, .xml, .txt, ...).

    Raises
    ------
    LightledgerError
        A folder does not exist or cannot be read, or none was given.
    """
    if not folders:
        raise LightledgerError("no folder was given")
    roots = [Path(folder).expanduser().absolute() for folder in folders]
    labels = _labels(roots)
    seen: set[str] = set()
    entries: list[Entry] = []
    problems: list[Problem] = []
    n_ignored = 0
    for root, label in zip(roots, labels, strict=True):
        if not root.exists():
            raise LightledgerError("no such file or folder", root)
        for path in _walk(root, problems, control):
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            relative = path.name if path == root else path.relative_to(root).as_posix()
            entry = _entry(path, os.fsencode(label + relative).decode("utf-8", "replace"), texts)
            if entry is None:
                n_ignored += 1
            else:
                entries.append(entry)
    entries.sort(key=lambda entry: entry.name)
    return Listing(tuple(map(str, roots)), tuple(entries), n_ignored, tuple(problems))


def in_turn(listing: Listing, control: Control | None, report: Report) -> Iterator[Entry]:
    """Each file in turn, with progress.

    Raises
    ------
    Cancelled
    """
    for i, entry in enumerate(listing.entries):
        if control is not None:
            control.check()
        if i % _REPORT_EVERY == 0:
            report(Progress("scan", i, len(listing.entries), entry.name))
        yield entry


def _labels(roots: list[Path]) -> list[str]:
    """Prefix of names for each root: none for one folder, else its name, made unique."""
    if len(roots) == 1:
        return [""]
    labels: list[str] = []
    for root in roots:
        label = root.name if root.is_dir() else ""
        n = 2
        while label and f"{label}/" in labels:
            label, n = f"{root.name}-{n}", n + 1
        labels.append(f"{label}/" if label else "")
    return labels


def _walk(root: Path, problems: list[Problem], control: Control | None) -> list[Path]:
    if not root.is_dir():
        return [root]
    found: list[Path] = []

    def unreadable(error: OSError) -> None:
        if error.filename and Path(error.filename) == root:
            raise LightledgerError(f"cannot be read ({error.strerror})", root)
        problems.append(Problem(f"folder cannot be read ({error.strerror})", str(error.filename)))

    for folder, subfolders, files in os.walk(root, onerror=unreadable):
        if control is not None:
            control.check()
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        found += [Path(folder, name) for name in sorted(files)]
    return found


def _entry(path: Path, name: str, texts: bool) -> Entry | None:
    sort = file_sort(name)
    if texts and sort == "other" and may_be_table(name):
        sort = "text"
    try:
        status = path.stat()
        regular = stat.S_ISREG(status.st_mode)
        if sort == "other" and regular and not path.suffix and not path.name.startswith("."):
            with path.open("rb") as file:
                sort = "fits" if file.read(len(_MAGIC)) == _MAGIC else "other"
    except OSError as error:
        if sort == "other":
            return None
        return Entry(name, str(path), 0, 0, sort, f"cannot be read ({error.strerror})")
    if sort == "other":
        return None
    fault = "" if regular else "not a regular file"
    return Entry(name, str(path), status.st_size, status.st_mtime_ns, sort, fault)
