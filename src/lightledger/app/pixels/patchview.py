"""One image of a cut-out with its caption."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from lightledger.app.elided import ElidedLabel
from lightledger.app.sky.canvas import ImageCanvas
from lightledger.app.sky.coordinates import pixel_at, value_text
from lightledger.app.sky.layer import Layer
from lightledger.app.sky.outlining import Outlining
from lightledger.app.sky.palettes import palette
from lightledger.app.sky.pyramid import Pyramid
from lightledger.app.sky.rulers import Rulers
from lightledger.app.theme import LIGHT, Theme, color, small_font
from lightledger.domain import counted
from lightledger.library.cutouts import TITLES, Patch
from lightledger.library.skyimages import side_of, to_reference
from lightledger.library.tones import Tone

_CROSS = 4.0
#: Pixels smaller than this on the screen get a dot where they are marked, larger ones a frame.
_DOT = 5.0


#: A neighbour is named when the mouse is so near to its cross, logical pixels.
_NEAR = 8.0


class Neighbours:
    """Small crosses on other objects; pixels of the reference."""

    def __init__(self) -> None:
        self.x = self.y = np.empty(0)
        self.names: Sequence[str] = ()
        self.theme: Theme = LIGHT

    def __call__(self, painter: QPainter, canvas: ImageCanvas) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px, py = canvas.places(self.x, self.y)
        for ink, width in ((color(self.theme.plot, 0.8), 3.2),
                           (color(self.theme.marker(3).fill), 1.5)):  # fmt: skip
            painter.setPen(QPen(ink, width))
            for x, y in zip(px.tolist(), py.tolist(), strict=True):
                painter.drawLine(QPointF(x - _CROSS, y), QPointF(x + _CROSS, y))
                painter.drawLine(QPointF(x, y - _CROSS), QPointF(x, y + _CROSS))

    def name_at(self, x: float, y: float, scale: float) -> str:
        """The neighbour whose cross is at a pixel of the reference, '' for none."""
        apart = np.hypot(self.x - x, self.y - y) * scale
        return self.names[int(np.argmin(apart))] if (apart <= _NEAR).any() else ""


class Marks:
    """A frame on each marked pixel of a patch."""

    def __init__(self) -> None:
        self.patch: Patch | None = None
        self.theme: Theme = LIGHT

    def __call__(self, painter: QPainter, canvas: ImageCanvas) -> None:
        patch = self.patch
        if patch is None or patch.marked is None or not patch.marked.any():
            return
        rows, columns = np.nonzero(patch.marked)
        x, y = canvas.places(*to_reference(patch.matrix, columns.astype(float), rows.astype(float)))
        side = canvas.scale / side_of(patch.matrix)
        painter.setPen(QPen(color(self.theme.problem), 1.2 if side > _DOT else 3.0))
        for px, py in zip(x.tolist(), y.tolist(), strict=True):
            if side > _DOT:
                painter.drawRect(QRectF(px - side / 2, py - side / 2, side, side))
            else:
                painter.drawPoint(QPointF(px, py))


class PatchView(QWidget):
    """A picture, square, always as large as there is room; outlines over it."""

    #: Words about the pixel under the mouse, '' for none.
    hovered = Signal(str)
    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = ElidedLabel()
        self.caption.setFont(small_font())
        self.canvas = ImageCanvas()
        self.canvas.navigates = False
        self.outlining, self.neighbours, self.marks = Outlining(), Neighbours(), Marks()
        self.rulers = Rulers()
        self.canvas.overlays = [self.marks, self.neighbours, self.outlining, self.rulers]
        self.canvas.hovered.connect(self._hover)
        self.canvas.clicked.connect(lambda *_: self.clicked.emit())
        self.patch: Patch | None = None
        self._first = 0, 0
        self._caption = "", ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(1)
        lines.addWidget(self.caption)
        lines.addWidget(self.canvas, 1)

    def sizeHint(self) -> QSize:
        return QSize(160, 178)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.outlining, self.neighbours, self.rulers, self.marks):
            part.theme = theme
        self.canvas.set_background(theme.background)
        layer = self.canvas.layer
        if layer is not None:
            layer.set_look(layer.tone, palette("inverted grey", theme))
            self.canvas.look_changed()

    def show_patch(
        self, patch: Patch, first: tuple[int, int], tone: Tone, theme: Theme, seen: QRectF
    ) -> None:
        """Show another picture, ``seen`` of the reference filling the view.

        ``first`` is the pixel (x, y) of the whole image at which the patch begins.
        """
        self._first = first
        self.patch = self.marks.patch = patch
        self.rulers.unit = patch.unit
        words = TITLES[patch.kind]
        if patch.marked is not None and (n := int(np.count_nonzero(patch.marked))):
            words += f"  {n:,} replaced"
        if patch.n_blank and patch.kind != "ratio":
            words += f"  {patch.n_blank:,} blank"
        self._caption = TITLES[patch.kind], words
        self._say_caption()
        n = patch.n_blank
        blank = f"{counted(n, 'pixel')} without a value" if n else ""
        hint = "click: this one alone, or all again"
        tip = [TITLES[patch.kind], patch.note, self._span(patch, tone), blank, hint]
        self.setToolTip("\n".join(filter(None, tip)))
        self.canvas.setAccessibleName(f"{TITLES[patch.kind]} of the visit")
        self.canvas.set_layer(
            Layer(Pyramid.of(patch.data), patch.matrix, tone, palette("inverted grey", theme))
        )
        self.canvas.fit(seen)

    def _say_caption(self) -> None:
        """What is wrong with the pixels where there is room for it; the tooltip has it always."""
        title, words = self._caption
        fits = self.caption.fontMetrics().horizontalAdvance(words) <= self.width()
        self.caption.setText(words if fits else title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_caption()

    @staticmethod
    def _span(patch: Patch, tone: Tone) -> str:
        return f"white {value_text(tone.low)} to black {value_text(tone.high, patch.unit)}"

    def _hover(self, x: float, y: float) -> None:
        patch = self.patch
        if patch is None or not math.isfinite(x):
            self.hovered.emit("")
            return
        px, py = (float(v) for v in patch.matrix[:, :2] @ (x, y) + patch.matrix[:, 2])
        value = pixel_at(patch.data, px, py)
        if value is None:
            self.hovered.emit("")
            return
        column, row = (math.floor(v + 0.5) + o for v, o in zip((px, py), self._first, strict=True))
        name = self.neighbours.name_at(x, y, self.canvas.scale)
        words = f"{TITLES[patch.kind]}: {value_text(value, patch.unit)}    x {column}  y {row}"
        self.hovered.emit(f"{words}    {name}".rstrip())

    def keyPressEvent(self, event: object) -> None:
        event.ignore()  # type: ignore[attr-defined]


def grid_shape(
    n: int, width: int, height: int, caption: int = 0, space: int = 0
) -> tuple[int, int, float]:
    """Rows and columns of ``n`` squares that are largest in a place of this size, and their side.

    Each has a caption above it, and space to the next.

    >>> grid_shape(6, 360, 540), grid_shape(6, 900, 300)
    ((3, 2, 180.0), (2, 3, 150.0))
    >>> grid_shape(6, 900, 300, 20, 6)
    (1, 6, 145.0)
    """
    best = max(n, 1), 1, 0.0
    for columns in range(1, n + 1):
        rows = math.ceil(n / columns)
        across = (width - (columns - 1) * space) / columns
        down = (height - (rows - 1) * space) / rows - caption
        if min(across, down) > best[2]:
            best = rows, columns, min(across, down)
    return best
