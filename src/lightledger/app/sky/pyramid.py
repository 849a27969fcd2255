"""An image at every size a screen may want it: each level halves the one before."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Control

#: The smallest level has no longer side than this.
SMALLEST = 512
#: Rows taken together while halving.
_ROWS = 512


@dataclass(frozen=True)
class Pyramid:
    """Levels of an image; level k is averaged over squares of 2^k pixels.

    Attributes
    ----------
    levels : tuple of ndarray of float32
        The first is the image itself, not copied. nan only where all four pixels are. What does
        not fill a square at the upper and right edge is left out of a level.
    """

    levels: tuple[np.ndarray, ...]

    @property
    def shape(self) -> tuple[int, int]:
        ny, nx = self.levels[0].shape
        return ny, nx

    @classmethod
    def of(cls, image: np.ndarray, control: Control | None = None) -> Pyramid:
        """Halve an image until it is small; for a worker.

        Raises
        ------
        Cancelled
        """
        levels = [image]
        while max(levels[-1].shape) > SMALLEST and min(levels[-1].shape) > 1:
            levels.append(halved(levels[-1], control))
        return cls(tuple(levels))

    def level_for(self, screen_per_pixel: float) -> int:
        """The level to draw where an image pixel takes so many device pixels.

        >>> Pyramid((np.zeros((1, 1)),) * 4).level_for(0.3)
        1
        """
        if screen_per_pixel >= 1 or screen_per_pixel <= 0:
            return 0
        return min(int(math.log2(1 / screen_per_pixel)), len(self.levels) - 1)


def halved(image: np.ndarray, control: Control | None = None) -> np.ndarray:
    """Mean of squares of 2 x 2 pixels, of those that are finite; float32."""
    ny, nx = image.shape[0] // 2, image.shape[1] // 2
    out = np.empty((ny, nx), np.float32)
    for first in range(0, ny, _ROWS):
        if control is not None:
            control.check()
        last = min(first + _ROWS, ny)
        rows = image[2 * first : 2 * last, : 2 * nx]
        with np.errstate(invalid="ignore", over="ignore"):
            four = rows[0::2, 0::2] + rows[0::2, 1::2]
            four += rows[1::2, 0::2]
            four += rows[1::2, 1::2]
            four *= np.float32(0.25)
        odd_y, odd_x = np.nonzero(~np.isfinite(four))
        if odd_y.size:
            around = np.stack([rows[2 * odd_y + j, 2 * odd_x + i] for j in (0, 1) for i in (0, 1)])
            good = np.isfinite(around)
            count = good.sum(axis=0)
            total = np.where(good, around, 0).sum(axis=0)
            four[odd_y, odd_x] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        out[first:last] = four
    return out
