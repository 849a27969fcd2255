"""Target-pixel files as a series of frames: every cadence of Kepler, K2 or TESS is a visit.

Times, observers, quality bits and setups are those that importing the same file gives; what is
measured are the pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Problem,
    Progress,
    Recipe,
    Report,
    clean_band,
    counted,
)
from lightledger.frames.cells import COLUMNS, CellTable, cell_shape, column_of
from lightledger.frames.folders import Entry, Listing, NoFrames, list_files
from lightledger.frames.frame import (
    Cell,
    Circumstances,
    Frame,
    FrameTime,
    Inventory,
    LeftOut,
    Observer,
)
from lightledger.frames.grid import SkyGrid
from lightledger.frames.hdus import walk
from lightledger.frames.units import clean_unit

from .lightcurves.options import ImportOptions
from .lightcurves.pixelfile import OPTIMAL, aperture_bits, is_pixel_file
from .lightcurves.reading import read_series
from .lightcurves.series import Series
from .lightcurves.slots import Slots, make_slots
from .request import Target

#: Columns of the visit table in the order of `FrameTime` and `Observer`.
_TIMES = ("mjd_utc_start", "mjd_utc_mid", "mjd_utc_end", "exposure_s")
_OBSERVER = ("observer_x_km", "observer_y_km", "observer_z_km", "tdb_minus_utc_s")


@dataclass(frozen=True)
class _File:
    """A target-pixel file: its series, and the row of each point of it."""

    entry: Entry
    hdu: int
    shape: tuple[int, int]
    unit: str
    series: Series
    rows: np.ndarray
    kinds: tuple[str, ...]
    sky_removed: bool


def pixel_inventory(folders: Sequence[Path], control: Control, report: Report) -> Inventory | None:
    """The cadences of target-pixel files as frames; None where most of the files are others.

    The others are left out by name then: frames of a spacecraft are not measured beside images.
    Cadences without a time and those without a finite pixel are left out and counted.

    Raises
    ------
    LightledgerError
        They are of several stars: each is a field of its own.
    NoFrames
        None can be used.
    Cancelled
    """
    listing = list_files(folders, control)
    entries = [entry for entry in listing.entries if entry.sort == "fits"]
    others = [entry for entry in entries if not _is_pixel_file(entry)]
    entries = [entry for entry in entries if entry not in others]
    if not entries or len(others) > len(entries):
        return None
    problems: list[Problem] = list(listing.problems)
    refused: list[Problem] = []
    files: list[_File] = []
    for n, entry in enumerate(entries):
        control.check()
        report(Progress("scan", n, len(entries), entry.name))
        try:
            files.append(_read(entry, problems))
        except LightledgerError as error:
            refused.append(Problem(error.what, entry.name, error.advice, "refused"))
    if not files:
        first = refused[0]
        more = f" ({counted(len(refused), 'file')})" if len(refused) > 1 else ""
        raise NoFrames(f"not usable: {first.what}{more}", first.file, first.advice, len(refused))
    _require_one_star(files)
    return _inventory(listing, files, refused, problems, [entry.name for entry in others])


def targets_of(inventory: Inventory) -> tuple[Target, ...]:
    """The star that target-pixel files were taken for; () of other frames."""
    frame = next((f for f in inventory.frames if f.cell is not None), None)
    if frame is None or frame.pointing is None:
        return ()
    return (Target(frame.object_name or "target", *frame.pointing),)


def aperture_first(recipe: Recipe, inventory: Inventory) -> Recipe:
    """The recipe, where nothing else is asked for with the mission's aperture shown first."""
    methods = recipe.measuring.methods
    if recipe.presenting.suggested or (methods and "iso" not in methods):
        return recipe
    first = [inventory.sci(band)[0] for band in inventory.bands]
    shown = tuple(f"{frame.band}_sci-iso" for frame in first if aperture_mask(frame).any())
    return recipe.with_presenting(suggested=shown)


def aperture_mask(frame: Frame) -> np.ndarray:
    """Pixels of the mission's aperture in the file of a cell: bool, shape (ny, nx).

    None is marked in cut-outs that nobody chose an aperture for.
    """
    from astropy.io import fits

    path = Path(frame.path)
    with fits.open(path, memmap=False) as file:
        mask: np.ndarray = (aperture_bits(file, frame.shape, path) & OPTIMAL) != 0
    return mask


def _is_pixel_file(entry: Entry) -> bool:
    try:
        return not entry.fault and is_pixel_file(walk(Path(entry.path)))
    except (LightledgerError, OSError):
        return False


