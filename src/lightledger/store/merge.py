"""Which visits the new store has, in what order, and where each comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError, VisitRow, visit_table

from .layout import POSITION_PLANES, full_name, natural_sorted
from .past import Past
from .staged import StagedVisit


@dataclass(frozen=True)
class BandPlan:
    """One band of the store to be published.

    Attributes
    ----------
    band : str
    visits : dict of str to ndarray
        The visit table, in time order.
    staged : tuple of (StagedVisit, int)
        Staged visits and their place in time order, ascending.
    old_from, old_to : ndarray of int
        Visits carried over: their place in the previous store and in the new one.
    measurements : tuple of str
        Full names, in natural order.
    planes : tuple of str
        Planes per object that at least one visit has.
    """

    band: str
    visits: dict[str, np.ndarray]
    staged: tuple[tuple[StagedVisit, int], ...]
    old_from: np.ndarray
    old_to: np.ndarray
    measurements: tuple[str, ...]
    planes: tuple[str, ...]

    @property
    def n_visit(self) -> int:
        return len(self.visits["visit"])


def plan_bands(
    staged: Sequence[StagedVisit], previous: Past | None, n_object: int
) -> tuple[BandPlan, ...]:
    """Merge the visits of the previous store with the staged ones, in time order.

    A visit that both have is the published one: published values never change.

    Raises
    ------
    LightledgerError
        No visit at all, a staged visit of another catalogue, or two staged files of one visit.
    """
    bands = natural_sorted([s.band for s in staged] + list(previous.bands if previous else ()))
    if not bands:
        raise LightledgerError("there is no measured visit to publish")
    for visit in staged:
        if visit.n_object != n_object:
            raise LightledgerError(
                f"visit {visit.visit} was measured for {visit.n_object} objects, not {n_object}",
                visit.path,
                "measure afresh with --remeasure",
            )
    return tuple(_plan_band(b, [s for s in staged if s.band == b], previous) for b in bands)


def _as_before(band: str, previous: Past) -> BandPlan:
    """Of a band with nothing new: whole columns, for light curves of millions of points."""
    table = previous.visits(band)
    mjd = np.asarray(table["mjd_utc_mid"], float)
    order = np.lexsort((table["visit"].astype(str), np.nan_to_num(mjd), np.isnan(mjd)))
    names = natural_sorted(previous.measurements(band))
    if not names:
        raise LightledgerError(f"no visit of {band} has a measurement")
    stored = previous.stored_planes(band)
    return BandPlan(
        band=band,
        visits={name: column[order] for name, column in table.items()},
        staged=(),
        old_from=order,
        old_to=np.arange(order.size, dtype=np.intp),
        measurements=names,
        planes=tuple(p for p in POSITION_PLANES if p in stored),
    )


def _plan_band(band: str, staged: Sequence[StagedVisit], previous: Past | None) -> BandPlan:
    has_old = previous is not None and band in previous.bands
    if previous is not None and has_old and not staged:
        return _as_before(band, previous)
    old_rows = rows_of(previous.visits(band)) if previous and has_old else []
    published = {str(row["visit"]) for row in old_rows}
    fresh = {s.visit: s for s in staged if s.visit not in published}
    if len(fresh) != sum(s.visit not in published for s in staged):
        raise LightledgerError(f"two staged files are of the same visit of {band}")

    entries: list[tuple[float, str, VisitRow, StagedVisit | int]] = []
    for index, row in enumerate(old_rows):
        entries.append((_time(row), str(row["visit"]), row, index))
    for name, visit in fresh.items():
        entries.append((visit.mjd_utc_mid, name, {**visit.row, "visit": name}, visit))
    # Visits without a time stand last; equal times are told apart by their names.
    entries.sort(key=lambda e: (np.isnan(e[0]), 0.0 if np.isnan(e[0]) else e[0], e[1]))

    within = {m for visit in fresh.values() for m in visit.measurements}
    names = {full_name(band, m) for m in within}
    planes = {p for visit in fresh.values() for p in visit.planes}
    if previous and has_old:
        names |= set(previous.measurements(band))
        planes |= set(previous.stored_planes(band))
    if not names:
        raise LightledgerError(f"no visit of {band} has a measurement")
    old = [(source, i) for i, (*_, source) in enumerate(entries) if isinstance(source, int)]
    return BandPlan(
        band=band,
        visits=visit_table([row for *_, row, _ in entries]),
        staged=tuple((s, i) for i, (*_, s) in enumerate(entries) if isinstance(s, StagedVisit)),
        old_from=np.array([source for source, _ in old], np.intp),
        old_to=np.array([place for _, place in old], np.intp),
        measurements=natural_sorted(names),
        planes=tuple(p for p in POSITION_PLANES if p in planes),
    )


def _time(row: VisitRow) -> float:
    mid = row.get("mjd_utc_mid")
    return float("nan") if mid is None else float(mid)  # type: ignore[arg-type]


def rows_of(table: dict[str, np.ndarray]) -> list[VisitRow]:
    """The rows of a visit table; the inverse of `lightledger.domain.visit_table`."""
    columns = {name: column.tolist() for name, column in table.items()}
    n = len(next(iter(columns.values())))
    return [{name: column[i] for name, column in columns.items()} for i in range(n)]
