"""Scatter against magnitude: a curve for each type of measurement, every object behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from lightledger.analysis.quality import BandQuality, Quality
from lightledger.domain import counted, parse_measurement

from . import skin

#: Relative scatter outside of this is drawn at its edge.
_LOWEST, _HIGHEST = 1e-4, 3.0
_TICKS = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_SYMBOLS = ("o", "s", "t", "d", "t1", "h")
#: Hues after those of the bands.
_MORE_HUES = ("#9467BD", "#8C6D31")
#: Height of a line of the legend.
_ROW = 19


@dataclass(frozen=True)
class Style:
    """How a type of measurement is drawn, the same in all bands; no symbol: one of the others."""

    ink: QColor
    symbol: str


def styles_of(quality: Quality) -> dict[str, Style]:
    """A hue and a symbol for the types that matter most, grey for the others.

    First those that are suggested or the best somewhere, then the others in order.
    """
    matter = [*quality.suggested.values(), *(n for b in quality.bands for n in b.best if n)]
    types = [_within(name) for band in quality.bands for name in band.scatter]
    hues = [skin.band(i) for i in range(4)] + [QColor(hue) for hue in _MORE_HUES]
    first = dict.fromkeys([*map(_within, filter(None, matter)), *types])
    named = dict(zip(first, map(Style, hues, _SYMBOLS), strict=False))
    return {name: named.get(name, Style(skin.edge(), "")) for name in dict.fromkeys(types)}


class QualityPlot(pg.PlotWidget):
    """One band."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setBackground(skin.plot())
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setMinimumSize(120, 180)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(skin.edge())
            axis.setTextPen(skin.muted())
            axis.setTickFont(skin.small())
        self.getAxis("left").setWidth(58)
        self.setLabel("left", "relative scatter (%)", color=skin.muted().name())

    def show_band(
        self,
        band: BandQuality,
        magnitude: np.ndarray,
        relative: np.ndarray,
        ringed: np.ndarray,
        styles: dict[str, Style],
        heights: tuple[float, float],
    ) -> None:
        """Draw the curves of a band over its objects, and a strip of the best type below them.

        Parameters
        ----------
        magnitude, relative : ndarray of float64, shape (n_object,)
            In the measurement that the band's magnitudes are of.
        ringed : ndarray of int
            Rows of the objects to mark.
        heights : tuple of float
            Range of log10 of the scatter.
        """
        what = f"{band.band} magnitude ({band.system or 'instrumental'})"
        self.setLabel("bottom", what, color=skin.muted().name())
        self.setToolTip(f"magnitudes of {band.magnitudes_of}")
        with np.errstate(invalid="ignore", divide="ignore"):
            good = np.isfinite(magnitude) & (relative > 0)
            height = np.log10(np.clip(relative, _LOWEST, _HIGHEST))
        if not good.any():
            self._say_empty("A scatter needs several good visits of an object")
            return
        ink = skin.muted()
        ink.setAlphaF(0.45 if good.sum() < 2000 else 0.2)
        dots = pg.ScatterPlotItem(magnitude[good], height[good], size=3, pen=None, brush=ink)
        self.addItem(dots)
        # the named ones last: on top
        for name, row in sorted(band.scatter.items(), key=lambda each: _symbol(each[0], styles)):
            self._add_curve(np.array(band.middle), np.array(row), styles[_within(name)])
        low, high = heights
        pad = 0.06 * (high - low)
        self._add_strip(band, low - pad, styles)
        rings = ringed[good[ringed]]
        pen = pg.mkPen(skin.problem(), width=2)
        self.addItem(
            pg.ScatterPlotItem(magnitude[rings], height[rings], size=11, pen=pen, brush=None)
        )
        self.getAxis("left").setTicks([[(np.log10(v), f"{100 * v:g}") for v in _TICKS]])
        self.setYRange(low - 1.5 * pad, high + pad, padding=0)
        self.setXRange(float(magnitude[good].min()), float(magnitude[good].max()), padding=0.04)

    def _add_curve(self, middle: np.ndarray, row: np.ndarray, style: Style) -> None:
        known = np.isfinite(row)
        height = np.log10(np.clip(row[known], _LOWEST, _HIGHEST))
        self.addItem(
            pg.PlotDataItem(
                middle[known],
                height,
                pen=pg.mkPen(style.ink, width=2 if style.symbol else 1),
                symbol=style.symbol or None,
                symbolSize=7,
                symbolPen=None,
                symbolBrush=style.ink,
                antialias=True,
            )
        )

    def _add_strip(self, band: BandQuality, height: float, styles: dict[str, Style]) -> None:
        for name, left, right in zip(band.best, band.edges[:-1], band.edges[1:], strict=True):
            if name:
                pen = pg.mkPen(styles[_within(name)].ink, width=6)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                self.addItem(pg.PlotCurveItem([left, right], [height, height], pen=pen))

    def _say_empty(self, text: str) -> None:
        """Words in the middle, and no axes that count nothing."""
        box = self.getPlotItem().getViewBox()
        for side in ("left", "bottom"):
            self.getAxis(side).setTicks([[]])
        words = pg.TextItem(text, color=skin.muted(), anchor=(0.5, 0.5))
        words.setParentItem(box)
        words.setPos(box.width() / 2, box.height() / 2)


