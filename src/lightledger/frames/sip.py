"""SIP: polynomial distortions of a projection (Shupe et al. 2005, ASPC 347, 491)."""

from __future__ import annotations

from typing import Self

import numpy as np
from astropy.io.fits import Header
from numpy.polynomial.polynomial import polyval2d

#: Inverted to this, in pixels; what is further off after the last step is not on the sky.
_PRECISION, _FAR_OFF = 1e-8, 1e-4
_MOST_STEPS = 30


class Sip:
    """The polynomials A and B of a header.

    Parameters
    ----------
    a, b : ndarray of float64, shape (order + 1, order + 1)
        Coefficients ``c[p, q]`` of u^p v^q.
    origin : ndarray of float64, shape (2,)
        Where u and v are 0: CRPIX as 0-based pixels.
    """

    def __init__(self, a: np.ndarray, b: np.ndarray, origin: np.ndarray) -> None:
        self._a, self._b, self._origin = a, b, origin

    @classmethod
    def from_header(cls, header: Header, origin: np.ndarray) -> Self:
        """The polynomials of a header that `wcs_keywords.repair_wcs` has put in order."""
        return cls(_coefficients(header, "A"), _coefficients(header, "B"), origin)

    def offset(self, pixel: np.ndarray) -> np.ndarray:
        """What is added to pixels (n, 2) before they are projected."""
        u, v = (pixel - self._origin).T
        return np.column_stack([polyval2d(u, v, self._a), polyval2d(u, v, self._b)])

    def invert(self, plane: np.ndarray) -> np.ndarray:
        """Pixels (n, 2) that end at ``plane`` with their offset, by fixed-point iteration.

        nan where the iteration does not settle.
        """
        pixel = plane.copy()
        moved = np.zeros(len(plane))
        for _ in range(_MOST_STEPS):
            following = plane - self.offset(pixel)
            moved = np.abs(following - pixel).max(axis=1)
            pixel = following
            if not (moved > _PRECISION).any():
                break
        pixel[~(moved < _FAR_OFF)] = np.nan
        return pixel


def _coefficients(header: Header, name: str) -> np.ndarray:
    size = int(header[f"{name}_ORDER"]) + 1
    c = np.zeros((size, size))
    for p in range(size):
        for q in range(size - p):
            c[p, q] = header.get(f"{name}_{p}_{q}", 0.0)
    return c
