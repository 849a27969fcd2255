"""Positions on the sphere: from one celestial frame to another, and how far apart they are."""

from __future__ import annotations

import math

import numpy as np
from astropy.coordinates import SkyCoord


def rotation_to_icrs(frame: object) -> np.ndarray | None:
    """Rotation matrix (3, 3) of a frame to ICRS; None when it is not a rotation (FK4: E-terms)."""
    if getattr(frame, "name", "") == "icrs":
        return np.eye(3)
    if str(getattr(frame, "name", "")).startswith("fk4"):
        return None
    axes = SkyCoord([0.0, 90.0, 0.0], [0.0, 0.0, 90.0], unit="deg", frame=frame).icrs
    return _vectors(axes.ra.deg, axes.dec.deg).T


def _vectors(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(longitude), np.radians(latitude)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def rotated(
    matrix: np.ndarray, longitude: np.ndarray, latitude: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if np.array_equal(matrix, np.eye(3)):
        return longitude % 360.0, latitude
    x, y, z = matrix @ _vectors(longitude, latitude).T
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))


def through(positions: SkyCoord, frame: object) -> tuple[np.ndarray, np.ndarray]:
    there = positions.transform_to(frame).spherical
    return there.lon.deg, there.lat.deg


def separation(ra: np.ndarray, dec: np.ndarray, ra0: float, dec0: float) -> np.ndarray:
    """Angles to one position, degrees (haversine)."""
    dec_rad, dec0_rad = np.radians(dec), math.radians(dec0)
    half = np.sin((dec_rad - dec0_rad) / 2) ** 2
    half = half + np.cos(dec_rad) * math.cos(dec0_rad) * np.sin(np.radians(ra - ra0) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
