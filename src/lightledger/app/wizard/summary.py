"""What the end page shows: sums that add up, scatter against magnitude, the most variable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.quality import Quality, Variable, assess, relative_scatter
from lightledger.domain import counted
from lightledger.ingest.events import IngestReport
from lightledger.workers import heavy_imports

if TYPE_CHECKING:
    from lightledger.library import Field


@dataclass(frozen=True)
class Sum:
    """A number and the parts it is made of."""

    total: int
    what: str
    parts: tuple[tuple[int, str], ...]

    @property
    def adds_up(self) -> bool:
        return self.total == sum(count for count, _ in self.parts)

    def __str__(self) -> str:
        right = " + ".join(f"{count:,} {name}" for count, name in self.parts)
        return f"{self.total:,} {self.what} = {right}"


@dataclass(frozen=True)
class Thumbnail:
    """One light curve, relative to its median, good points only."""

    object: str
    excess: float
    magnitude: float
    mjd_utc: np.ndarray
    relative: np.ndarray


@dataclass(frozen=True)
class Summary:
    """All that the end page and the figure of the report draw.

    Attributes
    ----------
    points : dict of str to (magnitude, relative scatter)
        By band, of every object in the measurement that the band's magnitudes are of.
    ringed : ndarray of int
        Rows of the most variable objects.
    """

    sums: tuple[Sum, ...]
    quality: Quality
    points: dict[str, tuple[np.ndarray, np.ndarray]]
    ringed: np.ndarray
    variable: tuple[Thumbnail, ...]
    n_bytes: int

    @property
    def best_in_words(self) -> str:
        """The best type of measurement of each band, from bright to faint."""
        words = [(band.band, band.best_in_words) for band in self.quality.bands]
        return "; ".join(f"{band}: {best}" for band, best in words if best)


def sums_of(report: IngestReport) -> tuple[Sum, ...]:
    """The counts of a report as equations."""
    files = Sum(
        report.files_found,
        "file found" if report.files_found == 1 else "files found",
        (
            (report.files_used, "used"),
            (report.files_left_out, "left out"),
            (report.files_refused, "refused"),
        ),
    )
    points = (report.n_points, report.n_measured, report.n_flagged)
    return files, _points(report.n_object, report.visits, *points)


def _points(
    n_object: int, visits: dict[str, int], n_points: int, n_measured: int, n_flagged: int
) -> Sum:
    observed = sum(visits.values())
    methods = n_points // max(1, n_object * observed)
    return Sum(
        n_points,
        f"points: {counted(n_object, 'object')} x {counted(observed, 'visit')} x "
        f"{counted(methods, 'method')}",
        ((n_measured, "measured"), (n_flagged, "flagged")),
    )


def summarise_store(store: Path, ingested: IngestReport | None = None) -> Summary:
    """Read what is drawn from the published store; for a worker.

    Parameters
    ----------
    ingested : IngestReport, optional
        Right after a run, it has what was counted then; a store by itself has no files to count.

    Raises
    ------
    LightledgerError
        The store cannot be opened.
    """
    with heavy_imports():
        import lightledger
        import lightledger.library
    with lightledger.open(store) as field:
        quality = (ingested and ingested.quality) or assess(field.reader, field.recipe)
        points = {
            band.band: relative_scatter(field.reader, band.magnitudes_of, quality.corrected)
            for band in quality.bands
        }
        visits = {band: field.reader.n_visit(band) for band in field.bands}
        counts = (quality.n_points, quality.n_measured, quality.n_flagged)
        return Summary(
            sums=sums_of(ingested) if ingested else (_points(field.n_object, visits, *counts),),
            quality=quality,
            points=points,
            ringed=np.array([field.index_of(v.object) for v in quality.variable], dtype=int),
            variable=tuple(_thumbnail(field, quality, each) for each in quality.variable),
            n_bytes=store.stat().st_size,
        )


def _thumbnail(field: Field, quality: Quality, each: Variable) -> Thumbnail:
    """The light curve as the window will show it first."""
    curve = field.light_curve(each.object, quality.measurement, quality.as_shown_corrected).good()
    value = np.asarray(curve.value, np.float64)
    middle = float(np.median(value)) if value.size else np.nan
    return Thumbnail(each.object, each.excess, each.magnitude, curve.time, value / middle)
