"""A light curve in memory: one object, one measurement, one slot per visit."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from .calibration import Calibration
from .errors import LightledgerError
from .flags import DEFAULT_MASK, Flag, is_good
from .magnitudes import LIMIT_SIGMA, to_magnitude

#: Of light curves that nothing is known of.
NO_CALIBRATION = Calibration()


@dataclass(frozen=True)
class LightCurve:
    """Brightness of one object in one measurement.

    Attributes
    ----------
    object : str
        Id of the object.
    measurement : str
        Full name, such as ``ch1_sci-aper_r3``.
    time : ndarray of float64, shape (n,)
        Middle of each visit, MJD, UTC.
    bjd_tdb : ndarray of float64, shape (n,)
        Barycentric JD, TDB; nan where no sky position is known.
    value, error : ndarray of float32 or float64, shape (n,)
        In ``unit``; nan where there is no measurement.
    flags : ndarray of uint16, shape (n,)
        See `lightledger.domain.flags`.
    visit : ndarray of str, shape (n,)
        Ids of the visits.
    unit : str
        Such as 'uJy', 'adu/s', 'electron/s'.
    corrected : bool
        Whether the ensemble zero points were divided out.
    ra_deg, dec_deg : float
        ICRS; nan where unknown.
    noise_factor : ndarray of float64, shape (n,), or None
        Scatter of empty apertures over their formal error in each visit: above 1 where the
        noise of neighbouring pixels is correlated; nan or None where it is not known.
    aperture_correction : ndarray of float64, shape (n,), or None
        What multiplies the flux of a point source; None where none applies.
    calibration : Calibration
        Magnitude systems, and why no aperture correction applies.
    """

    object: str
    measurement: str
    time: np.ndarray
    bjd_tdb: np.ndarray
    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    visit: np.ndarray
    unit: str
    corrected: bool = False
    ra_deg: float = float("nan")
    dec_deg: float = float("nan")
    noise_factor: np.ndarray | None = None
    aperture_correction: np.ndarray | None = None
    calibration: Calibration = NO_CALIBRATION

    def __len__(self) -> int:
        return int(self.time.size)

    @property
    def upper_limit(self) -> np.ndarray:
        """Three times the error where a point was not detected and has no value; nan elsewhere.

        float64, shape (n,), in ``unit``.
        """
        missed = ((self.flags & np.uint16(Flag.NOT_DETECTED)) != 0) & ~np.isfinite(self.value)
        return np.where(missed, LIMIT_SIGMA * np.asarray(self.error, np.float64), np.nan)

    @property
    def rescaled_error(self) -> np.ndarray:
        """Errors times `noise_factor`; nan where it is not known. ``error`` is the formal one."""
        if self.noise_factor is None:
            return np.full(len(self), np.nan)
        return self.error * self.noise_factor

    def rescaled(self) -> Self:
        """The same with `rescaled_error` in place of ``error``."""
        return replace(self, error=self.rescaled_error, noise_factor=np.ones(len(self)))

    def magnitudes(self, system: str = "") -> tuple[np.ndarray, np.ndarray]:
        """Magnitudes and their errors, float64; nan where the flux is not positive.

        Parameters
        ----------
        system : str
            'AB', 'Vega' or another of ``calibration.zero_points``; '' is the store's own.

        Raises
        ------
        LightledgerError
            That system is not known for this measurement.
        """
        return to_magnitude(self.value, self.error, self.calibration.zero_point(system))

    def of_point_source(self) -> Self:
        """The same with the aperture correction of a point source applied.

        Raises
        ------
        LightledgerError
            None applies; the reason.
        """
        factor = self.aperture_correction
        if factor is None:
            raise LightledgerError(
                f"no aperture correction of {self.measurement}: {self.calibration.reason}"
            )
        return replace(
            self,
            value=self.value * factor,
            error=self.error * factor,
            aperture_correction=np.ones(len(self)),
        )

    def select(self, keep: np.ndarray) -> Self:
        """The slots where ``keep`` (boolean, shape (n,)) is true."""
        arrays = {
            f.name: getattr(self, f.name)[keep]
            for f in fields(self)
            if isinstance(getattr(self, f.name), np.ndarray)
        }
        return replace(self, **arrays)

    def between(self, first_mjd: float, last_mjd: float) -> Self:
        """The slots with ``first_mjd <= time <= last_mjd`` (MJD, UTC)."""
        return self.select((self.time >= first_mjd) & (self.time <= last_mjd))

    def good(self, mask: int = DEFAULT_MASK) -> Self:
        """The slots with a finite value and no flag of ``mask``."""
        return self.select(is_good(self.value, self.flags, mask))
