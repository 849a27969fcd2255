"""Measure one visit of one band: plain data in, one staged file out, anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Measuring, VisitRow
from lightledger.frames.content import fingerprint, frame_hash
from lightledger.frames.frame import Frame
from lightledger.frames.read import Image, read_image
from lightledger.frames.units import flux_scale
from lightledger.photometry.footprints import Footprints
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import (
    Base,
    Measured,
    MeasureSpec,
    Planes,
    Visit,
    measure,
    prepare,
)
from lightledger.photometry.spec import needs_map

from .frozen import load
from .placing import Placed, place_objects, positions_to_keep
from .reference import Reference
from .visitresult import Staged, VisitResult, stage
from .visitrow import row_of

#: Where the footprint matrix lies inside the frozen reference. A new form of it gets a new name:
#: one of an older form is not found, and apertures are evaluated on each frame.
FOOTPRINTS = "footprints2"


@dataclass(frozen=True)
class VisitTask:
    """All that `measure_visit` needs; picklable.

    Attributes
    ----------
    sci : Frame
    companions : dict of str to Frame
        ``unc``, ``std``, ``cov`` where present.
    out : Path
        The staged file to write.
    reference : Path
        Folder of the frozen reference.
    measuring : Measuring
        Resolved settings.
    recipe_hash : str
    unit : str
        Unit of the band's stored values; a frame in another one is refused.
    samples : tuple of int
        Objects whose values are handed back for display.
    """

    sci: Frame
    companions: dict[str, Frame]
    out: Path
    reference: Path
    measuring: Measuring
    recipe_hash: str
    unit: str
    samples: tuple[int, ...] = ()


@lru_cache(maxsize=1)
def _reference(folder: Path, stamp: int) -> Reference:
    return load(folder)


@lru_cache(maxsize=1)
def _geometry(folder: Path, stamp: int, measuring: Measuring) -> tuple[Geometry, Footprints | None]:
    footprints = folder / FOOTPRINTS
    geometry = _reference(folder, stamp).geometry(measuring)
    return geometry, Footprints.load(footprints) if footprints.is_dir() else None


@lru_cache(maxsize=8)
def _base(folder: Path, stamp: int, measuring: Measuring, band: str) -> Base:
    coadd = _reference(folder, stamp).coadd_of(band)
    return Base(*_geometry(folder, stamp, measuring), *coadd)


def reference_of(folder: Path) -> Reference:
    """The frozen reference, read once a process."""
    return _reference(folder, _stamp(folder))


def base_of(folder: Path, measuring: Measuring, band: str) -> Base:
    """What visits of a band are measured against, made once; its large arrays are mapped."""
    return _base(folder, _stamp(folder), measuring, band)


def _stamp(folder: Path) -> int:
    return (folder / "reference.json").stat().st_mtime_ns


def measure_visit(task: VisitTask, cancelled: Callable[[], bool]) -> VisitResult:
    """Measure every object on one frame and stage the result.

    Raises
    ------
    Cancelled
    LightledgerError
        When nothing can be staged (a full disk); what is wrong with the frame becomes the
        result's problem.
    """
    return stage(task, partial(_measure, task), "the frame could not be measured", cancelled)


def _measure(task: VisitTask) -> Staged:
    """The visit's row, the numbers, and where each object was."""
    reference = reference_of(task.reference)
    image = read_image(task.sci)
    sigma, coverage = _companion(task, "unc", image), _companion(task, "cov", image)
    visit = prepare(Planes(image.data, sigma, coverage))
    has_coverage = coverage is not None
    del sigma, coverage  # a visit of a large mosaic is a gigabyte of planes
    _require_pixels(visit)
    measuring = task.measuring
    with_map = needs_map(measuring) or "unc" in task.companions
    placed = place_objects(task.sci, image, visit, reference, with_map)
    scale = flux_scale(task.sci.unit, placed.pixel_area, task.sci.value_exposure_s)
    if scale.unit != task.unit:
        raise LightledgerError(
            f"its values come in {scale.unit} and those of the other frames in {task.unit}"
            + ("" if task.sci.value_exposure_s > 0 else ": it has no exposure time"),
            advice="ingest frames of another unit into a store of their own",
        )
    spec = MeasureSpec(
        measuring,
        gain=measuring.gain or task.sci.gain or 0.0,
        read_noise=measuring.read_noise or task.sci.read_noise or 0.0,
        saturation=measuring.saturation or task.sci.saturate or 0.0,
        flux_factor=scale.factor,
    )
    fwhm = placed.fwhm_px if math.isfinite(placed.fwhm_px) else reference.fwhm_px
    base = base_of(task.reference, measuring, task.sci.band)
    measured = measure(visit, placed.place, base, spec, fwhm)
    local = placed.flux_scale(task.sci.unit, measured.measurements).astype(np.float32)
    measured = replace(measured, value=measured.value * local, error=measured.error * local)
    noted = [task.sci.cell.note] if task.sci.cell and task.sci.cell.note else []
    if placed.note:
        noted.append(placed.note)
    if image.n_dropped:
        noted.append(f"{image.n_dropped:,} sub-frames whose level stands out are left out")
    row = _row(task, reference, placed) | {
        "fwhm_px": placed.fwhm_px,
        "sky": measured.sky,
        "sky_rms": measured.sky_rms,
        "saturation": measured.saturation,
        "n_cosmic": measured.n_cosmic,
        "noise_factors": measured.noise_factors,
        "note": "; ".join([*noted, *notes_of(measured)]),
    }
    planes = positions_to_keep(placed.place, reference)
    if has_coverage:
        planes["coverage"] = measured.coverage
    flags = measured.flags
    if task.sci.cell is not None:
        flags = flags | np.uint16(task.sci.cell.flags)
    value, error = measured.value, measured.error
    return Staged(row, measured.measurements, value, error, flags, planes)


