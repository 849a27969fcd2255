"""Where the frames of a visit are now, and whether they are still what was measured."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lightledger.domain import Control, LightledgerError
from lightledger.store.whence import known_folders, remember_folders

if TYPE_CHECKING:
    from .reading import Reading

BETWEEN = " | "
#: A cell of a table: the name of the file, its row.
_CELL = re.compile(r"(.+\.f(?:its?|ts)(?:\.\w+)?)#(\d+)", re.I)
#: How files end that were packed or unpacked since; what they hold is the same.
_PACKED = re.compile(r"\.(?:gz|fz|bz2)$", re.I)
_PACKINGS = ("", ".gz", ".fz", ".bz2")
#: Folders above the store in which frames are looked for by their relative names.
_LEVELS_UP = 4
#: Files looked at below a folder that a person points to.
_MOST_FILES = 200_000
#: A file up to this size is read to tell whether it is the one that was measured.
_HASHED_BYTES = 64 << 20


@dataclass(frozen=True)
class NamedFrame:
    """A file of a visit as the visit table has it.

    Attributes
    ----------
    name : str
        Relative, '/' between parts.
    stamp : str
        ``size:mtime_ns`` when it was measured.
    digest : str
        Hash of the image, fingerprint of a companion; '' unknown.
    first : bool
        It is the visit's image.
    row : int or None
        Of the table of the file whose cells are frames; None of images.
    """

    name: str
    stamp: str = ""
    digest: str = ""
    first: bool = False
    row: int | None = None


class FrameFinder:
    """Finds the frames of one store; `point_to` teaches it where they are now.

    A file that was packed or unpacked since is found as well, where none has the very name.
    Looked at are the folders that were ingested or pointed to, then the store's own folder, the
    folders above it and those in it; what one visit taught holds for the others.
    """

    def __init__(self, field: Reading) -> None:
        self._field = field
        self._store = Path(field.path)
        self._lock = threading.Lock()
        self._shifts: list[tuple[Path, int]] = []
        self._judged: dict[tuple[str, str, int], str] = {}

    def frames(self, band: str, row: int) -> tuple[NamedFrame, ...]:
        """Files of a visit, the image first; each once, though it may hold several images."""
        table = self._field.visits(band)
        cells = [str(table[name][row]).split(BETWEEN) for name in ("frames", "stamps", "hashes")]
        found: dict[str, NamedFrame] = {}
        for k, full_name in enumerate(cells[0]):
            if full_name and full_name not in found:
                stamp, digest = (c[k] if k < len(c) else "" for c in cells[1:])
                cell = _CELL.fullmatch(full_name)
                name, row_in = (cell[1], int(cell[2])) if cell else (full_name, None)
                found[full_name] = NamedFrame(name, stamp, digest, k == 0, row_in)
        return tuple(found.values())

    def path(self, name: str) -> Path | None:
        """Where a frame is now; None where it is not found."""
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
            return None
        with self._lock:
            known = [shift for shift in self._shifts if shift[1] < len(parts)]
        places: list[tuple[Path, int]] = []
        for last in _names(parts[-1]):
            renamed = (*parts[:-1], last)
            for shift in known:
                if (path := _shifted(renamed, shift)).is_file():
                    return path
            for shift in (places := places or self._places(len(parts))):
                if (path := _shifted(renamed, shift)).is_file():
                    self._learn(shift)
                    return path
        return None

    def _learn(self, shift: tuple[Path, int]) -> None:
        with self._lock:
            self._shifts = [shift, *(s for s in self._shifts if s != shift)]

    def _places(self, n_part: int) -> list[tuple[Path, int]]:
        """Folders to look in, and how many parts of a name are left off there."""
        known = known_folders(self._store)
        places = [(folder, 0) for folder in known]
        # names of several folders ingested at once begin with the folder's own name
        places += [(folder.parent, 0) for folder in known]
        places += [(folder, drop) for folder in known for drop in range(1, n_part)]
        here = self._store.absolute().parent
        places += [(folder, 0) for folder in (here, *here.parents[: _LEVELS_UP - 1])]
        with suppress(OSError):
            places += [(Path(e.path), 0) for e in os.scandir(here) if e.is_dir()]
        return places

    def point_to(self, folder: Path, name: str, control: Control | None = None) -> Path:
        """Look for a frame below ``folder``; where it is found tells where all others are.

        Returns
        -------
        Path
            The frame.

        Raises
        ------
        LightledgerError
            It is not there.
        Cancelled
        """
        parts = PurePosixPath(name).parts
        path = next(
            (
                found
                for last in _names(parts[-1])
                for k in range(len(parts))
                if (found := folder.joinpath(*parts[k:-1], last)).is_file()
            ),
            None,
        ) or _below(folder, parts, control)
        if path is None:
            raise LightledgerError(
                f"there is no {parts[-1]} in it", folder, "choose the folder that holds the frames"
            )
        base, drop = path.parent, len(parts) - 1
        while drop > 0 and base.name == parts[drop - 1]:
            base, drop = base.parent, drop - 1
        self._learn((base, drop))
        remember_folders(self._store, [base])
        return path

    def judge(self, frame: NamedFrame, path: Path) -> str:
        """What is wrong with a file's identity, in words; '' when it is what was measured.

        A file of another date is read once, up to 64 MB, to tell.
        """
        try:
            stat = path.stat()
        except OSError as error:
            return f"cannot be read ({error.strerror or error})"
        if path.name != PurePosixPath(frame.name).name:
            return f"it was packed otherwise when it was measured: now {path.name}"
        size, _, moment = frame.stamp.partition(":")
        if not size or moment == str(stat.st_mtime_ns):
            return ""
        if size != str(stat.st_size):
            return "it is not the file that was measured: its size has changed"
        key = (str(path), frame.digest, stat.st_mtime_ns)
        if key not in self._judged:
            self._judged[key] = _compared(frame, path, stat.st_size)
        return self._judged[key]


def _names(name: str) -> tuple[str, ...]:
    """A file's name, then those that it has packed otherwise."""
    bare = _PACKED.sub("", name)
    return name, *(bare + end for end in _PACKINGS if bare + end != name)


def _shifted(parts: Sequence[str], shift: tuple[Path, int]) -> Path:
    return shift[0].joinpath(*parts[shift[1] :])


def _compared(frame: NamedFrame, path: Path, size: int) -> str:
    from lightledger.frames.content import fingerprint, has_hash

    if not frame.digest:
        return ""
    if frame.first and size > _HASHED_BYTES:
        return "its date has changed since it was measured"
    if frame.first:
        same = has_hash(path, frame.digest)
    else:
        same = fingerprint(path, size) == frame.digest
    return "" if same else "its content has changed since it was measured"


def _below(folder: Path, parts: Sequence[str], control: Control | None) -> Path | None:
    """The file below a folder that shares most parts of its name with a frame."""
    best: tuple[int, Path] | None = None
    seen, names = 0, _names(parts[-1])
    for here, folders, files in os.walk(folder):
        if control is not None:
            control.check()
        folders.sort()
        seen += len(files)
        last = next((name for name in names if name in files), None)
        if last is not None:
            above = Path(here).parts[::-1]
            shared = 1
            while shared < len(parts) and above[shared - 1 : shared] == (parts[-1 - shared],):
                shared += 1
            if best is None or shared > best[0]:
                best = shared, Path(here) / last
        if seen > _MOST_FILES:
            break
    return best[1] if best else None
