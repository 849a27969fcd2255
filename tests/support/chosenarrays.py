"""What an export takes, made of arrays: any names, any numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lightledger.domain import LightCurve, parse_measurement
from lightledger.export.chosen import Block
from lightledger.export.rows import Piece


class ChosenArrays:
    """`lightledger.export.chosen.Chosen` of arrays of shape (measurement, object, visit)."""

    reasons: Sequence[str] = ("flag",)
    as_magnitude = False
    value_dtype = np.dtype("<f8")
    options: Mapping[str, object] = {}

    def __init__(
        self,
        ids: Sequence[str],
        visit: Sequence[str],
        value: np.ndarray,
        keep: np.ndarray,
        measurements: Sequence[str] = ("R_sci-aper_r3",),
        unit: str = "uJy",
    ) -> None:
        self.ids, self.measurements, self.value, self.keep = ids, measurements, value, keep
        self.header: dict[str, object] = {"store": "a.h5", "objects chosen": ids[0]}
        self.ra_deg, self.dec_deg = np.full(len(ids), 10.25), np.full(len(ids), -0.5)
        self.n_curves = len(ids) * len(measurements)
        self.visit = np.array(visit, object)
        self.mjd = 55000.123456789 + np.arange(len(visit))
        self.unit = unit

    def visits(self, band: str) -> dict[str, np.ndarray]:
        n = self.visit.size
        return {
            "visit": self.visit,
            "mjd_utc_mid": self.mjd,
            "tdb_minus_utc_s": np.full(n, 69.184),
            "setup": np.full(n, "CCD", object),
        }

    def attributes(self, measurement: str) -> dict[str, str | float]:
        band = parse_measurement(measurement).band
        known = {"unit": self.unit, "flux_unit": self.unit, "filter": band, "meaning": "a test"}
        return known | {"zero_point": 23.9, "magnitude_system": "AB"}

    def block(self, measurement: str, first: int, last: int) -> Block:
        m = list(self.measurements).index(measurement)
        value, keep = self.value[m, first:last], self.keep[m, first:last]
        return Block(value, value / 8, self._flags(value), keep, {"flag": int((~keep).sum())})

    def bjd_tdb(self, band: str, first: int, last: int) -> np.ndarray:
        return np.tile(self.mjd + 2400000.501, (last - first, 1))

    def pieces(self) -> Iterator[Piece]:
        for i, name in enumerate(self.ids):
            for m, measurement in enumerate(self.measurements):
                value, keep = self.value[m, i], self.keep[m, i]
                curve = LightCurve(
                    name, measurement, self.mjd, self.mjd + 2400000.501, value, value / 8,
                    self._flags(value), self.visit, self.unit, False, 10.25, -0.5,
                )  # fmt: skip
                yield Piece(curve.select(keep), {"flag": int((~keep).sum())}, 23.9, "AB")

    @staticmethod
    def _flags(value: np.ndarray) -> np.ndarray:
        return np.broadcast_to(np.arange(value.shape[-1]) % 7, value.shape).astype(np.uint16)
