"""What the end page shows: sums that add up, scatter against magnitude, the most variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightledger.ingest.events import IngestReport
from lightledger.workers import heavy_imports

from .dates import counted

if TYPE_CHECKING:
    from lightledger.library import Field

#: Thumbnails.
N_VARIABLE = 5


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
    """All that the end page draws.

    Attributes
    ----------
    magnitude, scatter : ndarray of float64, shape (n_object,)
        Of ``measurement``; scatter in magnitudes, nan where there is none.
    corrected : bool
        Whether zero points were taken out.
    """

    sums: tuple[Sum, ...]
    measurement: str
    corrected: bool
    magnitude: np.ndarray
    scatter: np.ndarray
    highlighted: np.ndarray
    variable: tuple[Thumbnail, ...]
    n_bytes: int


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
    observed = sum(report.visits.values())
    methods = report.n_points // max(1, report.n_object * observed)
    points = Sum(
        report.n_points,
        f"points: {counted(report.n_object, 'object')} x {counted(observed, 'visit')} x "
        f"{counted(methods, 'method')}",
        ((report.n_measured, "measured"), (report.n_flagged, "flagged")),
    )
    return files, points


def summarise_store(ingested: IngestReport) -> Summary:
    """Read what the end page draws from the published store; for a worker.

    Raises
    ------
    LightledgerError
        The store cannot be opened.
    """
    with heavy_imports():
        import lightledger
        import lightledger.library
    from lightledger.domain.magnitudes import POGSON

    with lightledger.open(ingested.store) as field:
        names = (ingested.suggested.get(b) or field.suggested(b) for b in field.bands)
        measurement = next(filter(None, names), field.measurements[0])
        corrected = bool(field.corrected_by_default)
        table = field.statistics(measurement, corrected)
        zero = float(field.reader.attributes(measurement).get("zero_point", np.nan))
        median = np.asarray(table["median"], dtype=np.float64)
        scatter = np.asarray(table["scatter"], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            bright = median > 0
            magnitude = np.where(bright, zero - 2.5 * np.log10(np.where(bright, median, 1)), np.nan)
            spread = np.where(bright, POGSON * scatter / np.where(bright, median, 1), np.nan)
        variable, marked = [], []
        for at, excess in _most_variable(field, measurement, corrected, ingested):
            name = field.object_ids[at]
            curve = field.light_curve(name, measurement, corrected=corrected).good()
            value = np.asarray(curve.value, dtype=np.float64)
            middle = float(np.median(value)) if value.size else np.nan
            marked.append(at)
            variable.append(
                Thumbnail(name, excess, float(magnitude[at]), curve.time, value / middle)
            )
        return Summary(
            sums_of(ingested),
            measurement,
            corrected,
            magnitude,
            spread,
            np.array(marked, dtype=int),
            tuple(variable),
            ingested.store.stat().st_size,
        )


def _most_variable(
    field: Field, measurement: str, corrected: bool, ingested: IngestReport
) -> list[tuple[int, float]]:
    """Those that the report names, else well-measured objects of the highest excess."""
    excess = np.array(field.statistics(measurement, corrected)["excess"], dtype=np.float64)
    if ingested.most_variable:
        # With the numbers of the curves that are drawn: the window will show the same ones.
        rows = [field.index_of(name) for name, _ in ingested.most_variable[:N_VARIABLE]]
        return [(row, float(excess[row])) for row in rows]
    excess[~field.well_measured(measurement, corrected)] = np.nan
    order = np.argsort(-np.nan_to_num(excess, nan=-np.inf), kind="stable")[:N_VARIABLE]
    return [(int(i), float(excess[i])) for i in order if excess[i] > 0]
