"""All objects on the image: one drawing, sprites stamped where the objects are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from lightledger.app.theme import LIGHT, Theme
from lightledger.app.vetting.glyphs import glyph_sprite

from .canvas import ImageCanvas
from .palettes import viridis_at

#: Colours that a statistic is told by.
N_COLOURS = 6
#: Diameters of markers, logical pixels: in a crowd, usual, and of verdicts.
_LEAST, _RING, _GLYPH = 4, 7, 13
#: Rings are as wide as stars where one looks closely, but not wider.
_WIDEST = 40
#: A click takes what is nearest within so many logical pixels.
PICK_PX = 12.0
#: A click on a ring, or this far beside it, takes that ring, whatever lies nearer unmarked.
_RING_EDGE = 2.0


class Markers:
    """Rings around objects, coloured by a statistic; a verdict shows its sign instead.

    Attributes
    ----------
    x, y : ndarray of float64
        Of all objects, pixels of the reference.
    shown : ndarray of int64
        Rows that are drawn.
    colour : ndarray of int64 or None
        Class of each object, 0 to `N_COLOURS` - 1, -1 unknown; None: one colour for all.
    verdicts : dict of int to str
        By row; set by `judge`.
    fwhm_px : float
        Of stars on the reference; nan unknown.
    """

    def __init__(self) -> None:
        self.x = self.y = np.empty(0)
        self.shown = np.empty(0, np.int64)
        self.colour: np.ndarray | None = None
        self.verdicts: Mapping[int, str] = {}
        self._judged = np.empty(0, np.int64)
        self.fwhm_px = float("nan")
        self.theme: Theme = LIGHT
        self._drawn = _RING
        self._fragments = internals.PrimitiveArray(QPainter.PixmapFragment, 10)

    def judge(self, verdicts: Mapping[int, str]) -> None:
        """Show these verdicts by their signs."""
        self.verdicts = verdicts
        self._judged = np.array(sorted(verdicts), np.int64)

    def __call__(self, painter: QPainter, canvas: ImageCanvas) -> None:
        if not self.shown.size:
            return
        rows = self.shown
        px, py = canvas.places(self.x[rows], self.y[rows])
        with np.errstate(invalid="ignore"):
            seen = (px > -20) & (py > -20) & (px < canvas.width() + 20)
            seen &= py < canvas.height() + 20
        rows, px, py = rows[seen], px[seen], py[seen]
        size = self.size(canvas.scale, canvas.width() * canvas.height() / max(rows.size, 1))
        self._drawn = size
        ratio = canvas.devicePixelRatioF()
        judged = np.isin(rows, self._judged)
        for ink, which in self._classes(rows):
            which = which & ~judged
            self._stamp(painter, ring(size, ink, self.theme.plot, ratio), px[which], py[which])
        signs = np.array([self.verdicts[int(row)] for row in rows[judged]], object)
        for verdict in set(signs.tolist()):
            sprite = glyph_sprite(verdict, _GLYPH, self.theme, ratio)
            which = signs == verdict
            self._stamp(painter, sprite, px[judged][which], py[judged][which])

    def size(self, scale: float, room: float = np.inf) -> int:
        """Diameter of the rings.

        Parameters
        ----------
        scale : float
            Logical pixels of the screen per pixel of the reference: rings go around stars.
        room : float
            Square pixels of the screen per marker: in a crowd rings are smaller.
        """
        star = 2.6 * self.fwhm_px * scale
        size = float(np.clip(star, _RING, _WIDEST)) if np.isfinite(star) else _RING
        return round(max(_LEAST, min(size, 0.55 * room**0.5)))

    def _classes(self, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
        if self.colour is None:
            return [(self.theme.accent, np.ones(rows.size, bool))]
        classes = self.colour[rows]
        inks = [(self.theme.muted, -1), *((class_colour(k), k) for k in range(N_COLOURS))]
        return [(ink, classes == k) for ink, k in inks]

    def nearest(self, x: float, y: float, scale: float) -> int:
        """Row of the object that a click at a pixel of the reference means, -1 for none.

        Parameters
        ----------
        scale : float
            Logical pixels of the screen per pixel of the reference.
        """
        apart = np.hypot(self.x - x, self.y - y) * scale
        apart[~np.isfinite(apart)] = np.inf
        ring = self._drawn / 2 + _RING_EDGE
        for rows, within in ((self.shown, ring), (np.arange(self.x.size), PICK_PX)):
            if rows.size and apart[rows].min() <= within:
                return int(rows[np.argmin(apart[rows])])
        return -1

    def _stamp(self, painter: QPainter, sprite: QPixmap, px: np.ndarray, py: np.ndarray) -> None:
        n = px.size
        if n == 0:
            return
        self._fragments.resize(n)
        parts = self._fragments.ndarray()
        # x, y, source left, top, width, height, scale x, y, rotation, opacity; source in device px
        parts[:, 0], parts[:, 1] = px, py
        parts[:, 2:4] = 0.0
        parts[:, 4], parts[:, 5] = sprite.width(), sprite.height()
        parts[:, 6:8] = 1.0 / sprite.devicePixelRatioF()
        parts[:, 8], parts[:, 9] = 0.0, 1.0
        painter.drawPixmapFragments(*self._fragments.drawargs(), sprite)  # type: ignore[call-arg]


def classes_of(values: np.ndarray) -> np.ndarray:
    """Class of each value by its rank, int64; -1 where it is not finite.

    >>> classes_of(np.array([1.0, 2, 3, 4, 5, 60, np.nan])).tolist()
    [0, 1, 2, 3, 4, 5, -1]
    """
    classes = np.full(values.shape, -1, np.int64)
    good = np.isfinite(values)
    n = int(np.count_nonzero(good))
    if n:
        rank = np.empty(n, np.int64)
        rank[np.argsort(values[good], kind="stable")] = np.arange(n)
        classes[good] = rank * N_COLOURS // n
    return classes


def class_colour(k: int) -> str:
    """'#RRGGBB' of a class; the ends of viridis are left out: too dark, too pale."""
    return viridis_at(0.1 + 0.8 * k / (N_COLOURS - 1))


@lru_cache(maxsize=128)
def ring(size: int, ink: str, halo: str, ratio: float) -> QPixmap:
    """A ring with a halo, so that it stands out from bright and dark pixels."""
    side = size + 6
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(side / 2, side / 2)
    around = QColor(halo)
    around.setAlphaF(0.75)
    for pen in (QPen(around, 3.0), QPen(QColor(ink), 1.3)):
        painter.setPen(pen)
        painter.drawEllipse(middle, size / 2, size / 2)
    painter.end()
    return picture
