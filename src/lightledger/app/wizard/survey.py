"""What the Files page shows: computed in a worker from the scanned inventory; plain data."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Catalogues,
    Control,
    LightledgerError,
    Measuring,
    Problem,
    Report,
    counted,
    silent,
)
from lightledger.frames.frame import KINDS, Inventory, LeftOut
from lightledger.frames.visitcolumns import ColumnMap
from lightledger.store.superblock import SIZE, check_superblock
from lightledger.workers import heavy_imports

from .dates import date, size_text, span

#: Names of files that can be frames.
_FITS = re.compile(r"\.(fits|fit|fts)(\.(fz|gz))?$", re.IGNORECASE)


@dataclass(frozen=True)
class VisitLine:
    """One visit of one band: which kinds are there, how many of each."""

    visit: str
    mjd_utc: float
    exposure_s: float
    kinds: tuple[int, ...]
    setup: str
    name: str


@dataclass(frozen=True)
class BandLines:
    """One band and its visits, in order of time."""

    band: str
    original: str
    visits: tuple[VisitLine, ...]
    kinds: tuple[int, ...]

    @property
    def mjd_utc(self) -> np.ndarray:
        return np.array([v.mjd_utc for v in self.visits])


@dataclass(frozen=True)
class FileNote:
    """A file that is not measured, or is with a remark."""

    state: str
    name: str
    reason: str


@dataclass(frozen=True)
class Survey:
    """Everything that a scan found; with a ``mapping`` the visits are catalogues, not images."""

    inventory: Inventory
    bands: tuple[BandLines, ...]
    notes: tuple[FileNote, ...]
    field_name: str
    headline: str
    counts: str
    names: tuple[str, ...]
    mapping: ColumnMap | None = None

    @property
    def span(self) -> tuple[float, float] | None:
        """First and last time, MJD (UTC); None with fewer than two."""
        times = np.concatenate([b.mjd_utc for b in self.bands]) if self.bands else np.empty(0)
        times = times[np.isfinite(times)]
        return (float(times.min()), float(times.max())) if times.size > 1 else None


def scan_folders(
    folders: Sequence[Path],
    measuring: Measuring,
    catalogues: Catalogues,
    reference: str = "",
    only_catalogues: bool = False,
    *,
    control: Control | None = None,
    report: Report = silent,
) -> Survey:
    """Scan and summarise; for a worker. Without images the catalogues of visits are looked for.

    Parameters
    ----------
    catalogues : Catalogues
        Columns that are known.
    reference : str
        A reference catalogue, which is no visit's.
    only_catalogues : bool
        Although there are images.

    Raises
    ------
    LightledgerError
        Nothing usable; one line says why.
    Cancelled
    """
    with heavy_imports():
        from lightledger.frames.folders import NoFrames
        from lightledger.frames.scan import scan
        from lightledger.frames.visitscan import scan_catalogues

    none: NoFrames | None = None
    if not only_catalogues:
        try:
            images = scan(
                list(folders), measuring.template, site=measuring.site, control=control,
                report=report,
            )  # fmt: skip
            return summarise(images)
        except NoFrames as error:
            none = error
    try:
        found = scan_catalogues(
            list(folders), catalogues, template=measuring.template, radii_px=measuring.radii_px,
            reference=reference, control=control, report=report,
        )  # fmt: skip
    except LightledgerError as error:
        if none and (none.n_files or (isinstance(error, NoFrames) and not error.n_files)):
            raise none from None
        raise
    return summarise(found.inventory, found.mapping)


def summarise(inventory: Inventory, mapping: ColumnMap | None = None) -> Survey:
    """Visits x bands x kinds, counts and notes of an inventory."""
    bands = []
    for band in inventory.bands:
        lines = []
        for frame in inventory.sci(band):
            others = inventory.companions(frame)
            kinds = tuple(1 if k == "sci" else int(k in others) for k in KINDS)
            time = frame.time
            lines.append(
                VisitLine(
                    frame.visit,
                    time.mjd_utc_mid if time else float("nan"),
                    time.exposure_s if time else float("nan"),
                    kinds,
                    frame.setup,
                    frame.name,
                )
            )
        totals = tuple(int(n) for n in np.sum([line.kinds for line in lines], axis=0))
        original = next((f.band_original for f in inventory.sci(band)), band)
        bands.append(BandLines(band, original, tuple(lines), totals))
    names = Counter(f.object_name for f in inventory.frames if f.object_name)
    field_name = names.most_common(1)[0][0] if names else Path(inventory.roots[0]).name
    return Survey(
        inventory=inventory,
        bands=tuple(bands),
        notes=_notes(inventory.problems, inventory.left_out),
        field_name=field_name,
        headline=_headline(field_name, bands),
        counts=_counts(inventory),
        names=_names(inventory),
        mapping=mapping,
    )


def _notes(problems: Sequence[Problem], left_out: Sequence[LeftOut]) -> tuple[FileNote, ...]:
    refused = [FileNote("refused", p.file, _reason(p)) for p in problems if p.severity != "note"]
    out = [FileNote("left out", each.name, each.reason) for each in left_out]
    remarks = [FileNote("note", p.file, _reason(p)) for p in problems if p.severity == "note"]
    return tuple(refused + out + remarks)


def _reason(problem: Problem) -> str:
    return f"{problem.what}; {problem.advice}" if problem.advice else problem.what


def _headline(field_name: str, bands: Sequence[BandLines]) -> str:
    ids = {v.visit for b in bands for v in b.visits}
    times = np.concatenate([b.mjd_utc for b in bands]) if bands else np.empty(0)
    times = times[np.isfinite(times)]
    text = f"{field_name}: {counted(len(ids), 'visit')} in {counted(len(bands), 'band')}"
    if times.size > 1:
        text += f" over {span(times.min(), times.max())}"
    return text


def _counts(inventory: Inventory) -> str:
    n = inventory
    text = (
        f"{counted(n.n_files, 'file')} found = {n.n_used:,} used + "
        f"{len(n.left_out):,} left out + {n.n_refused:,} refused"
    )
    times = np.array([f.time.mjd_utc_mid for f in n.frames if f.kind == "sci" and f.time])
    if times.size:
        first, last = date(times.min()), date(times.max())
        text += f"; {first} UTC" if first == last else f"; {first} to {last} UTC"
    return text


def _names(inventory: Inventory) -> tuple[str, ...]:
    """Of all FITS files that were found, whatever became of them; the used ones first."""
    used = dict.fromkeys(f.name for f in inventory.frames)
    others = [each.name for each in inventory.left_out] + [p.file for p in inventory.problems]
    tables = not any(_FITS.search(name) for name in used)
    return (*used, *sorted({n for n in others if tables or _FITS.search(n)} - used.keys()))


def fits_names(folders: Sequence[Path], *, control: Control | None = None) -> tuple[str, ...]:
    """Relative names of the FITS files, for the preview without a scan; for a worker."""
    names: list[str] = []
    for folder in folders:
        for top, below, files in os.walk(folder):
            if control is not None:
                control.check()
            below.sort()
            inside = Path(top).relative_to(folder).as_posix()
            before = "" if inside == "." else f"{inside}/"
            names += [before + file for file in sorted(files) if _FITS.search(file)]
    return tuple(names)


def default_output(folders: Sequence[Path], field_name: str) -> Path:
    """``<folder>/<field>.h5``; beside the folder, else at home, where it cannot be written."""
    stem = re.sub(r"[^\w.+-]+", "_", field_name.strip()).strip("._-") or "field"
    folder = folders[0] if folders[0].is_dir() else folders[0].parent
    for place in (folder, folder.parent, Path.home()):
        if os.access(place, os.W_OK | os.X_OK):
            return place / f"{stem}.h5"
    return folder / f"{stem}.h5"


@dataclass(frozen=True)
class OutputState:
    """Whether a store can be written there."""

    ok: bool
    text: str
    free_bytes: int = 0


def check_output(path: Path | None) -> OutputState:
    """Look at a target before anything is measured; touches nothing."""
    if path is None or not path.name:
        return OutputState(False, "Choose where the store is written")
    folder = path.parent
    if path.is_dir():
        return OutputState(False, f"{path.name} is a folder; give the name of a file")
    if not folder.is_dir():
        return OutputState(False, f"The folder {folder} does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        return OutputState(False, f"The folder {folder} cannot be written; choose another")
    free = shutil.disk_usage(folder).free
    if free == 0:
        return OutputState(False, f"There is no room left in {folder}; choose another folder")
    room = f"{size_text(free)} free"
    if path.exists():
        try:
            with path.open("rb") as file:
                check_superblock(file.read(SIZE), path.stat().st_size, path.name)
        except OSError as error:
            return OutputState(False, f"{path.name} cannot be read ({error.strerror})")
        except LightledgerError as error:
            return OutputState(False, f"{path.name} exists: {error.what}; choose another name")
        return OutputState(True, f"The store exists: new visits are added to it; {room}", free)
    if Path(f"{path}.staging").is_dir():
        return OutputState(True, f"An unfinished ingest is continued; {room}", free)
    return OutputState(True, f"Can be written; {room}", free)
