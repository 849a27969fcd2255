"""What is searched for a period: times, brightness and weights of the points that pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from lightledger.domain import LightCurve, LightledgerError, counted
from lightledger.domain.times import MJD_ZERO

#: Fewer points have no period: a floating mean, an amplitude, a phase and something left over.
FEWEST = 6
BARYCENTRIC, EARTHLY = "BJD_TDB", "UTC"


@dataclass(frozen=True)
class Series:
    """Points of one light curve in order of time.

    Attributes
    ----------
    time : ndarray of float64, shape (n,)
        MJD; of ``scale``.
    flux, error : ndarray of float64, shape (n,)
        Errors are all 1 where none was known.
    scale : str
        'BJD_TDB': barycentric, MJD = BJD_TDB - 2400000.5; 'UTC' where the direction is not known.
    unit : str
    exposure_d : float
        Typical length of a visit in days; 0 where it is not known.
    n_without_error : int
        Points left out because their error is not positive.
    """

    time: np.ndarray
    flux: np.ndarray
    error: np.ndarray
    scale: str = EARTHLY
    unit: str = ""
    exposure_d: float = 0.0
    n_without_error: int = 0

    def __len__(self) -> int:
        return int(self.time.size)

    @property
    def span(self) -> float:
        """Days from the first to the last point."""
        return float(self.time[-1] - self.time[0]) if len(self) else 0.0

    @property
    def middle(self) -> float:
        """MJD in the middle of the series: phases are counted from a time near it."""
        return float(self.time[0] + self.time[-1]) / 2

    @classmethod
    def of(cls, lc: LightCurve, keep: np.ndarray, exposure_d: float = 0.0) -> Self:
        """The points of a light curve that pass.

        Parameters
        ----------
        keep : ndarray of bool, shape (n_visit,)
            What passes the filters.

        Notes
        -----
        Errors are those rescaled for correlated noise where that is known in every visit; all
        times are barycentric, or none is.

        Raises
        ------
        LightledgerError
            No value, or too few points.
        """
        known = np.isfinite(lc.value)
        if not known.any():
            raise LightledgerError(
                f"{lc.object} has no value in {lc.measurement}", advice="choose another measurement"
            )
        keep = keep & known
        barycentric = bool(np.isfinite(lc.bjd_tdb[keep]).all()) and bool(keep.any())
        time = lc.bjd_tdb - MJD_ZERO if barycentric else lc.time
        error = np.asarray(lc.error, np.float64)
        rescaled = np.asarray(lc.rescaled_error, np.float64)
        if keep.any() and np.isfinite(rescaled[keep]).all():
            error = rescaled
        with np.errstate(invalid="ignore"):
            weighted = keep & np.isfinite(error) & (error > 0)
        without = int(np.count_nonzero(keep & ~weighted))
        if weighted.any():
            keep = weighted
        else:  # no point has an error: all weigh the same
            without, error = 0, np.ones(len(lc))
        scale = BARYCENTRIC if barycentric else EARTHLY
        flux = np.asarray(lc.value, np.float64)
        return cls.sorted(time[keep], flux[keep], error[keep], scale, lc.unit, exposure_d, without)

    @classmethod
    def sorted(
        cls,
        time: np.ndarray,
        flux: np.ndarray,
        error: np.ndarray | None = None,
        scale: str = EARTHLY,
        unit: str = "",
        exposure_d: float = 0.0,
        n_without_error: int = 0,
    ) -> Self:
        """From arrays in any order, all finite.

        Raises
        ------
        LightledgerError
            Fewer than `FEWEST` points, or all at one time.
        """
        time = np.asarray(time, np.float64)
        order = np.argsort(time, kind="stable")
        flux = np.asarray(flux, np.float64)
        error = np.ones(time.size) if error is None else np.asarray(error, np.float64)
        made = cls(time[order], flux[order], error[order], scale, unit, exposure_d, n_without_error)
        if len(made) < FEWEST or made.span <= 0:
            raise LightledgerError(
                f"{counted(len(made), 'point passes', 'points pass')}: too few for a period",
                advice=f"at least {FEWEST} at different times are needed; widen the filters",
            )
        return made
