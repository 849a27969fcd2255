"""X axes: times, phase, number of the visit, or a quantity of visits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lightledger.analysis.periods.folding import fold as folded

from .curves import Curve
from .session import Session
from .visitquantities import QUANTITIES, known, values_of

#: JD of MJD 0.
_MJD_ZERO = 2_400_000.5


@dataclass(frozen=True)
class XAxis:
    """One kind of X axis.

    Attributes
    ----------
    name : str
        As `Display.x` has it.
    words : str
        In menus.
    label : str
        Beside the axis, with its unit.
    is_time : bool
        Whether it shows the view of the one time range; else it has a zoom of its own.
    cycles : int
        Of phases: points stand at their phase, and again one further in each cycle more.
    """

    name: str
    words: str
    label: str
    is_time: bool = False
    cycles: int = 1


TIMES = (
    XAxis("mjd", "MJD, UTC", "MJD (UTC)", True),
    XAxis("bjd", "Barycentric MJD, TDB (BJD − 2,400,000.5)", "BMJD (TDB)", True),
    XAxis("calendar", "Calendar date, UTC", "UTC", True),
    XAxis("hours", "Hours, UTC, from 0 h of the first day", "hours UTC", True),
)
PHASE = XAxis("phase", "Phase", "phase")
_OTHERS = (PHASE, XAxis("number", "Number of the visit", "visit"))


def axis_of(name: str, cycles: int = 1) -> XAxis:
    """The axis of a name; MJD for one that is not known. Only phases have ``cycles``."""
    if name == PHASE.name:
        return replace(PHASE, cycles=cycles)
    named = {axis.name: axis for axis in (*TIMES, *_OTHERS)}
    if name in QUANTITIES:
        return XAxis(name, QUANTITIES[name].words, QUANTITIES[name].words)
    return named.get(name, TIMES[0])


def offered(session: Session) -> list[XAxis]:
    """All axes that the current band's visits allow; phase once there is a period."""
    quantities = known(session, session.band) if session.band else []
    others = [axis for axis in _OTHERS if axis is not PHASE or session.display.fold is not None]
    return [*TIMES, *others, *(axis_of(quantity.name) for quantity in quantities)]


def positions(session: Session, axis: XAxis, curve: Curve, index: int) -> np.ndarray:
    """Where the points of a light curve stand, float64, shape (n,); nan where that is not known.

    Times are days (MJD, UTC; barycentric: TDB), phases from 0 to 1 with 0 at the epoch.
    """
    times, fold = curve.lc.time, session.display.fold
    if axis.name == "bjd":
        return curve.lc.bjd_tdb - _MJD_ZERO
    if axis.is_time:
        return times
    if axis.name == PHASE.name:
        if fold is None:
            return np.full(times.size, np.nan)
        if fold.barycentric:
            times = curve.lc.bjd_tdb - _MJD_ZERO
        return folded(times, fold.period_d, fold.epoch_mjd)
    if axis.name == "number":
        return np.arange(1.0, times.size + 1)
    return values_of(session, axis.name, curve.lc.measurement, index)


def span_of(x: list[np.ndarray], axis: XAxis) -> tuple[float, float]:
    """Both ends of an axis that is no time, with a little air."""
    if axis.name == PHASE.name:
        return -0.02, axis.cycles + 0.02
    finite = np.concatenate([one[np.isfinite(one)] for one in x]) if x else np.empty(0)
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    air = 0.03 * (high - low) or 0.05 * abs(high) or 0.5
    return low - air, high + air