class _Legend(QWidget):
    """Which curve is which; the types in grey are one line."""

    def __init__(self, styles: dict[str, Style], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(skin.small())
        named = [(name, style) for name, style in styles.items() if style.symbol]
        n_other = len(styles) - len(named)
        if n_other:
            others = counted(n_other, "other")
            named.append((others, Style(skin.edge(), "")))
        self._rows = named
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        words = [name for name, _ in self._rows] + ["most variable", "best in the bin"]
        wide = max(map(self.fontMetrics().horizontalAdvance, words))
        return QSize(wide + 38, _ROW * (len(self._rows) + 3) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = _ROW // 2 + 4
        for name, style in self._rows:
            painter.setPen(QPen(style.ink, 2 if style.symbol else 1))
            painter.drawLine(4, y, 26, y)
            if style.symbol:
                _paint_symbol(painter, style, QPointF(15, y))
            self._say(painter, y, name)
            y += _ROW
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(skin.muted())
        painter.drawEllipse(QPointF(15, y), 1.5, 1.5)
        self._say(painter, y, "one object")
        y += _ROW
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(skin.problem(), 2))
        painter.drawEllipse(QPointF(15, y), 5, 5)
        self._say(painter, y, "most variable")
        y += _ROW
        width = 22 / max(1, len(self._rows))
        for place, (_, style) in enumerate(self._rows):
            painter.fillRect(QRectF(4 + place * width, y - 3, width, 6), style.ink)
        self._say(painter, y, "best in the bin")
        painter.end()

    def _say(self, painter: QPainter, y: int, text: str) -> None:
        painter.setPen(skin.text())
        painter.drawText(34, y + painter.fontMetrics().ascent() // 2 - 1, text)


class QualityPlots(QWidget):
    """The bands side by side on one scale, with a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(skin.SPACE)
        self.plots: list[QualityPlot] = []
        self.setMinimumHeight(190)

    def show_quality(
        self,
        quality: Quality,
        points: dict[str, tuple[np.ndarray, np.ndarray]],
        ringed: np.ndarray,
    ) -> None:
        """Draw a report.

        Parameters
        ----------
        points : dict of str to (magnitude, relative scatter)
            By band, of every object.
        ringed : ndarray of int
            Rows of the objects to mark.
        """
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        styles, heights = styles_of(quality), _heights(points)
        self.plots = []
        for band in quality.bands:
            plot = QualityPlot()
            plot.show_band(band, *points[band.band], ringed, styles, heights)
            self._layout.addWidget(plot, 1)
            self.plots.append(plot)
        for plot in self.plots[1:]:
            plot.setLabel("left", "")
            plot.getAxis("left").setWidth(40)
        self._layout.addWidget(_Legend(styles))


def _heights(points: dict[str, tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Of log10 scatter, over all bands."""
    every = np.concatenate([np.empty(0), *(relative for _, relative in points.values())])
    with np.errstate(invalid="ignore"):
        every = every[np.isfinite(every) & (every > 0)]
    if not every.size:
        return -3.0, 0.0
    low, high = np.log10(np.clip([every.min(), every.max()], _LOWEST, _HIGHEST))
    return float(min(low, high - 1)), float(high)


def _paint_symbol(painter: QPainter, style: Style, at: QPointF) -> None:
    symbol = pg.graphicsItems.ScatterPlotItem.Symbols[style.symbol]
    painter.save()
    painter.translate(at)
    painter.scale(8, 8)
    painter.fillPath(symbol, style.ink)
    painter.restore()


def _within(name: str) -> str:
    return parse_measurement(name).within_band


def _symbol(name: str, styles: dict[str, Style]) -> bool:
    return bool(styles[_within(name)].symbol)
