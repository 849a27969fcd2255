"""Whether the stars of a frame lie where its WCS puts them, and where they lie if not.

The WCS of a raw frame is often the mount's pointing, of a solved one sometimes a wrong solution.
Apertures beside the stars would give numbers that look like any others, so the stars are asked. To
put a right WCS aside would do the same harm: stars that are where it says outweigh others, which
may be images that a detector keeps, or double images of a telescope that jumped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import MIN_STARS, Match, apply_affine, common_shift, match_stars
from lightledger.photometry.stars import STARS_AT, Stars

#: A WCS that is off by less is believed: what the centroids of a few stars can tell.
BELIEVED_PX = 0.5
#: Nor does a place that the stars scatter about by more than a third of the way to it prove much.
_CLEAR = 3.0
#: A star so near to an expected place is the star expected.
_THERE_PX = 1.0
#: A shift is looked for up to this many pixels; further off, patterns of stars are compared.
_NEAR_PX = 4.0
#: Brightest stars of the reference that a shift is looked for with.
_ASKED = 60
#: Part of them that must be found for a shift to be theirs: some are variable, clouded, saturated.
_COMMON = 0.5
#: A WCS is kept while it has this part of the stars that another place has: hot pixels and kept
#: images can outnumber the stars of an infrared frame, and stay where they are on all frames.
_LOYAL = 0.25
#: What lies on the same pixels as in the reference to this is of the detector, if it is not many.
_SAME_PX, _MANY = 0.3, 20

#: Note on a visit whose objects were placed by stars although it has a WCS.
WCS_IS_OFF = "the WCS does not agree with the stars: objects are placed by the stars"


@dataclass(frozen=True)
class Correction:
    """What the stars say of a WCS.

    Attributes
    ----------
    dx, dy : float
        To be added to the positions by the WCS, pixels of the frame.
    match : Match or None
        Where a shift is not enough: the way by the stars alone, from pixels of the reference.
    """

    dx: float = 0.0
    dy: float = 0.0
    match: Match | None = None

    @property
    def needed(self) -> bool:
        """Whether the WCS is off."""
        return self.match is not None or self.dx != 0.0 or self.dy != 0.0


#: The WCS is right, or nothing proves that it is not.
AGREED = Correction()


def in_place(stars: Stars, x: np.ndarray, y: np.ndarray, shape: tuple[int, int]) -> bool:
    """Whether stars that were looked for at expected places alone prove that these are right.

    Half of the places must have theirs: a neighbour or noise near a wrong one is off centre.

    Parameters
    ----------
    stars : Stars
        By `stars_at`.
    x, y : ndarray of float64, shape (n,)
        Where they are expected, pixels, the brightest first; nan nowhere.
    shape : tuple of int
        (ny, nx) of the frame.
    """
    ny, nx = shape
    inside = (x >= 0) & (y >= 0) & (x <= nx - 1) & (y <= ny - 1)
    places = np.column_stack([x[inside], y[inside]])[:STARS_AT]
    if not len(places) or not len(stars):
        return False
    apart = cKDTree(np.column_stack([stars.x, stars.y])).query(places)[0]
    here = apart[apart <= _THERE_PX]
    return bool(2 * here.size >= len(places) and np.median(here) <= BELIEVED_PX)


def correction_of(
    stars: Stars, grid: SkyGrid, base: SkyGrid, x_ref: np.ndarray, y_ref: np.ndarray
) -> Correction:
    """Hold the stars of a frame against those of the reference.

    A WCS is believed unless the stars prove another place: by a common shift of at least half of
    those expected, else by a pattern that chance cannot explain, and in either case against the
    stars that are where the WCS says. Few stars prove nothing.

    Parameters
    ----------
    stars : Stars
        Of the frame.
    grid, base : SkyGrid
        Of the frame and of the reference.
    x_ref, y_ref : ndarray of float64, shape (n,)
        Stars of the reference, its pixels, the brightest first.
    """
    x, y = grid.to_pixel(*base.to_sky(x_ref, y_ref))
    ny, nx = grid.shape
    with np.errstate(invalid="ignore"):
        (inside,) = np.nonzero((x >= 0) & (y >= 0) & (x <= nx - 1) & (y <= ny - 1))
    asked = inside[:_ASKED]
    expected = min(asked.size, len(stars))
    if expected < MIN_STARS:
        return AGREED
    poll = _Poll(stars, np.stack([x, y]), np.stack([x_ref, y_ref]), inside.size)
    if poll.settled():
        return AGREED
    shift = common_shift(stars.x, stars.y, x[asked], y[asked], _NEAR_PX)
    if shift.n_common >= max(_COMMON * expected, MIN_STARS):
        found, there = Correction(shift.dx, shift.dy), (x + shift.dx, y + shift.dy)
    else:
        try:
            match = match_stars(stars.x, stars.y, x_ref, y_ref)
        except LightledgerError:
            return AGREED
        found, there = Correction(match=match), apply_affine(match.matrix, x_ref, y_ref)
    return found if poll.lost_to(np.stack(there)) else AGREED


class _Poll:
    """The stars of a frame, asked which places of the reference's stars they lie on."""

    def __init__(self, stars: Stars, wcs: np.ndarray, reference: np.ndarray, n_inside: int) -> None:
        """Places by the WCS and on the reference, pixels, each of shape (2, n)."""
        self._tree = cKDTree(np.column_stack([stars.x, stars.y]))
        self._wcs, self._reference = wcs, reference
        self._home = self._distance(wcs)
        area = max(math.prod(np.ptp(self._tree.data, axis=0)), 1.0)
        self._by_chance = n_inside * len(stars) / area * math.pi * _THERE_PX**2

    def _distance(self, places: np.ndarray) -> np.ndarray:
        """To the nearest star of the frame, pixels; inf where there is no place."""
        apart = np.full(places.shape[1], np.inf)
        known = np.isfinite(places).all(axis=0)
        apart[known] = self._tree.query(places[:, known].T)[0]
        return apart

    def settled(self) -> bool:
        """Whether more stars are where the WCS says than chance puts there.

        Where it says that nothing has moved, what the detector keeps could do so.
        """
        there = self._home <= _THERE_PX
        moved = _median_length((self._wcs - self._reference)[:, there])
        enough = np.count_nonzero(there) >= MIN_STARS + 2 * self._by_chance
        return bool(enough and moved > _SAME_PX and np.median(self._home[there]) <= BELIEVED_PX)

    def lost_to(self, places: np.ndarray) -> bool:
        """Whether the stars prove other places, shape (2, n), against the WCS."""
        away = self._distance(places)
        against = (away <= _THERE_PX) & (away < self._home)
        loyal = (self._home <= _THERE_PX) & ~against
        n = np.count_nonzero(against)
        if n < MIN_STARS or np.count_nonzero(loyal) >= _LOYAL * n + 2 * self._by_chance:
            return False
        apart = _median_length((places - self._wcs)[:, against])
        if apart <= max(BELIEVED_PX, _CLEAR * float(np.median(away[against]))):
            return False
        moved = _median_length((places - self._reference)[:, against])
        return bool(n >= _MANY or moved > _SAME_PX)


def _median_length(vectors: np.ndarray) -> float:
    """Of vectors of shape (2, n), those that are not known are long; 0 without any."""
    lengths = np.hypot(*vectors)
    return float(np.median(np.where(np.isnan(lengths), np.inf, lengths))) if lengths.size else 0.0
