"""Scatter against magnitude: how well it was measured, and what sticks out."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from . import skin

#: Scatter outside of this (mag) is drawn at its edge.
_LOWEST, _HIGHEST = 1e-4, 3.0


class ScatterPlot(pg.PlotWidget):
    """One item for all objects, one for those that are marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setBackground(skin.plot())
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setMinimumHeight(200)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(skin.edge())
            axis.setTextPen(skin.muted())
            axis.setTickFont(skin.small())
        self.getAxis("left").setWidth(58)
        self.setLabel("bottom", "magnitude", color=skin.muted().name())
        self.setLabel("left", "scatter (mag)", color=skin.muted().name())
        self._all = pg.ScatterPlotItem(size=4, pen=None, brush=None)
        self._marked = pg.ScatterPlotItem(
            size=11, pen=pg.mkPen(skin.problem(), width=2), brush=None, symbol="o"
        )
        self._empty = pg.TextItem(color=skin.muted(), anchor=(0.5, 0.5))
        self._empty.setParentItem(self.getPlotItem().getViewBox())
        self.addItem(self._all)
        self.addItem(self._marked)

    def _say_empty(self, text: str) -> None:
        """Words in the middle, and no axes that count nothing."""
        box = self.getPlotItem().getViewBox()
        for side in ("left", "bottom"):
            self.getAxis(side).setTicks([[]])
        self._empty.setText(text)
        self._empty.setPos(box.width() / 2, box.height() / 2)

    def show_objects(self, magnitude: np.ndarray, scatter: np.ndarray, marked: np.ndarray) -> None:
        """Draw every object with a magnitude and a scatter; ring the marked ones."""
        with np.errstate(invalid="ignore", divide="ignore"):
            good = np.isfinite(magnitude) & (scatter > 0)
            height = np.log10(np.clip(scatter, _LOWEST, _HIGHEST))
        ink = skin.accent()
        ink.setAlphaF(0.8 if good.sum() < 2000 else 0.35)
        self._all.setData(magnitude[good], height[good], brush=ink)
        ringed = marked[good[marked]] if marked.size else marked
        self._marked.setData(magnitude[ringed], height[ringed])
        if not good.any():
            self._say_empty("A scatter needs several good visits of an object")
            return
        low, high = float(height[good].min()), float(height[good].max())
        ticks = [
            (np.log10(v), f"{v:g}")
            for v in (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
        ]
        self.getAxis("left").setTicks([ticks])
        pad = max(0.1, 0.06 * (high - low))
        self.setYRange(low - pad, high + pad, padding=0)
        x = magnitude[good]
        self.setXRange(float(x.min()) - 0.3, float(x.max()) + 0.3, padding=0)
