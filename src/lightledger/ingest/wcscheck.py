"""Whether the stars of a frame lie where its WCS puts them, and where they lie if not.

The WCS of a raw frame is often the mount's pointing, of a solved one sometimes a wrong solution.
Apertures beside the stars would give numbers that look like any others, so the stars are asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import MIN_STARS, Match, apply_affine, common_shift, match_stars
from lightledger.photometry.stars import Stars

#: A WCS that is off by less is believed: what the centroids of a few stars can tell.
BELIEVED_PX = 0.5
#: A shift is looked for up to this many pixels; further off, patterns of stars are compared.
_NEAR_PX = 4.0
#: Brightest stars of the reference that are looked for.
_ASKED = 60
#: Part of them that must be found for a shift to be theirs: some are variable, clouded, saturated.
_COMMON = 0.5

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


def correction_of(
    stars: Stars, grid: SkyGrid, base: SkyGrid, x_ref: np.ndarray, y_ref: np.ndarray
) -> Correction:
    """Hold the stars of a frame against those of the reference.

    A WCS is believed unless the stars prove another place: by a common shift of at least half of
    those expected, else by a pattern that chance cannot explain. Few stars prove nothing.

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
    shift = common_shift(stars.x, stars.y, x[asked], y[asked], _NEAR_PX)
    if shift.n_common >= max(_COMMON * expected, MIN_STARS):
        return _beyond(shift.dx, shift.dy)
    try:
        match = match_stars(stars.x, stars.y, x_ref, y_ref)
    except LightledgerError:
        return AGREED
    there = apply_affine(match.matrix, x_ref[asked], y_ref[asked])
    apart = np.median(np.hypot(there[0] - x[asked], there[1] - y[asked]))
    better = match.n_matched > shift.n_common
    return Correction(match=match) if better and apart > BELIEVED_PX else AGREED


def _beyond(dx: float, dy: float) -> Correction:
    return Correction(dx, dy) if np.hypot(dx, dy) > BELIEVED_PX else AGREED
