"""Where the Earth, the Sun and a site are, and what the clocks say; vectorised, offline.

Uses the routines of the IAU SOFA collection (through ``erfa``, which astropy is built on) without
Earth-orientation tables: leaving out UT1 - UTC and polar motion moves a site by less than 0.5 km,
2 microseconds of light.
"""

from __future__ import annotations

import erfa
import numpy as np

from lightledger.domain.times import MJD_ZERO, SECONDS_PER_DAY, unit_vector

AU_KM = 149597870.7
#: TT - TAI, seconds (exact).
TT_MINUS_TAI_S = 32.184

Site = tuple[float, float, float]


def tai_minus_utc_s(mjd_utc: np.ndarray) -> np.ndarray:
    """TAI - UTC, seconds, whole since 1972 (10 s before that, where it was not a whole number)."""
    table = erfa.leap_seconds.get()
    table = table[table["year"] >= 1972]
    jd1, jd2 = erfa.cal2jd(table["year"], table["month"], 1)
    step = np.searchsorted(jd1 + jd2 - MJD_ZERO, np.asarray(mjd_utc, float), side="right") - 1
    return table["tai_utc"][np.maximum(step, 0)].astype(np.float64)


def tdb_minus_utc_s(mjd_utc: np.ndarray) -> np.ndarray:
    """TDB - UTC, seconds.

    TDB - TT by the two largest terms of Fairhead & Bretagnon (1990, A&A 229, 240), as printed in
    the Astronomical Almanac; good to 30 microseconds.
    """
    mjd_utc = np.asarray(mjd_utc, float)
    tt_minus_utc = tai_minus_utc_s(mjd_utc) + TT_MINUS_TAI_S
    days = mjd_utc + tt_minus_utc / SECONDS_PER_DAY - 51544.5
    g = np.radians(357.53 + 0.98560028 * days)
    l_minus_lj = np.radians(246.11 + 0.90251792 * days)
    return tt_minus_utc + 0.001657 * np.sin(g) + 0.000022 * np.sin(l_minus_lj)


def earth_and_sun_km(mjd_utc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Barycentric ICRS positions of the Earth and of the Sun, km, shape (n, 3) each.

    By erfa's epv00 (a fit to DE405, good to 12 km or 40 microseconds of light).
    """
    mjd_utc = np.atleast_1d(np.asarray(mjd_utc, float))
    heliocentric, barycentric = erfa.epv00(
        MJD_ZERO, mjd_utc + tdb_minus_utc_s(mjd_utc) / SECONDS_PER_DAY
    )
    earth = barycentric["p"] * AU_KM
    return earth, earth - heliocentric["p"] * AU_KM


def _celestial_to_terrestrial(mjd_utc: np.ndarray) -> np.ndarray:
    """Rotation matrices GCRS to ITRS, shape (n, 3, 3)."""
    tt = mjd_utc + (tai_minus_utc_s(mjd_utc) + TT_MINUS_TAI_S) / SECONDS_PER_DAY
    return erfa.c2t06a(MJD_ZERO, tt, MJD_ZERO, mjd_utc, 0.0, 0.0)


def site_xyz_m(site: Site) -> np.ndarray:
    """Terrestrial position (ITRS, m) of longitude (deg east), latitude (deg) and height (m)."""
    longitude, latitude, height = site
    return erfa.gd2gc(1, np.radians(longitude), np.radians(latitude), height)


def xyz_to_site(x_m: float, y_m: float, z_m: float) -> Site:
    """Longitude (deg east), latitude (deg) and height (m, WGS84) of a terrestrial position."""
    longitude, latitude, height = erfa.gc2gd(1, np.array([x_m, y_m, z_m], float))
    return float(np.degrees(longitude)), float(np.degrees(latitude)), float(height)


def rotate_to_celestial(terrestrial: np.ndarray, mjd_utc: np.ndarray) -> np.ndarray:
    """A terrestrial (ITRS) vector, shape (3,), in GCRS at each time, shape (n, 3)."""
    rotation = _celestial_to_terrestrial(np.atleast_1d(np.asarray(mjd_utc, float)))
    return np.einsum("nji,j->ni", rotation, terrestrial)


def altitude_deg(ra_deg: float, dec_deg: float, site: Site, mjd_utc: np.ndarray) -> np.ndarray:
    """Geometric altitude of an ICRS direction, degrees, shape (n,); no refraction."""
    rotation = _celestial_to_terrestrial(np.atleast_1d(np.asarray(mjd_utc, float)))
    zenith = unit_vector(site[0], site[1])
    sine = np.einsum("i,nij,j->n", zenith, rotation, unit_vector(ra_deg, dec_deg))
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))


def hour_angle_deg(ra_deg: float, dec_deg: float, site: Site, mjd_utc: np.ndarray) -> np.ndarray:
    """Hour angle of an ICRS direction, degrees from -180 to 180, west positive, shape (n,)."""
    rotation = _celestial_to_terrestrial(np.atleast_1d(np.asarray(mjd_utc, float)))
    x, y, _ = np.moveaxis(rotation @ unit_vector(ra_deg, dec_deg), -1, 0)
    hour_angle = site[0] - np.degrees(np.arctan2(y, x))
    return (hour_angle + 180.0) % 360.0 - 180.0


def airmass_at(altitude: np.ndarray) -> np.ndarray:
    """Airmass at a geometric altitude (degrees); nan below the horizon.

    Young (1994, Applied Optics 33, 1108), within 0.004 down to the horizon.

    >>> [round(float(x), 3) for x in airmass_at(np.array([90.0, 30.0, 10.0]))]
    [1.0, 1.992, 5.541]
    """
    altitude = np.asarray(altitude, float)
    c = np.sin(np.radians(altitude))
    above = 1.002432 * c**2 + 0.148386 * c + 0.0096467
    airmass = above / (c**3 + 0.149864 * c**2 + 0.0102963 * c + 0.000303978)
    return np.where(altitude >= 0, airmass, np.nan)


def airmass_of(ra_deg: float, dec_deg: float, site: Site, mjd_utc: np.ndarray) -> np.ndarray:
    """Airmass of an ICRS direction from a site.

    Parameters
    ----------
    ra_deg, dec_deg : float
        ICRS, degrees.
    site : tuple of float
        Longitude (degrees, east positive), latitude (degrees), height (m).
    mjd_utc : ndarray of float64, shape (n,) or float

    Returns
    -------
    ndarray of float64, shape (n,)
        nan below the horizon.
    """
    return airmass_at(altitude_deg(ra_deg, dec_deg, site, mjd_utc))