def notes_of(measured: Measured) -> list[str]:
    """What a person should know of the pixels of a visit."""
    notes = []
    if measured.n_no_sigma:
        notes.append(f"{measured.n_no_sigma:,} pixels without a usable sigma are left out")
    if measured.note:
        notes.append(measured.note)
    return notes


def _require_pixels(visit: Visit) -> None:
    """Refuse a frame of which nothing can be used, and say why."""
    if visit.n_good and not _all_alike(visit):
        return
    if visit.n_good:
        raise LightledgerError("all its pixels have one value", advice="it is left out")
    if visit.n_no_sigma:
        raise LightledgerError(
            "none of the values of its unc frame is a sigma (positive and finite)",
            advice="mend the unc frame, or leave it out: noise then comes from the sky",
        )
    raise LightledgerError("the frame holds no usable pixel", advice="it is left out")


def _all_alike(visit: Visit) -> bool:
    """Whether all good pixels are the same, as of a camera that failed."""
    few = visit.image.ravel()[:: max(1, visit.image.size // 1000)]
    few = few[np.isfinite(few)]
    if few.size and few.max() > few.min():
        return False
    good = visit.image[~visit.bad]
    return bool(good.max() == good.min())


def _companion(task: VisitTask, kind: str, image: Image) -> np.ndarray | None:
    """A companion map as float32, or None; of a cube without one, the scatter of its planes."""
    frame = task.companions.get(kind)
    if frame is None:
        return _some_scatter(image.scatter) if kind == "unc" else None
    if frame.shape != task.sci.shape:
        raise LightledgerError(
            f"its {kind} frame {frame.name} is {frame.shape[1]} x {frame.shape[0]} pixels, "
            f"itself {task.sci.shape[1]} x {task.sci.shape[0]}"
        )
    return read_image(frame).data


def _row(task: VisitTask, reference: Reference, placed: Placed) -> VisitRow:
    sci = task.sci
    # the planes of a cell are in one file
    frames = [sci] if sci.cell else [sci, *task.companions.values()]
    return row_of(sci, reference.field_ra_deg, reference.field_dec_deg) | {
        "position_angle_deg": placed.angle_deg,
        "transform": placed.place.matrix.tolist(),
        "match_rms_px": placed.rms_px,
        "n_matched": placed.n_matched,
        "frames": " | ".join(f.full_name for f in frames),
        "hashes": " | ".join(
            [_whole(sci.path, sci.size, sci.mtime_ns), *(_sampled(f) for f in frames[1:])]
        ),
        "stamps": " | ".join(stamp_of(f) for f in frames),
        "state": "measured",
    }


@lru_cache(maxsize=4)
def _whole(path: str, size: int, mtime_ns: int) -> str:
    """Hash of an image's file, which may be the file of thousands of visits."""
    return frame_hash(path)


def _sampled(frame: Frame) -> str:
    """Fingerprint of a companion: whether a visit has changed is told by its image."""
    return fingerprint(frame.path, frame.size)


def stamp_of(frame: Frame) -> str:
    """Size and time stamp of a frame's file."""
    return f"{frame.size}:{frame.mtime_ns}"


def _some_scatter(scatter: np.ndarray | None) -> np.ndarray | None:
    """None of a cube whose planes are all the same: it tells nothing of their noise."""
    if scatter is None or not bool((scatter > 0).any()):
        return None
    return scatter
