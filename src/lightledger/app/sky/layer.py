"""One image on a canvas: its levels, its tones, and the pieces that are drawn already."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from lightledger.library.tones import Tone

from .pyramid import SMALLEST, Pyramid

#: Pixels of a level that are drawn as a whole.
_WHOLE = 3_000_000
#: A piece reaches so much of its size further than what is seen, so that panning is at once.
_MARGIN = 0.5


@dataclass(frozen=True)
class Wanted:
    """A piece of a level: columns ``[x0, x1)``, rows ``[y0, y1)``."""

    level: int
    x0: int
    y0: int
    x1: int
    y1: int

    def covers(self, other: Wanted) -> bool:
        return (
            self.level == other.level
            and self.x0 <= other.x0
            and self.y0 <= other.y0
            and self.x1 >= other.x1
            and self.y1 >= other.y1
        )


@dataclass(frozen=True)
class Tile:
    """A piece in colours; ``colours`` owns the memory of ``image``."""

    of: Wanted
    image: QImage
    colours: np.ndarray

    @property
    def extent(self) -> QRectF:
        """In pixels of the image, whose first pixel has its centre at (0, 0)."""
        step = 1 << self.of.level
        return QRectF(
            self.of.x0 * step - 0.5,
            self.of.y0 * step - 0.5,
            (self.of.x1 - self.of.x0) * step,
            (self.of.y1 - self.of.y0) * step,
        )


def coloured(pyramid: Pyramid, wanted: Wanted, tone: Tone, palette: np.ndarray) -> Tile:
    """Draw a piece; for a worker where it is large."""
    part = pyramid.levels[wanted.level][wanted.y0 : wanted.y1, wanted.x0 : wanted.x1]
    colours = palette[tone.tones(part)]
    ny, nx = colours.shape
    image = QImage(colours.data, nx, ny, 4 * nx, QImage.Format.Format_RGB32)
    return Tile(wanted, image, colours)


class Layer:
    """An image as it is looked at.

    Parameters
    ----------
    pyramid : Pyramid
    matrix : ndarray of float64, shape (2, 3)
        Pixel (x, y, 1) of the reference to pixel of this image.
    tone : Tone
    palette : ndarray of uint32, shape (256,)

    Attributes
    ----------
    base, tile : Tile
        The smallest level whole, drawn at once; the sharpest piece drawn so far, or None.
    revision : int
        Grows with every other look: pieces under way for an older one come too late.
    """

    def __init__(
        self, pyramid: Pyramid, matrix: np.ndarray, tone: Tone, palette: np.ndarray
    ) -> None:
        self.pyramid, self.matrix = pyramid, np.asarray(matrix, np.float64)
        self.revision = 0
        self.tile: Tile | None = None
        self.set_look(tone, palette)

    def set_look(self, tone: Tone, palette: np.ndarray) -> None:
        """Tones and colours from now on; the sharp piece stays until its successor is there."""
        self.tone, self.palette = tone, palette
        self.revision += 1
        last = len(self.pyramid.levels) - 1
        self.base = coloured(self.pyramid, self._whole(last), tone, palette)
        if last == 0:
            self.tile = self.base

    @property
    def small(self) -> bool:
        """It is drawn whole at once."""
        return max(self.pyramid.shape) <= SMALLEST

    def _whole(self, level: int) -> Wanted:
        ny, nx = self.pyramid.levels[level].shape
        return Wanted(level, 0, 0, nx, ny)

    def wanted(self, seen: QRectF, screen_per_pixel: float) -> Wanted | None:
        """What to draw next for a part of the image that is seen; None when all is there.

        Parameters
        ----------
        seen : QRectF
            Pixels of the image.
        screen_per_pixel : float
            Device pixels that one of them takes.
        """
        level = self.pyramid.level_for(screen_per_pixel)
        whole = self._whole(level)
        if whole.x1 * whole.y1 <= _WHOLE:
            need = piece = whole
        else:
            need = _within(whole, seen, 0.0)
            piece = _within(whole, seen, _MARGIN)
        if need.x1 <= need.x0 or need.y1 <= need.y0:
            return None
        if self.base.of.covers(need) or (self.tile is not None and self._is_sharp(need)):
            return None
        return piece

    def _is_sharp(self, need: Wanted) -> bool:
        assert self.tile is not None
        return self._revision_of_tile == self.revision and self.tile.of.covers(need)

    _revision_of_tile = -1

    def take(self, tile: Tile, revision: int) -> bool:
        """Take a piece that was drawn; False when it is of an older look."""
        if revision != self.revision:
            return False
        self.tile, self._revision_of_tile = tile, revision
        return True


def _within(whole: Wanted, seen: QRectF, margin: float) -> Wanted:
    step = 1 << whole.level
    dx, dy = margin * seen.width(), margin * seen.height()
    return replace(
        whole,
        x0=max(0, int((seen.left() - dx + 0.5) // step)),
        y0=max(0, int((seen.top() - dy + 0.5) // step)),
        x1=min(whole.x1, int((seen.right() + dx + 0.5) // step) + 1),
        y1=min(whole.y1, int((seen.bottom() + dy + 0.5) // step) + 1),
    )
