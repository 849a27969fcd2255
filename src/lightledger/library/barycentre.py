"""Barycentric times of any direction from what the visits store."""

from __future__ import annotations

import math

import numpy as np

from lightledger.domain import bjd_tdb
from lightledger.store.reader import StoreReader


class Barycentre:
    """BJD(TDB) of a store's visits; what that needs of a band is put together once."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._observers: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        facts = reader.attributes_of_store
        self._centre = (_number(facts.get("field_ra_deg")), _number(facts.get("field_dec_deg")))

    def times(self, band: str, ra_deg: float, dec_deg: float) -> np.ndarray:
        """BJD(TDB), shape (n_visit,), of a direction; of the field's centre where it is nan."""
        if band not in self._observers:
            visits = self._reader.visits(band)
            xyz = np.stack([visits[f"observer_{axis}_km"] for axis in "xyz"], axis=1)
            self._observers[band] = visits["mjd_utc_mid"], visits["tdb_minus_utc_s"], xyz
        if not (math.isfinite(ra_deg) and math.isfinite(dec_deg)):
            ra_deg, dec_deg = self._centre
        return bjd_tdb(*self._observers[band], ra_deg, dec_deg)


def _number(x: object) -> float:
    return float(x) if isinstance(x, (int, float)) else math.nan
