"""What was dropped or opened: a store, a folder of frames, a catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

_STORE = {".h5", ".hdf5", ".next"}
_CATALOGUE = {".ecsv", ".csv", ".cat", ".txt", ".vot", ".xml", ".ldac"}
_FITS = {".fits", ".fit", ".fts"}
_BLOCK = 2880


@dataclass(frozen=True)
class Dropped:
    """Paths by what they are; a frame counts as its own folder of one file."""

    stores: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    catalogues: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()

    def refusals(self) -> list[str]:
        """What will not be opened, and why, a line each."""
        words = [
            f"{path}: not a store, a folder, a catalogue or a FITS file" for path in self.others
        ]
        measures = bool(self.folders or self.catalogues)
        if further := self.stores if measures else self.stores[1:]:
            names = ", ".join(path.name for path in further[:3]) + "…" * (len(further) > 3)
            why = "frames come first" if measures else "a window shows one store"
            words.append(f"{why}; not opened: {names}")
        return words


def sort_out(paths: Sequence[Path]) -> Dropped:
    """Tell stores, folders (or frames) and catalogues apart by their names and first bytes."""
    stores, folders, catalogues, others = [], [], [], []
    for path in paths:
        suffix = path.suffix.lower()
        if path.is_dir():
            folders.append(path)
        elif suffix in _STORE:
            stores.append(path)
        elif suffix in _CATALOGUE or (suffix in _FITS and is_fits_table(path)):
            catalogues.append(path)
        elif suffix in _FITS or suffix in {".fz", ".gz"}:
            folders.append(path)
        else:
            others.append(path)
    return Dropped(tuple(stores), tuple(folders), tuple(catalogues), tuple(others))


def is_fits_table(path: Path) -> bool:
    """Whether a FITS file has no primary image and a table first; False when unreadable."""
    try:
        with path.open("rb") as file:
            head = file.read(40 * _BLOCK)
    except OSError:
        return False
    naxis = next((c for c in _cards(head) if c.startswith(b"NAXIS   =")), b"")
    if naxis[10:30].strip() != b"0":
        return False
    end = _header_end(head)
    return head[end : end + 20].startswith((b"XTENSION= 'BINTABLE", b"XTENSION= 'TABLE"))


def _cards(head: bytes) -> list[bytes]:
    return [head[i : i + 80] for i in range(0, _header_end(head), 80)]


def _header_end(head: bytes) -> int:
    for i in range(0, len(head), 80):
        if head[i : i + 8] == b"END     ":
            return -(-(i + 80) // _BLOCK) * _BLOCK
    return 0


def local_paths(mime: QMimeData) -> list[Path]:
    """Files and folders of a drop."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
