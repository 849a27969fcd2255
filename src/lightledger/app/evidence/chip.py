"""One chip of the strip: a sign, a question and its answer in a word."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from lightledger.analysis.evidence import Mark
from lightledger.app.theme import Theme, Themes, color, small_font

from .collect import Evidence

HEIGHT = 22
_ICON, _GAP, _AIR = 12, 5, 8
_FADED = 0.4


def mark_color(mark: Mark, theme: Theme) -> QColor:
    """Colour of an answer's sign; the word says it, too."""
    if mark is Mark.OK:
        return color("#2FC79A" if theme.dark else "#00795A")
    if mark is Mark.DOUBT:
        return color("#F08040" if theme.dark else theme.problem)
    return color(theme.muted)


class Chip(QAbstractButton):
    """Shows one piece of evidence; checked while its plot is open."""

    def __init__(self, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._evidence: Evidence | None = None
        self._short = self._bare = self._faded = False
        self.setCheckable(True)
        self.setFont(small_font())
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def evidence(self) -> Evidence | None:
        return self._evidence

    def show_evidence(self, evidence: Evidence) -> None:
        """Show another answer; what says the same as before is neither painted nor placed anew."""
        before, self._evidence = self._evidence, evidence
        answer = evidence.answer
        said = f"{evidence.title}: {answer.mark.value}"
        tip = f"{said}\n{answer.words}\n\n{evidence.rule}\n\nClick to see the plot"
        if tip != self.toolTip():
            self.setAccessibleName(said)
            self.setAccessibleDescription(answer.words)
            self.setToolTip(tip)
        other = before is None or _drawn(before) != _drawn(evidence)
        if other:
            self.updateGeometry()
        if other or self._faded:
            self._faded = False
            self.update()

    def set_short(self, on: bool, bare: bool = False) -> None:
        """Use the short title; ``bare``: leave the answer to its sign (and the tip)."""
        if (on, bare) != (self._short, self._bare):
            self._short, self._bare = on, bare
            self.updateGeometry()
            self.update()

    def fade(self) -> None:
        """It is of the object before."""
        if not self._faded:
            self._faded = True
            self.update()

    def words(self) -> tuple[str, str]:
        """Title and answer as they are written."""
        if self._evidence is None:
            return "", ""
        title = self._evidence.short if self._short else self._evidence.title
        return title, "" if self._bare else self._evidence.answer.mark.value

    def width_of(self, short: bool, bare: bool = False) -> int:
        """Width with the long or the short title, with the answer or without."""
        if self._evidence is None:
            return 0
        measure = QFontMetrics(self.font())
        title = self._evidence.short if short else self._evidence.title
        words = title if bare else f"{title} {self._evidence.answer.mark.value}"
        return measure.horizontalAdvance(words) + _ICON + _GAP + 2 * _AIR + 2

    def sizeHint(self) -> QSize:
        return QSize(self.width_of(self._short, self._bare), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._evidence is None:
            return
        painter = QPainter(self)
        if self._faded:
            painter.setOpacity(_FADED)
        here = self.isChecked() or self.hasFocus() or self.underMouse()
        look = _Look(
            *self.words(), self._evidence.answer.mark, self._themes.current, here,
            self.isChecked(), self.width(), self.font().key(), self.devicePixelRatioF(),
        )  # fmt: skip
        painter.drawPixmap(0, 0, _picture(look))


def _drawn(evidence: Evidence) -> tuple[str, str, Mark]:
    """What is seen of an answer."""
    return evidence.title, evidence.short, evidence.answer.mark


class _Look(NamedTuple):
    """What a chip's picture depends on."""

    title: str
    word: str
    mark: Mark
    theme: Theme
    here: bool
    checked: bool
    width: int
    font: str
    ratio: float


@lru_cache(maxsize=128)
def _picture(look: _Look) -> QPixmap:
    """A chip, drawn once: it fades and comes back with every object that is leafed past."""
    theme = look.theme
    picture = QPixmap(round(look.width * look.ratio), round(HEIGHT * look.ratio))
    picture.setDevicePixelRatio(look.ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(0, 0, look.width, HEIGHT).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(QPen(color(theme.accent if look.here else theme.grid), 1))
    painter.setBrush(color(theme.accent, theme.range_alpha) if look.checked else color(theme.plot))
    painter.drawRoundedRect(box, HEIGHT / 2, HEIGHT / 2)
    tint = mark_color(look.mark, theme)
    draw_mark(painter, look.mark, QPointF(_AIR + _ICON / 2, HEIGHT / 2), _ICON, tint)
    font = small_font()
    painter.setFont(font)
    left = _AIR + _ICON + _GAP
    painter.setPen(color(theme.text))
    flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    painter.drawText(QRectF(left, 0, look.width, HEIGHT), flags, look.title)
    left += QFontMetrics(font).horizontalAdvance(f"{look.title} ")
    painter.setPen(color(theme.muted) if look.mark is Mark.UNKNOWN else tint)
    painter.drawText(QRectF(left, 0, look.width, HEIGHT), flags, look.word)
    painter.end()
    return picture


def draw_mark(painter: QPainter, mark: Mark, centre: QPointF, size: float, tint: QColor) -> None:
    """A tick, a triangle with a stroke, or a ring: told apart without colour."""
    half = size / 2
    painter.save()
    painter.translate(centre)
    painter.setPen(QPen(tint, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark is Mark.OK:
        points = ((-0.7, 0.05), (-0.15, 0.6), (0.8, -0.6))
        painter.drawPolyline(QPolygonF([QPointF(half * x, half * y) for x, y in points]))
    elif mark is Mark.DOUBT:
        points = ((0.0, -0.85), (0.9, 0.75), (-0.9, 0.75))
        painter.setBrush(tint)
        painter.drawPolygon(QPolygonF([QPointF(half * x, half * y) for x, y in points]))
        painter.setPen(QPen(Qt.GlobalColor.white, 1.6))
        painter.drawLine(QPointF(0, -0.35 * half), QPointF(0, 0.2 * half))
        painter.drawPoint(QPointF(0, 0.52 * half))
    else:
        painter.setPen(QPen(tint, 1.4, Qt.PenStyle.DotLine))
        painter.drawEllipse(QPointF(0, 0), 0.75 * half, 0.75 * half)
    painter.restore()
