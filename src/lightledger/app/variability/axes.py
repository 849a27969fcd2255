"""Axes that say values on a transformed scale."""

from __future__ import annotations

import pyqtgraph as pg

from lightledger.app.theme import Theme, color, small_font

from .scale import Scale

LEFT_WIDTH, BOTTOM_HEIGHT = 58, 38


class ScaleAxis(pg.AxisItem):
    """Round values of a `Scale`, one level of ticks, with a name and a unit."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=-4)
        self.setZValue(-200)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickTextOffset=4, autoExpandTextSpace=False, hideOverlappingLabels=False)
        self._scale, self._words = Scale(), []  # type: tuple[Scale, list[str]]
        self._size = LEFT_WIDTH if orientation == "left" else BOTTOM_HEIGHT
        (self.setWidth if orientation == "left" else self.setHeight)(self._size)

    def set_scale(self, scale: Scale, title: str) -> None:
        if title != self.labelText:
            self.setLabel(title)
            self.resizeEvent()
        if scale != self._scale:
            self._scale = scale
            self.picture = None
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self.setTickFont(small_font())
        self.setTextPen(color(theme.muted))
        self.setPen(color(theme.error_bar))
        self.setTickPen(color(theme.grid))
        self.setGrid(255)
        self.labelStyle = {"color": theme.muted}
        self.label.setFont(small_font())
        self.setLabel(self.labelText, **self.labelStyle)
        self.resizeEvent()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        per_label = 36 if self.orientation == "left" else 48
        places, self._words = self._scale.ticks(low, high, max(int(size / per_label), 2))
        return [(1.0, places)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return self._words

    def resizeEvent(self, event: object = None) -> None:
        super().resizeEvent(event)
        box, words = self.size(), self.label.boundingRect()
        # stock places the label half outside of an axis of fixed size
        if self.orientation == "left":
            self.label.setPos(-2.0, box.height() / 2 + words.width() / 2)
        else:
            self.label.setPos(box.width() / 2 - words.width() / 2, box.height() - words.height())
