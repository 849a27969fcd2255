"""Many thousand markers as one picture: how many lie on each pixel decides how dark it is."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

#: More markers than this on one pixel make it no darker.
_DARKEST = 48


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
    with np.errstate(invalid="ignore"):
        inside = (px >= -size) & (px < width + size) & (py >= -size) & (py < height + size)
    column = (px[inside] + size).astype(np.int32)
    row = (py[inside] + size).astype(np.int32)
    count = np.bincount(row * wide + column, minlength=wide * high).reshape(high, wide)
    count = np.minimum(count, _DARKEST).astype(np.uint16)
    half = size // 2
    level = _sums(_sums(count, size, 0), size, 1)
    level = level[size - half : size - half + height, size - half : size - half + width]
    opacity = 1 - (1 - alpha) ** np.arange(_DARKEST + 1)
    lut = np.zeros(_DARKEST + 1, np.uint32)
    for shift, part in ((16, tint.red()), (8, tint.green()), (0, tint.blue()), (24, 255)):
        lut |= np.round(opacity * part).astype(np.uint32) << np.uint32(shift)
    pixels = np.ascontiguousarray(lut[np.minimum(level, _DARKEST)])
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # of its own memory


def _sums(count: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Sums of ``size`` neighbours along an axis, ending at each place; same shape."""
    total = count.copy()
    for k in range(1, size):
        if axis == 0:
            total[k:] += count[:-k]
        else:
            total[:, k:] += count[:, :-k]
    return total
