"""Visits of a store for light curves that have times of their own: the union of all times.

Points share a visit where their times agree within half a millisecond, or where they are of one
exposure of a spacecraft (`shared`). Two points of one object, measurement and time are two visits:
nothing is averaged, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import VISIT_COLUMNS

from .series import Series
from .shared import kinds_of, solve

#: Times nearer than this are the same, days.
SAME_D = 5e-9
_DIRECT = {"barycentre": 0, "Sun": 1, "Earth": 2}
_NOTES = {
    0: "the barycentre: times are barycentric as they come",
    1: "the Sun: times are heliocentric as they come",
    2: "geocentre: no site is known (21 ms at most)",
}
_SPACECRAFT = "place for which all stars have the barycentric times of their files"


@dataclass(frozen=True)
class Slots:
    """Visits of a band, and where the points of each series are.

    Attributes
    ----------
    visits : dict of str to ndarray
        The visit table, in time order.
    of_series : list of ndarray of intp
        Slot of every point.
    n_repeated : int
        Points that share object, measurement and time with another one.
    """

    visits: dict[str, np.ndarray]
    of_series: list[np.ndarray]
    n_repeated: int


@dataclass
class _Points:
    mjd: np.ndarray
    ahead_s: np.ndarray
    observer: np.ndarray
    kind: np.ndarray
    key: np.ndarray


def make_slots(series: Sequence[Series]) -> Slots:
    """Visits of the series of one band."""
    points = [_direct(one) for one in series]
    for n, members in enumerate(kinds_of(series)):
        found = solve([series[i] for i in members], [points[i].mjd for i in members])
        for i in members:
            cadence = series[i].cadence
            assert cadence is not None
            at = np.minimum(np.searchsorted(found.number, cadence), max(found.number.size - 1, 0))
            known = found.number[at] == cadence if found.number.size else np.zeros(len(at), bool)
            where = at[known]
            points[i].mjd[known] = found.mjd_utc[where]
            points[i].observer[known] = found.observer_km[where]
            points[i].kind[known], points[i].key[known] = 3 + n, cadence[known]
    repeat, n_repeated = _repeats(series, points)
    columns = [np.concatenate([getattr(p, name) for p in points]) for name in ("kind", "key")]
    occurrence = np.concatenate(repeat)
    order = np.lexsort((occurrence, *columns[::-1]))
    sorted_ = [c[order] for c in (*columns, occurrence)]
    new = np.ones(order.size, bool)
    new[1:] = np.logical_or.reduce([np.diff(c) != 0 for c in sorted_])
    first = order[new]
    mjd = np.concatenate([p.mjd for p in points])
    in_time = np.lexsort((occurrence[first], mjd[first]))
    place = np.empty(in_time.size, np.intp)
    place[in_time] = np.arange(in_time.size)
    slot = np.empty(order.size, np.intp)
    slot[order] = place[np.cumsum(new) - 1]
    ends = np.cumsum([len(one) for one in series])[:-1]
    return Slots(_visit_table(series, points, first[in_time]), np.split(slot, ends), n_repeated)


def _direct(one: Series) -> _Points:
    mjd, ahead, observer = one.clock.visit_times(one.time)
    kind = np.full(len(one), _DIRECT[one.clock.place], np.int64)
    return _Points(mjd.copy(), ahead, observer, kind, np.round(mjd / SAME_D).astype(np.int64))


def _repeats(series: Sequence[Series], points: list[_Points]) -> tuple[list[np.ndarray], int]:
    """How many points of the same object, measurement and time stand before each."""
    earlier: dict[str, list[int]] = {}
    found, total = [], 0
    for i, one in enumerate(series):
        own = points[i].kind.astype(np.int64) << 48 | points[i].key
        order = np.argsort(own, kind="stable")
        ordered = own[order]
        start = np.searchsorted(ordered, ordered)
        count = np.empty(own.size, np.int64)
        count[order] = np.arange(own.size) - start
        for j in earlier.get(one.object, []):
            if series[j].brightness.keys() & one.brightness.keys():
                other = points[j].kind.astype(np.int64) << 48 | points[j].key
                count += np.isin(own, other)
        earlier.setdefault(one.object, []).append(i)
        found.append(count)
        total += int((count > 0).sum())
    return found, total


def _visit_table(
    series: Sequence[Series], points: list[_Points], rows: np.ndarray
) -> dict[str, np.ndarray]:
    """Columns of the visits; ``rows``: a point of each, in time order."""
    n = rows.size
    table = {c.name: _empty(c.dtype, n, c.shape) for c in VISIT_COLUMNS}
    mjd = np.concatenate([p.mjd for p in points])[rows]
    kind = np.concatenate([p.kind for p in points])[rows]
    observer = np.concatenate([p.observer for p in points])[rows]
    of = np.repeat(np.arange(len(series)), [len(one) for one in series])[rows]
    exposure = np.array([one.exposure_s for one in series])[of]
    half = np.nan_to_num(exposure) / 2 / 86400.0
    for name, values in (
        ("mjd_utc_start", mjd - half), ("mjd_utc_mid", mjd), ("mjd_utc_end", mjd + half),
        ("exposure_s", exposure), ("frame_time_s", exposure),
        ("tdb_minus_utc_s", np.concatenate([p.ahead_s for p in points])[rows]),
    ):  # fmt: skip
        table[name] = values
    for k, axis in enumerate("xyz"):
        table[f"observer_{axis}_km"] = observer[:, k]
    notes = np.array([*_NOTES.values(), _SPACECRAFT], object)
    table["observer_note"] = notes[np.minimum(kind, 3)]
    for name, cells in (
        ("time_note", [f"{one.clock.name}: {one.clock.why}" for one in series]),
        ("setup", [one.setup for one in series]),
        ("frames", [one.file for one in series]),
        ("hashes", [one.hash for one in series]),
        ("stamps", [one.stamp for one in series]),
    ):
        table[name] = np.array(cells, object)[of]
    table["state"][:] = "measured"
    table["visit"] = _names(mjd)
    _note_quality(series, rows, table["note"])
    return table


def _empty(dtype: str, n: int, shape: tuple[int, ...]) -> np.ndarray:
    if dtype == "str":
        return np.full(n, "", object)
    return np.full((n, *shape), 0 if dtype.startswith("<i") else np.nan, dtype)


def _names(mjd: np.ndarray) -> np.ndarray:
    """Ids of visits: their MJD, with a number where two are as one."""
    texts = [f"{t:.6f}" for t in mjd.tolist()]
    seen: dict[str, int] = {}
    names = []
    for text in texts:
        seen[text] = k = seen.get(text, 0) + 1
        names.append(text if k == 1 else f"{text}_{k}")
    return np.array(names, object)


def _note_quality(series: Sequence[Series], rows: np.ndarray, notes: np.ndarray) -> None:
    """Names of quality bits at the visits, of the point that stands for each."""
    starts = np.cumsum([0, *(len(one) for one in series)])
    for one, first in zip(series, starts, strict=False):
        if one.quality is None:
            continue
        here = (rows >= first) & (rows < first + len(one))
        words = one.quality[rows[here] - first]
        known = {int(w): f"quality: {one.bits.words(int(w))}" for w in np.unique(words) if w}
        notes[here] = [known.get(int(w), "") for w in words]
