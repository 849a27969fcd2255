"""Many thousand markers as one picture: how many lie on each pixel decides how dark it is."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QColor, QImage


class Layer(NamedTuple):
    """Markers of one kind: places in pixels of the picture (n,), colour, opacity of one."""

    px: np.ndarray
    py: np.ndarray
    tint: QColor
    alpha: float


def density_image(over: Layer, under: Layer, width: int, height: int, size: int) -> QImage:
    """Square markers laid over each other, those of one layer over those of another.

    Parameters
    ----------
    over, under : Layer
        Markers outside of the picture, and at nan, are left out.
    width, height : int
        Of the picture.
    size : int
        Side of a marker, pixels.

    Returns
    -------
    QImage
        ARGB, premultiplied. A pixel under n markers has the opacity 1 - (1 - alpha)^n.

    Notes
    -----
    Both layers are counted in one pass: the upper one in the high byte of each number.
    """
    # A margin of one marker: those cut by an edge are drawn in part.
    wide, high = width + 2 * size, height + 2 * size
    most = max(255 // size**2, 1)  # on one place, so that all places of a marker fit a byte
    level = _counts(over, size, wide, high, most)
    level <<= 8
    level |= _counts(under, size, wide, high, most)
    for axis in (0, 1):
        level = _sums(level, size, axis)
    first = size + size // 2  # what is summed up to here is centred on the first pixel
    level = level[first : first + height, first : first + width]
    pixels = _colours(over.tint.rgb(), over.alpha, under.tint.rgb(), under.alpha)[level]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # of its own memory


def _counts(layer: Layer, size: int, wide: int, high: int, most: int) -> np.ndarray:
    """Markers on each pixel of the picture with its margin, at most so many; u2."""
    with np.errstate(invalid="ignore"):  # what is not finite becomes the least integer
        column = np.floor(layer.px + size).astype(np.int32)
        row = np.floor(layer.py + size).astype(np.int32)
    # As unsigned numbers negative ones are large: one comparison for both ends.
    inside = (column.view(np.uint32) < wide) & (row.view(np.uint32) < high)
    count = np.bincount((row * wide + column)[inside], minlength=wide * high)
    found = np.empty((high, wide), np.uint16)
    np.minimum(count.reshape(high, wide), most, out=found, casting="unsafe")
    return found


def _sums(level: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Sums of ``size`` neighbours along an axis, ending at each place; same shape."""
    total = level.copy()
    for k in range(1, size):
        if axis == 0:
            total[k:] += level[:-k]
        else:
            total[:, k:] += level[:, :-k]
    return total


@lru_cache(maxsize=16)
def _colours(over: int, over_alpha: float, under: int, under_alpha: float) -> np.ndarray:
    """Pixels (u4) by the number of markers, ``over`` in the high and ``under`` in the low byte."""
    count = np.arange(256)
    above = (1 - (1 - over_alpha) ** count)[:, None]
    below = (1 - (1 - under_alpha) ** count)[None, :] * (1 - above)
    found = np.zeros((256, 256), np.uint32)
    for shift in (24, 16, 8, 0):
        upper, lower = (255, 255) if shift == 24 else (over >> shift & 255, under >> shift & 255)
        found |= np.round(above * upper + below * lower).astype(np.uint32) << np.uint32(shift)
    return found.ravel()
