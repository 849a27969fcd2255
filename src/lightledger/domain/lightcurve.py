"""A light curve in memory: one object, one measurement, one slot per visit."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from .flags import DEFAULT_MASK, is_good


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

    def __len__(self) -> int:
        return int(self.time.size)

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
