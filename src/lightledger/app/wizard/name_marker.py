"""One real name, large: click a part, or drag over several, and say what it is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lightledger.frames.templatemaking import Span, words_of

from . import skin

_LINE = 26


class NameMarker(QWidget):
    """A name in words; ``chosen(first, behind, place)`` when a part of it was picked.

    Left and Right go from word to word, with Shift several are taken, Space picks.
    """

    chosen = Signal(int, int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(_LINE + 4)
        self.setAccessibleName("parts of a file name")
        self.setToolTip(
            "Click a part and say what it is; drag over several words to take them together\n"
            "Keys: Left, Right, with Shift to take more, Space"
        )
        self._name = ""
        self._spans: tuple[tuple[int, int, str], ...] = ()
        self._words: list[Span] = []
        self._from = self._to = self._over = -1

    @property
    def name(self) -> str:
        return self._name

    @property
    def spans(self) -> tuple[tuple[int, int, str], ...]:
        return self._spans

    def show_name(self, name: str, spans: tuple[tuple[int, int, str], ...]) -> None:
        """Show a name; ``spans`` are its fields so far."""
        if name != self._name:
            self._from = self._to = self._over = -1
        self._name, self._spans = name, spans
        self._words = words_of(name)
        self._fit()
        said = [f"{field} {name[a:b]}" for a, b, field in spans]
        self.setAccessibleDescription(f"{name}: {', '.join(said)}" if name else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, _LINE + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """One line, or two where the name is long."""
        lines = 2 if self._width() > self.width() - 8 else 1
        self.setFixedHeight(lines * _LINE + 4)

    # ---- geometry

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() + 1)
        return font

    def _width(self) -> float:
        return QFontMetricsF(self._font()).horizontalAdvance(self._name)

    def _boxes(self) -> list[QRectF]:
        """One box per character, in at most two lines that break between words."""
        metrics = QFontMetricsF(self._font())
        breaks = {a for a, _ in self._words}
        wide = [metrics.horizontalAdvance(c) for c in self._name]
        split = len(wide)
        if sum(wide) > self.width() - 8:
            fits = (i for i in sorted(breaks, reverse=True) if sum(wide[:i]) <= self.width() - 8)
            split = next(fits, len(wide)) or len(wide)
        boxes, x, y = [], 4.0, 2.0
        for i, w in enumerate(wide):
            if i == split:
                x, y = 20.0, y + _LINE
            boxes.append(QRectF(x, y, w, _LINE - 2))
            x += w
        return boxes

    def _word_at(self, event: QMouseEvent) -> int:
        boxes = self._boxes()
        at = event.position()
        for number, (a, b) in enumerate(self._words):
            if any(box.contains(at) for box in boxes[a:b]):
                return number
        return -1

    def _taken(self) -> Span | None:
        if self._from < 0:
            return None
        first, last = sorted((self._from, self._to))
        return self._words[first][0], self._words[last][1]

    # ---- events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = self._word_at(event)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        word = self._word_at(event)
        if event.buttons() & Qt.MouseButton.LeftButton and self._from >= 0 and word >= 0:
            self._to = word
        self._over = word
        shape = Qt.CursorShape.PointingHandCursor if word >= 0 else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pick(event.globalPosition().toPoint())

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._from < 0 and self._words and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._from = self._to = 0
        super().focusInEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self._words:
            to = self._to + steps[Qt.Key(event.key())]
            self._to = max(0, min(len(self._words) - 1, to))
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._from < 0:
                self._from = self._to
            self.update()
        elif event.key() == Qt.Key.Key_Space and self._taken() is not None:
            boxes = self._boxes()
            first, _ = self._taken() or (0, 0)
            self._pick(self.mapToGlobal(boxes[first].bottomLeft().toPoint()))
        else:
            super().keyPressEvent(event)

    def _pick(self, place: QPoint) -> None:
        taken = self._taken()
        if taken is not None:
            self.chosen.emit(*taken, place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        boxes = self._boxes()
        for first, behind, field in self._spans:
            self._ground(painter, boxes[first:behind], skin.tinted(skin.field(field), 0.28))
        if self._over >= 0:
            a, b = self._words[self._over]
            self._ground(painter, boxes[a:b], skin.tinted(skin.accent(), 0.14))
        painter.setPen(skin.text())
        for box, letter in zip(boxes, self._name, strict=True):
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, letter)
        taken = self._taken()
        if taken is not None and self.hasFocus():
            painter.setPen(QPen(skin.accent(), 1.5))
            self._ground(painter, boxes[taken[0] : taken[1]], None)
        painter.end()

    @staticmethod
    def _ground(painter: QPainter, boxes: list[QRectF], ink: object) -> None:
        """A rounded ground, or a frame, behind letters; one on each line."""
        painter.save()
        if ink is None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)  # type: ignore[call-overload]
        for top in sorted({box.top() for box in boxes}):
            line = [box for box in boxes if box.top() == top]
            painter.drawRoundedRect(line[0].united(line[-1]).adjusted(-1, 1, 1, -1), 3, 3)
        painter.restore()
