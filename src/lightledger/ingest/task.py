"""Measure one visit of one band: plain data in, one staged file out, anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Cancelled,
    LightledgerError,
    Measuring,
    Problem,
    VisitRow,
)
from lightledger.frames.content import content_hash
from lightledger.frames.earth import airmass_of
from lightledger.frames.frame import Frame
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import apply_affine, match_stars
from lightledger.frames.read import Image, read_image
from lightledger.frames.units import flux_scale
from lightledger.photometry.footprints import Footprints
from lightledger.photometry.measure import Measured, MeasureSpec, Planes, measure
from lightledger.photometry.stars import Stars, find_stars, median_fwhm
from lightledger.store.staged import write_staged

from .reference import Reference, load

#: Positions that the transform gives this well are not stored one by one.
TOLD_PX = 0.01

#: Where the footprint matrix lies inside the frozen reference.
FOOTPRINTS = "footprints"


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


@dataclass(frozen=True)
class VisitResult:
    """What came of a task; ``problem`` with severity 'refused' means nothing was staged."""

    band: str
    visit: str
    mjd_utc: float
    sample_values: tuple[float, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class _Place:
    """Where the objects are on a frame."""

    x: np.ndarray
    y: np.ndarray
    matrix: np.ndarray
    same_grid: bool = False
    rms_px: float = math.nan
    n_matched: int = 0
    angle_deg: float = math.nan
    pixel_area: float = math.nan


@lru_cache(maxsize=1)
def _reference(folder: Path, stamp: int) -> Reference:
    return load(folder)


@lru_cache(maxsize=1)
def _footprints(folder: Path, stamp: int) -> Footprints:
    return Footprints.load(folder / FOOTPRINTS)


def reference_of(folder: Path) -> Reference:
    """The frozen reference, read once a process."""
    return _reference(folder, (folder / "reference.json").stat().st_mtime_ns)


def measure_visit(task: VisitTask, cancelled: Callable[[], bool]) -> VisitResult:
    """Measure every object on one frame and stage the result.

    Raises
    ------
    Cancelled
    LightledgerError
        When nothing can be staged (a full disk); what is wrong with the frame becomes the
        result's problem.
    """
    sci = task.sci
    mjd = sci.time.mjd_utc_mid if sci.time else math.nan
    if cancelled():
        raise Cancelled("cancelled; what was finished is kept")
    try:
        row, measured, planes = _measure(task)
    except LightledgerError as error:
        problem = Problem(error.what, sci.name, error.advice, "refused", sci.visit, sci.band)
        return VisitResult(sci.band, sci.visit, mjd, problem=problem)
    except Exception as error:
        what = f"the frame could not be measured ({type(error).__name__}: {error})"
        problem = Problem(what, sci.name, "look at the frame", "refused", sci.visit, sci.band)
        return VisitResult(sci.band, sci.visit, mjd, problem=problem)
    if cancelled():
        raise Cancelled("cancelled; what was finished is kept")
    write_staged(
        task.out,
        row,
        tuple(f"sci-{method}" for method in measured.methods),
        measured.value,
        measured.error,
        measured.flags,
        planes,
        task.recipe_hash,
    )
    samples = tuple(float(measured.value[0, i]) for i in task.samples)
    return VisitResult(sci.band, sci.visit, mjd, samples)


def _measure(task: VisitTask) -> tuple[VisitRow, Measured, dict[str, np.ndarray]]:
    """The visit's row, the numbers, and where each object was."""
    reference = reference_of(task.reference)
    image = read_image(task.sci)
    data = image.data
    sigma, coverage = _companion(task, "unc", image), _companion(task, "cov", image)
    bad = ~np.isfinite(data)
    if bad.all():
        raise LightledgerError("the frame holds no finite pixel", advice="it is left out")
    stars = find_stars(data, bad)
    place = _place(task.sci, image, stars, reference)
    fwhm = median_fwhm(stars)
    scale = flux_scale(task.sci.unit, place.pixel_area, task.sci.value_exposure_s, image.header)
    if scale.unit != task.unit:
        raise LightledgerError(
            f"its values come in {scale.unit} and those of the other frames in {task.unit}",
            advice="ingest frames of another unit into a store of their own",
        )
    measuring = task.measuring
    spec = MeasureSpec(
        radii_px=measuring.radii_px,
        radii_fwhm=measuring.radii_fwhm,
        background=measuring.background,
        annulus_px=(measuring.annulus_px[0], measuring.annulus_px[1]),
        mesh_px=measuring.mesh_px,
        gain=measuring.gain or task.sci.gain or 0.0,
        read_noise=measuring.read_noise or task.sci.read_noise or 0.0,
        saturation=measuring.saturation or task.sci.saturate or 0.0,
        flux_factor=scale.factor,
        scale=float(math.sqrt(abs(np.linalg.det(place.matrix[:, :2])))),
    )
    footprints = None
    if place.same_grid and (task.reference / FOOTPRINTS).is_dir():
        stamp = (task.reference / FOOTPRINTS).stat().st_mtime_ns
        footprints = _footprints(task.reference, stamp)
    measured = measure(
        Planes(data, sigma, coverage, bad),
        place.x,
        place.y,
        spec,
        fwhm_px=fwhm if math.isfinite(fwhm) else reference.fwhm_px,
        footprints=footprints,
        position_uncertain=place.n_matched > 0,
    )
    row = _row(task, reference, place) | {
        "fwhm_px": fwhm,
        "sky": measured.sky,
        "sky_rms": measured.sky_rms,
        "saturation": measured.saturation,
    }
    planes = _planes(place, reference)
    if coverage is not None:
        planes["coverage"] = measured.coverage
    return row, measured, planes


