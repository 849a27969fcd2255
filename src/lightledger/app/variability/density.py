"""Many thousand markers as one picture: how many lie on each pixel decides how dark it is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

#: More markers than this on one pixel make it no darker.
_DARKEST = 48
#: Sums of so many of these fit a byte.
_MOST_SUMMED = 5


def density_image(
    px: np.ndarray, py: np.ndarray, width: int, height: int, size: int, tint: QColor, alpha: float
) -> QImage:
    """Square markers, each of one transparency, laid over each other.

    Parameters
    ----------
    px, py : ndarray of float, shape (n,)
        Places of the markers, pixels of the picture; those outside are left out.
    width, height : int
        Of the picture.
    size : int
        Side of a marker, pixels.
    tint : QColor
    alpha : float
        Of one marker; n of them have 1 - (1 - alpha)^n.

    Returns
    -------
    QImage
        ARGB, premultiplied.
    """
    # A margin of one marker: those cut by an edge are drawn in part.
    wide, high = width + 2 * size, height + 2 * size
    with np.errstate(invalid="ignore"):  # what is not finite becomes the least integer
        column = np.floor(px + size).astype(np.int32)
        row = np.floor(py + size).astype(np.int32)
    # As unsigned numbers negative ones are large: one comparison for both ends.
    inside = (column.view(np.uint32) < wide) & (row.view(np.uint32) < high)
    count = np.bincount((row * wide + column)[inside], minlength=wide * high).reshape(high, wide)
    level = np.empty((high, wide), np.uint8)
    np.minimum(count, _DARKEST, out=level, casting="unsafe")
    for axis in (0, 1):
        level = np.minimum(_sums(level, size, axis), _DARKEST)
    half = size // 2
    level = level[size - half : size - half + height, size - half : size - half + width]
    pixels = _colours(tint.rgb(), alpha)[level]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # of its own memory


@lru_cache(maxsize=32)
def _colours(rgb: int, alpha: float) -> np.ndarray:
    """Pixels (u4) that 0, 1, 2, ... markers lie on."""
    opacity = 1 - (1 - alpha) ** np.arange(_DARKEST + 1)
    parts = (255, rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255)
    found = np.zeros(_DARKEST + 1, np.uint32)
    for shift, part in zip((24, 16, 8, 0), parts, strict=True):
        found |= np.round(opacity * part).astype(np.uint32) << np.uint32(shift)
    return found


def _sums(level: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Sums of ``size`` neighbours along an axis, ending at each place; uint8, same shape.

    At most `_DARKEST` each and five of them stay below 256; more are taken as five.
    """
    total = level.copy()
    for k in range(1, min(size, _MOST_SUMMED)):
        if axis == 0:
            total[k:] += level[:-k]
        else:
            total[:, k:] += level[:, :-k]
    return total