def _read(entry: Entry, problems: list[Problem]) -> _File:
    """One file; what is left out of it joins the problems."""
    from astropy.io import fits

    path = Path(entry.path)
    (series,) = read_series(path, entry.name, ImportOptions())
    hdus = walk(path)
    hdu = next(h for h in hdus if column_of(h.cards))
    column = column_of(hdu.cards)
    shape = cell_shape(hdu.cards, column) or (0, 0)
    with fits.open(path, memmap=False) as file:
        data = file[hdu.index].data
        timed = np.isfinite(np.asarray(data.field("TIME"), float))
        names = [name.upper() for name in data.names]
        known = "FLUX_BKG" in names and bool(np.nan_to_num(data.field("FLUX_BKG")).any())
    sky_removed = hdu.cards.text("BACKAPP") == "T" if "BACKAPP" in hdu.cards else known
    rows = np.flatnonzero(timed)
    if rows.size != len(series):
        raise LightledgerError("its cadences and its times do not agree")
    kinds = tuple(kind for kind in COLUMNS if column_of(hdu.cards, kind))
    unit = clean_unit(hdu.cards.text(f"TUNIT{column}"))
    file_ = _File(entry, hdu.index, shape, unit, series, rows, kinds, sky_removed)
    if SkyGrid.from_header(CellTable.of(_frame(file_, "sci", Cell(0))).header(), shape) is None:
        raise LightledgerError(
            "its frames have no WCS", advice="'lightledger import' takes the sum of its aperture"
        )
    _remark(file_, timed.size, problems)
    return file_


def _remark(file: _File, n_row: int, problems: list[Problem]) -> None:
    sky = (
        "the mission has taken the background off"
        if file.sky_removed
        else "the background is still in the pixels"
    )
    counts = f"{n_row} cadences of {file.shape[1]} x {file.shape[0]} pixels; {sky}"
    if n := int(aperture_mask(_frame(file, "sci", Cell(0))).sum()):
        counts += f"; 'iso' is the sum over its aperture of {n} pixels"
    if n := n_row - file.rows.size:
        counts += f"; {n} without a time are left out"
    if n := int((~_seen(file)).sum()):
        counts += f"; {n} without a finite pixel are left out"
    problems.append(Problem(counts, file.entry.name, severity="note"))


def _seen(file: _File) -> np.ndarray:
    """Whether each point's frame has a finite pixel."""
    cells = CellTable.of(_frame(file, "sci", Cell(0))).cells("sci")
    seen: np.ndarray = np.isfinite(cells).any(axis=(1, 2))[file.rows]
    return seen


def _require_one_star(files: Sequence[_File]) -> None:
    stars = sorted({file.series.object or "unnamed" for file in files})
    if len(stars) > 1:
        listed = ", ".join(stars[:3]) + (", ..." if len(stars) > 3 else "")
        raise LightledgerError(
            f"target-pixel files of {len(stars)} stars ({listed})",
            advice="ingest those of one star at a time, or 'lightledger import' them all together",
        )


def _inventory(
    listing: Listing,
    files: Sequence[_File],
    refused: list[Problem],
    problems: list[Problem],
    images: Sequence[str],
) -> Inventory:
    slots = make_slots([file.series for file in files])
    frames = [
        frame
        for file, at in zip(files, slots.of_series, strict=True)
        for frame in _frames_of(file, at, slots)
    ]
    if not frames:
        raise NoFrames("no cadence has a finite pixel", files[0].entry.name, n_files=len(files))
    frames.sort(key=lambda f: (f.band, f.visit, f.kind != "sci"))
    if slots.n_repeated:
        what = f"{slots.n_repeated} cadences are in two files: both are measured"
        problems.append(Problem(what, severity="note"))
    tables = [entry.name for entry in listing.entries if entry.sort != "fits"]
    left_out = [LeftOut(name, "a table, not an image") for name in tables]
    left_out += [LeftOut(name, "not measured beside target-pixel files") for name in images]
    return Inventory(
        roots=listing.roots,
        template="",
        frames=tuple(frames),
        left_out=tuple(left_out),
        problems=(*refused, *problems),
        n_files=len(listing.entries),
        n_used=len(files),
        n_refused=len(refused),
        n_ignored=listing.n_ignored,
    )


def _frames_of(file: _File, at: np.ndarray, slots: Slots) -> list[Frame]:
    """Frames of the cadences of a file, with their maps of errors."""
    table, series = slots.visits, file.series
    found = []
    for k in np.flatnonzero(_seen(file)):
        v = at[k]
        note = str(table["note"][v])
        cell = Cell(int(file.rows[k]), int(series.flags[k]), note, file.sky_removed)
        start, mid, end, exposure = (float(table[name][v]) for name in _TIMES)
        time = FrameTime(start, mid, end, exposure, str(table["time_note"][v]))
        x, y, z, ahead = (float(table[name][v]) for name in _OBSERVER)
        observer = Observer(x, y, z, ahead, str(table["observer_note"][v]))
        visit = str(table["visit"][v])
        found += [_frame(file, kind, cell, visit, time, observer) for kind in file.kinds]
    return found


def _frame(
    file: _File,
    kind: str,
    cell: Cell,
    visit: str = "",
    time: FrameTime | None = None,
    observer: Observer | None = None,
) -> Frame:
    series, entry = file.series, file.entry
    return Frame(
        path=entry.path,
        name=entry.name,
        hdu=file.hdu,
        visit=visit,
        band=clean_band(series.band),
        band_original=series.band,
        kind=kind,
        shape=file.shape,
        n_sub=1,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        time=time,
        observer=observer,
        setup=series.setup,
        unit=file.unit,
        pointing=(series.ra_deg, series.dec_deg) if series.has_direction else None,
        object_name=series.object,
        saturate=None,
        gain=None,
        read_noise=None,
        airmass_header=float("nan"),
        has_wcs=True,
        circumstances=Circumstances(frame_time_s=series.exposure_s),
        cell=cell,
    )
