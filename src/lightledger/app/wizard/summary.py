"""What the end page shows: sums that add up, scatter against magnitude, the most variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.ingest.events import IngestReport

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
        "files found",
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
        f"points: {report.n_object:,} objects x {observed:,} visits x {methods} methods",
        ((report.n_measured, "measured"), (report.n_flagged, "flagged")),
    )
    return files, points


def summarise_store(report: IngestReport) -> Summary:
    """Read what the end page draws from the published store; for a worker.

    Raises
    ------
    LightledgerError
        The store cannot be opened.
    """
    import lightledger
    from lightledger.domain.magnitudes import POGSON

    with lightledger.open(report.store) as field:
        measurement = next(iter(report.suggested.values()), "") or field.measurements[0]
        corrected = bool(field.corrected_by_default)
        table = field.statistics(measurement, corrected)
        zero = float(field.reader.attributes(measurement).get("zero_point", np.nan))
        median = np.asarray(table["median"], dtype=np.float64)
        scatter = np.asarray(table["scatter"], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            bright = median > 0
            magnitude = np.where(bright, zero - 2.5 * np.log10(np.where(bright, median, 1)), np.nan)
            spread = np.where(bright, POGSON * scatter / np.where(bright, median, 1), np.nan)
        ids = list(field.reader.object_ids)
        places = {name: i for i, name in enumerate(ids)}
        variable, marked = [], []
        for name, excess in report.most_variable[:N_VARIABLE]:
            curve = field.light_curve(name, measurement, corrected=corrected).good()
            value = np.asarray(curve.value, dtype=np.float64)
            middle = float(np.median(value)) if value.size else np.nan
            at = places[name]
            marked.append(at)
            variable.append(
                Thumbnail(name, excess, float(magnitude[at]), curve.time, value / middle)
            )
        return Summary(
            sums_of(report),
            measurement,
            corrected,
            magnitude,
            spread,
            np.array(marked, dtype=int),
            tuple(variable),
            report.store.stat().st_size,
        )
