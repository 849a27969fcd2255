"""Light curves that this program exported: long and wide CSV, ECSV, VOTable.

Names of columns are those of `lightledger.export`: ``mjd_utc`` at the observer, ``bjd_tdb`` at the
barycentre, a row per point (``measurement, value, error, unit, flags``), or per visit with columns
``M, M_error, M_flags`` for each measurement M, or a table per measurement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lightledger.domain import Flag, LightledgerError, parse_measurement
from lightledger.domain.times import MJD_ZERO
from lightledger.frames.tables import Column, Table

from .brightness import brightness_of
from .cells import numbers
from .clocks import Clock
from .columns import Value
from .headers import is_export
from .series import Brightness, Series
from .slots import SAME_D

_LONG = frozenset({"measurement", "value", "error", "unit", "flags"})
_BOTH = Clock(0.0, "barycentre", "TDB", "bjd_tdb of an export, with mjd_utc of the observer")
_ALONE = Clock(MJD_ZERO, "Earth", "UTC", "mjd_utc of an export")
_JD_ABOVE = 1e6
_KNOWN_FLAGS = int(np.bitwise_or.reduce([int(flag) for flag in Flag]))


@dataclass(frozen=True)
class _Points:
    """Rows of one measurement; arrays of shape (n,), ``visit`` counts pairs of time and name."""

    measurement: str
    object: np.ndarray
    visit: np.ndarray
    mjd: np.ndarray
    bjd: np.ndarray
    ra: np.ndarray
    dec: np.ndarray
    brightness: Brightness


def exported_series(tables: Sequence[Table]) -> list[Series]:
    """Series of the tables of an export, one for each object and band; [] of other files.

    Points keep value, error, flags, and both of their times. What the journal rejects is
    `Flag.QUALITY_BAD` here: rejections belong to a journal, never to a record. Where an object has
    no row the point is `Flag.NO_COVERAGE`.

    Raises
    ------
    LightledgerError
        Rows without a time.
    """
    visits: dict[tuple[float, str], int] = {}
    of: dict[tuple[str, str], list[tuple[_Points, np.ndarray]]] = defaultdict(list)
    for table in tables:
        for points in _all_points(table, visits):
            band = parse_measurement(points.measurement).band
            for name, rows in _by_object(points.object):
                of[name, band].append((points, rows))
    return [_series(name, band, parts) for (name, band), parts in of.items()]


def _all_points(table: Table, visits: dict[tuple[float, str], int]) -> Iterator[_Points]:
    if not is_export(table.columns):
        return
    if set(table.columns) >= _LONG:
        names = _texts(table, "measurement")
        for name in dict.fromkeys(names.tolist()):
            rows = table.rows(np.flatnonzero(names == name))
            unit = _texts(rows, "unit")[0]
            yield _points(rows, name, ("value", "error", "flags"), unit, visits)
    elif name := table.cards.text("MEASUREMENT"):
        kind = "mag" if "mag" in table.columns else "flux"
        unit = table.columns[kind].unit
        unit = f"{unit}({table.cards.text('MAGNITUDESYSTEM')})" if kind == "mag" else unit
        yield _points(table, name, (kind, f"{kind}_error", "flags"), unit, visits)
    else:
        for name in table.columns:
            columns = (name, f"{name}_error", f"{name}_flags")
            if all(column in table.columns for column in columns):
                there = numbers(table, columns[2])[0] >= 0  # else it does not pass, or is no visit
                unit = _unit_beside(table, name)
                yield _points(table.rows(there), name, columns, unit, visits)


def _unit_beside(table: Table, measurement: str) -> str:
    """What a comment says."""
    start = f"unit, {measurement}:"
    lines = (line for line in table.comments.splitlines() if line.startswith(start))
    return next(lines, start).removeprefix(start).strip()


def _points(
    table: Table,
    measurement: str,
    columns: tuple[str, str, str],
    unit: str,
    visits: dict[tuple[float, str], int],
) -> _Points:
    value, error, flags = columns
    mjd = numbers(table, "mjd_utc")[0]
    mjd = np.where(mjd > _JD_ABOVE, mjd - MJD_ZERO, mjd)  # readers of ECSV make a JD of it
    if not np.isfinite(mjd).all():
        raise LightledgerError(f"rows of {measurement} have no mjd_utc")
    pairs = zip(mjd.tolist(), _texts(table, "visit").tolist(), strict=True)
    visit = np.array([visits.setdefault(pair, len(visits)) for pair in pairs], np.int64)
    at = ("ra", "dec") if "ra" in table.columns else ("ra_deg", "dec_deg")
    ra, dec = (numbers(table, name)[0] for name in at)
    alone = Table({value: replace(table.columns[value], unit=unit), error: table.columns[error]})
    found = brightness_of(alone, Value(measurement, value, error, unit.startswith("mag")), [])
    found.attributes.update(meaning=f"{measurement} of an export")
    if parse_measurement(measurement).image == "ratio":
        found.attributes.update(quantity="ratio", magnitude_system="relative", zero_point=0.0)
    lacking = found.lacking | _record_flags(table.columns[flags])
    return _Points(
        measurement, _texts(table, "object"), visit, mjd, numbers(table, "bjd_tdb")[0], ra, dec,
        replace(found, lacking=lacking),
    )  # fmt: skip


def _record_flags(column: Column) -> np.ndarray:
    """Flags as a record holds them, uint16."""
    flags = column.values.astype(np.int64) & _KNOWN_FLAGS
    rejected = (flags & int(Flag.REJECTED)) != 0
    flags[rejected] |= int(Flag.QUALITY_BAD)
    return (flags & ~int(Flag.REJECTED)).astype(np.uint16)


def _texts(table: Table, name: str) -> np.ndarray:
    return np.array([str(cell).strip() for cell in table.columns[name].values.tolist()], object)


def _by_object(names: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names.tolist()):
        rows[name].append(row)
    for name, of in rows.items():
        yield name, np.array(of, np.intp)


def _series(name: str, band: str, parts: list[tuple[_Points, np.ndarray]]) -> Series:
    """One object in one band: all its visits, and of each measurement the points that there are."""
    every = np.concatenate([points.visit[rows] for points, rows in parts])
    visit, first = np.unique(every, return_index=True)
    mjd, bjd, ra, dec = (
        np.concatenate([getattr(points, which)[rows] for points, rows in parts])[first]
        for which in ("mjd", "bjd", "ra", "dec")
    )
    brightness = {}
    for points, rows in parts:
        at, n = np.searchsorted(visit, points.visit[rows]), visit.size
        own = Brightness(
            np.full(n, np.nan, np.float32), np.full(n, np.nan, np.float32),
            np.full(n, int(Flag.NO_COVERAGE), np.uint16), points.brightness.attributes,
        )  # fmt: skip
        for which in ("value", "error", "lacking"):
            getattr(own, which)[at] = getattr(points.brightness, which)[rows]
        brightness[parse_measurement(points.measurement).within_band] = own
    both = bool(np.isfinite([*bjd, ra[0], dec[0]]).all())
    clock = _BOTH if both else _ALONE
    return Series(
        object=name,
        band=band,
        time=bjd if both else mjd,
        clock=clock,
        brightness=brightness,
        flags=np.zeros(visit.size, np.uint16),
        cadence=np.round(mjd / SAME_D).astype(np.int64) if both else None,
        timecorr_d=clock.visit_times(bjd)[0] - mjd if both else None,
        ra_deg=float(ra[0]),
        dec_deg=float(dec[0]),
        both_times=both,
        n_row=len(every),
    )