def _planes(place: _Place, reference: Reference) -> dict[str, np.ndarray]:
    """Where each object was, unless the visit's transform says it as well."""
    here = np.stack([place.x, place.y])
    told = apply_affine(place.matrix, reference.objects["x"], reference.objects["y"])
    if np.allclose(here, np.stack(told), rtol=0, atol=TOLD_PX, equal_nan=True):
        return {}
    return {"x": here[0].astype(np.float32), "y": here[1].astype(np.float32)}


def _companion(task: VisitTask, kind: str, image: Image) -> np.ndarray | None:
    """A companion map as float32, or None; of a cube without one, the scatter of its planes."""
    frame = task.companions.get(kind)
    if frame is None:
        return image.scatter if kind == "unc" else None
    if frame.shape != task.sci.shape:
        raise LightledgerError(
            f"its {kind} frame {frame.name} is {frame.shape[1]} x {frame.shape[0]} pixels, "
            f"itself {task.sci.shape[1]} x {task.sci.shape[0]}"
        )
    return read_image(frame).data


def _place(sci: Frame, image: Image, stars: Stars, reference: Reference) -> _Place:
    x, y = reference.objects["x"], reference.objects["y"]
    base = reference.grid()
    grid = SkyGrid.from_header(image.header, sci.shape) if sci.has_wcs else None
    if base is not None and grid is not None:
        angle, area = grid.position_angle_deg, grid.pixel_area_arcsec2
        if grid.same_as(base):
            identity = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
            return _Place(x, y, identity, same_grid=True, angle_deg=angle, pixel_area=area)
        here = grid.to_pixel(*base.to_sky(x, y))
        matrix = grid.affine_from(base)
        return _Place(*here, matrix, angle_deg=angle, pixel_area=area)
    match = match_stars(stars.x, stars.y, reference.stars_x, reference.stars_y)
    here = apply_affine(match.matrix, x, y)
    return _Place(*here, match.matrix, rms_px=match.rms_px, n_matched=match.n_matched)


def _row(task: VisitTask, reference: Reference, place: _Place) -> VisitRow:
    sci = task.sci
    frames = [sci, *task.companions.values()]
    row: VisitRow = {
        **asdict(sci.circumstances),
        "visit": sci.visit,
        "setup": sci.setup,
        "position_angle_deg": place.angle_deg,
        "airmass": sci.airmass_header,
        "transform": place.matrix.tolist(),
        "match_rms_px": place.rms_px,
        "n_matched": place.n_matched,
        "frames": " | ".join(f.name for f in frames),
        "hashes": " | ".join(content_hash(f.path) for f in frames),
        "stamps": " | ".join(stamp_of(f) for f in frames),
        "state": "measured",
    }
    if sci.time is not None:
        row |= {
            "mjd_utc_start": sci.time.mjd_utc_start,
            "mjd_utc_mid": sci.time.mjd_utc_mid,
            "mjd_utc_end": sci.time.mjd_utc_end,
            "exposure_s": sci.time.exposure_s,
            "time_note": sci.time.note,
        }
    if sci.observer is not None:
        at = sci.observer
        row |= {
            "observer_x_km": at.x_km,
            "observer_y_km": at.y_km,
            "observer_z_km": at.z_km,
            "tdb_minus_utc_s": at.tdb_minus_utc_s,
            "observer_note": at.note,
        }
        if at.site is not None and sci.time is not None and math.isfinite(reference.field_ra_deg):
            computed = airmass_of(
                reference.field_ra_deg,
                reference.field_dec_deg,
                at.site,
                np.array([sci.time.mjd_utc_mid]),
            )
            row["airmass"] = float(computed[0])
    return row


def stamp_of(frame: Frame) -> str:
    """Size and time stamp of a frame's file."""
    return f"{frame.size}:{frame.mtime_ns}"
