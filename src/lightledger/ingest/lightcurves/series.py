"""One light curve as a file gives it, before it has a place in a store."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from .clocks import Clock
from .quality import UNKNOWN, Bits


@dataclass(frozen=True)
class Brightness:
    """One measurement of a series.

    Attributes
    ----------
    value, error : ndarray of float32, shape (n,)
        nan where there is none.
    lacking : ndarray of uint16, shape (n,)
        Flags of this measurement alone: why a value is missing, or doubtful.
    attributes : dict
        Of the measurement, as a store keeps them: quantity, unit, zero_point, magnitude_system,
        aperture, meaning, ...
    """

    value: np.ndarray
    error: np.ndarray
    lacking: np.ndarray
    attributes: dict[str, str | float]


@dataclass
class Series:
    """One object in one band from one table.

    Attributes
    ----------
    object, band : str
        As the file names them.
    time : ndarray of float64, shape (n,)
        As in the file, finite.
    clock : Clock
    brightness : dict of str to Brightness
        Method to measurement; 'image-method' where the image is said.
    flags : ndarray of uint16, shape (n,)
        Of the quality column.
    quality : ndarray of int64, shape (n,), or None
    bits : Bits
        Their names.
    cadence : ndarray of int64, shape (n,), or None
        Number of the exposure; -1 unknown.
    timecorr_d : ndarray of float64, shape (n,), or None
        What was added to the spacecraft's time to have the barycentre's.
    both_times : bool
        Whether the file gives both, so that one star alone says where the observer was.
    places : dict of str to ndarray of float32
        'x', 'y': centroid on the detector, pixels.
    ra_deg, dec_deg : float
        ICRS; nan unknown.
    magnitude : float
        Of the catalogue that the header quotes; nan unknown.
    setup, file, hash, stamp : str
    exposure_s : float
    n_row : int
        Rows of the table that are of this series or have no time.
    notes : list of str
        What was guessed or left out.
    """

    object: str
    band: str
    time: np.ndarray
    clock: Clock
    brightness: dict[str, Brightness]
    flags: np.ndarray
    quality: np.ndarray | None = None
    bits: Bits = UNKNOWN
    cadence: np.ndarray | None = None
    timecorr_d: np.ndarray | None = None
    both_times: bool = False
    places: dict[str, np.ndarray] = field(default_factory=dict)
    ra_deg: float = math.nan
    dec_deg: float = math.nan
    magnitude: float = math.nan
    setup: str = ""
    exposure_s: float = math.nan
    file: str = ""
    hash: str = ""
    stamp: str = ""
    n_row: int = 0
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return int(self.time.size)

    @property
    def has_direction(self) -> bool:
        return math.isfinite(self.ra_deg) and math.isfinite(self.dec_deg)

    @property
    def n_bytes(self) -> int:
        """Memory that it holds."""
        per_point = 8 * 4 + 2 + 10 * len(self.brightness) + 4 * len(self.places)
        return len(self) * per_point
