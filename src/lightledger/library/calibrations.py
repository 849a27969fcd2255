"""How a store's measurements are shown, and how much noisier they are than their errors say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lightledger.domain import Calibration, calibration_of, noise_factors, parse_measurement
from lightledger.store.reader import StoreReader

from .places import is_place


class Calibrations:
    """Calibration and noise factors of each measurement, put together once."""

    def __init__(self, reader: StoreReader, visits: Callable[[str], dict[str, np.ndarray]]) -> None:
        self._reader, self._visits = reader, visits
        self._of: dict[str, Calibration] = {}
        self._noise: dict[str, np.ndarray | None] = {}

    def of(self, measurement: str) -> Calibration:
        """Magnitude systems, and what corrects the apertures."""
        if measurement not in self._of:
            if is_place(measurement):
                return Calibration({}, reason="it is no flux")
            attributes = self._reader.attributes(measurement)
            band = parse_measurement(measurement).band
            original = self._reader.band_original[band]
            self._of[measurement] = calibration_of(
                measurement, attributes, self._visits(band), original
            )
        return self._of[measurement]

    def noise_factor(self, measurement: str) -> np.ndarray | None:
        """See `Reading.noise_factor`."""
        if measurement not in self._noise:
            name = parse_measurement(measurement)
            found = noise_factors(self._visits(name.band)["noise_factors"], name.method)
            self._noise[measurement] = found if np.isfinite(found).any() else None
        return self._noise[measurement]
