"""Make the demo field: a small dark field, or one night of staring at one star."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain.errors import LightledgerError
from lightledger.domain.progress import Control, Progress, Report, silent

from . import staring as night
from .coadd import combine, sky_positions, write_catalogue, write_coadd
from .fits_files import write_visit
from .population import make_scene
from .render import Painter
from .scene import SIZE, Source
from .schedule import BANDS, N_VISIT, make_schedule
from .truth import TruthRow, write_truth

MADE_BY = "Lightledger demo field"
SEED = 20090515
#: Changes whenever the same seed would give other files.
EDITION = 1
STAGE = "making the demo field"


@dataclass(frozen=True)
class DemoField:
    """What was made.

    Attributes
    ----------
    folder : Path
        What to ingest.
    frames, truth : Path
        Folder of the frames; the truth file (beside, not inside, what is measured).
    catalogue : Path or None
        Reference catalogue; none for the staring night.
    n_visit, n_object : int
        Visits per band and planted objects.
    n_bytes : int
        Size of all files.
    made : bool
        False when the same field was there already and was left alone.
    """

    folder: Path
    frames: Path
    truth: Path
    catalogue: Path | None
    n_visit: int
    n_object: int
    n_bytes: int
    made: bool


def make_demo(
    folder: Path,
    *,
    staring: bool = False,
    seed: int = SEED,
    control: Control | None = None,
    report: Report = silent,
) -> DemoField:
    """Make the demo field under ``folder``; the same seed gives the same bytes.

    Parameters
    ----------
    folder : Path
        Gets ``per_aor/``, ``superstack/`` and ``truth.csv``; with ``staring`` ``staring/`` and
        ``staring_truth.csv``. A field made earlier with the same seed is left as it is.
    staring : bool
        One night of one band with a transit, instead of five years of a dark field.
    seed : int
        Of every random number.

    Raises
    ------
    LightledgerError
        The folder cannot be written, or the disk is full.
    Cancelled
        By ``control``; files written so far stay and are written anew next time.
    """
    folder = Path(folder)
    made_by = f"{MADE_BY}, edition {EDITION}, seed {seed}"
    truth = folder / ("staring_truth.csv" if staring else "truth.csv")
    make = _make_staring if staring else _make_dark_field
    try:
        _refuse_foreign(folder, truth, staring)
        found = _found(folder, truth, made_by, staring)
        if found is not None:
            return found
        folder.mkdir(parents=True, exist_ok=True)
        # From now on the folder is known as ours, but not as complete.
        write_truth(truth, [], f"{made_by}, unfinished")
        rows, n_visit = make(folder, seed, control or Control(), report)
        size = _size(folder, staring)
        # The counts say later whether all of it is still there.
        counts = f"{n_visit} visits, {len(rows)} objects, {size} bytes"
        write_truth(truth, rows, f"{made_by}; {counts}")
    except OSError as error:
        raise LightledgerError(
            f"the demo field cannot be written ({error.strerror or error})",
            error.filename or folder,
            "name a folder on a disk with 200 MB free",
        ) from None
    return _describe(folder, truth, staring, n_visit, len(rows), size, made=True)


def _places(folder: Path, staring: bool) -> list[Path]:
    """Folders that hold the frames, and what goes with them."""
    return [folder / "staring"] if staring else [folder / "per_aor", folder / "superstack"]


def _refuse_foreign(folder: Path, truth: Path, staring: bool) -> None:
    """Somebody's own frames may lie under the very names that the demo would write."""
    ours = truth.is_file() and truth.read_bytes()[:64].startswith(f"# {MADE_BY}".encode())
    taken = [place for place in _places(folder, staring) if place.is_dir() and any(place.iterdir())]
    if not ours and (taken or truth.exists()):
        raise LightledgerError(
            "this was not made by the demo and stays untouched",
            (taken or [truth])[0],
            "name a new folder for the demo field",
        )


def _size(folder: Path, staring: bool) -> int:
    return sum(f.stat().st_size for place in _places(folder, staring) for f in place.iterdir())


def _found(folder: Path, truth: Path, made_by: str, staring: bool) -> DemoField | None:
    """The same field, made earlier and complete, or None."""
    if not truth.is_file():
        return None
    with truth.open(encoding="utf-8", errors="replace") as file:
        line = file.readline()
    counts = re.fullmatch(
        rf"# {re.escape(made_by)}; (\d+) visits, (\d+) objects, (\d+) bytes\n", line
    )
    if counts is None or not all(place.is_dir() for place in _places(folder, staring)):
        return None
    n_visit, n_object, size = (int(text) for text in counts.groups())
    if _size(folder, staring) != size:
        return None
    return _describe(folder, truth, staring, n_visit, n_object, size, made=False)


def _describe(
    folder: Path, truth: Path, staring: bool, n_visit: int, n_object: int, size: int, made: bool
) -> DemoField:
    frames = _places(folder, staring)[0]
    return DemoField(
        folder=frames if staring else folder,
        frames=frames,
        truth=truth,
        catalogue=None if staring else folder / "superstack" / "coadd_ch1.ecsv",
        n_visit=n_visit,
        n_object=n_object,
        n_bytes=size + truth.stat().st_size,
        made=made,
    )


def _make_dark_field(
    folder: Path, seed: int, control: Control, report: Report
) -> tuple[list[TruthRow], int]:
    random = np.random.default_rng(seed)
    visits = make_schedule(random)
    sources = make_scene(visits, random)
    painter = Painter(sources, seed)
    frames, stack = folder / "per_aor", folder / "superstack"
    for place in (frames, stack):
        place.mkdir(exist_ok=True)
    middle = 0.5 * (visits["ch1"][0].mjd_mid + visits["ch1"][-1].mjd_mid)
    total = len(BANDS) * N_VISIT
    for band_place, band in enumerate(BANDS):
        sci = np.empty((N_VISIT, SIZE, SIZE), np.float32)
        cov = np.empty_like(sci)
        for k, visit in enumerate(visits[band]):
            control.check()
            report(Progress(STAGE, band_place * N_VISIT + k, total, f"{visit.name} {band}"))
            planes = painter.paint(visit, k, middle)
            write_visit(frames, visit, planes)
            sci[k], cov[k] = planes.sci, planes.cov
        write_coadd(stack, band, *combine(sci, cov), N_VISIT)
    write_catalogue(stack / "coadd_ch1.ecsv", sources, N_VISIT)
    report(Progress(STAGE, total, total))
    return truth_rows(sources), N_VISIT


def truth_rows(sources: list[Source]) -> list[TruthRow]:
    """The truth file's rows, in the order of the catalogue (NUMBER = row + 1)."""
    ra, dec = sky_positions(sources)
    rows = []
    for number, source in enumerate(sources, start=1):
        rows.append(
            TruthRow(
                object=f"I{number}",
                kind=source.kind,
                role=source.role,
                expect=source.expect,
                ra_deg=round(float(ra[number - 1]), 8),
                dec_deg=round(float(dec[number - 1]), 8),
                x_px=round(source.x, 4),
                y_px=round(source.y, 4),
                flux_ch1_ujy=round(source.flux[0], 4),
                flux_ch2_ujy=round(source.flux[1], 4),
                note=source.note,
                **source.truth,  # type: ignore[arg-type]
            )
        )
    return rows


def _make_staring(
    folder: Path, seed: int, control: Control, report: Report
) -> tuple[list[TruthRow], int]:
    return night.make_night(folder / "staring", seed, control, report)
