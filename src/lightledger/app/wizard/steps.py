"""The strip at the top: which page this is and which are done; visited ones can be clicked."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from . import skin

_RADIUS = 11.0


class Steps(QWidget):
    """Numbered circles joined by a line."""

    chosen = Signal(int)

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._current = 0
        self._reachable = 0
        self._locked = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("steps of the wizard")

    def set_names(self, names: tuple[str, ...]) -> None:
        """Other steps."""
        self._names = names
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 36)

    def show_step(self, current: int, reachable: int, locked: bool = False) -> None:
        """Mark the page shown; those up to ``reachable`` can be clicked unless locked."""
        self._current, self._reachable, self._locked = current, reachable, locked
        self.setAccessibleDescription(f"step {current + 1} of {len(self._names)}")
        self.update()

    def _spots(self) -> list[QRectF]:
        """Area of each step: circle and name."""
        metrics = QFontMetricsF(self.font())
        widths = [2 * _RADIUS + 8 + metrics.horizontalAdvance(name) * 1.1 for name in self._names]
        gap = max(24.0, min(96.0, (self.width() - sum(widths)) / max(1, len(widths) - 1)))
        spots, x = [], 1.0
        for width in widths:
            spots.append(QRectF(x, 2, width, self.height() - 4))
            x += width + gap
        return spots

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = self._spots()
        middle = self.height() / 2
        for before, after in itertools.pairwise(spots):
            painter.setPen(QPen(skin.edge(), 1))
            painter.drawLine(QPointF(before.right() + 6, middle), QPointF(after.left() - 6, middle))
        for index, (spot, name) in enumerate(zip(spots, self._names, strict=True)):
            self._paint_step(painter, index, spot, name, middle)
        painter.end()

    def _paint_step(
        self, painter: QPainter, index: int, spot: QRectF, name: str, middle: float
    ) -> None:
        done, current = index < self._current, index == self._current
        centre = QPointF(spot.left() + _RADIUS, middle)
        filled = done or current
        painter.setPen(QPen(skin.accent() if filled else skin.edge(), 1.5))
        painter.setBrush(skin.accent() if filled else skin.plot())
        painter.drawEllipse(centre, _RADIUS - 1, _RADIUS - 1)
        font = painter.font()
        font.setBold(current)
        painter.setFont(font)
        painter.setPen(skin.plot() if filled else skin.muted())
        if done:
            painter.setPen(QPen(skin.plot(), 2))
            painter.drawPolyline(
                [
                    centre + QPointF(-4.5, 0.5),
                    centre + QPointF(-1.2, 3.8),
                    centre + QPointF(5, -3.5),
                ]
            )
        else:
            circle = QRectF(centre.x() - _RADIUS, middle - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(index + 1))
        painter.setPen(skin.text() if current else skin.muted())
        beside = spot.adjusted(2 * _RADIUS + 8, 0, 40, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, name)

    def _at(self, event: QMouseEvent) -> int | None:
        for index, spot in enumerate(self._spots()):
            free = not self._locked and index <= self._reachable and index != self._current
            if free and spot.contains(event.position()):
                return index
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._at(event) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event)
        if index is not None:
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
