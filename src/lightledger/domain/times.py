"""Barycentric times as a dot product with the stored observer position."""

from __future__ import annotations

import numpy as np

#: Speed of light, km/s (exact, SI).
LIGHT_KM_S = 299792.458
SECONDS_PER_DAY = 86400.0
#: JD of MJD 0.
MJD_ZERO = 2400000.5


def unit_vector(ra_deg: float, dec_deg: float) -> np.ndarray:
    """Unit vector, shape (3,), of an ICRS direction."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def bjd_tdb(
    mjd_utc: np.ndarray,
    tdb_minus_utc_s: np.ndarray,
    observer_km: np.ndarray,
    ra_deg: float,
    dec_deg: float,
) -> np.ndarray:
    """Barycentric Julian date (TDB) of light from a direction at infinity.

    The Roemer delay of Eastman, Siverd & Gaudi (2010, PASP 122, 935, eq. 2); Einstein delay is in
    TDB, Shapiro delay (< 0.1 ms) is left out.

    Parameters
    ----------
    mjd_utc : ndarray of float64, shape (n_visit,)
        MJD, UTC, at the observer.
    tdb_minus_utc_s : ndarray of float64, shape (n_visit,)
        TDB - UTC in seconds.
    observer_km : ndarray of float64, shape (n_visit, 3)
        Observer's position, barycentric ICRS, km.
    ra_deg, dec_deg : float
        Direction, ICRS, degrees; nan gives nan, but for an observer at the barycentre (0, 0, 0).

    Returns
    -------
    ndarray of float64, shape (n_visit,)
        JD, TDB, at the barycentre.
    """
    roemer_s = observer_km @ unit_vector(ra_deg, dec_deg) / LIGHT_KM_S
    roemer_s[~observer_km.any(axis=1)] = 0.0  # at the barycentre no direction is needed
    return mjd_utc + MJD_ZERO + (tdb_minus_utc_s + roemer_s) / SECONDS_PER_DAY
