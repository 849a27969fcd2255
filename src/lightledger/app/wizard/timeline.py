"""When the visits were: one row of ticks per band over one axis of dates (UTC)."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from lightledger.app.panels.axes import BottomAxis

from . import skin
from .survey import BandLines


class Timeline(pg.PlotWidget):
    """A strip to look at; it does not scroll and takes no wheel from the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axis = BottomAxis("bottom", "calendar")
        axis.set_theme(skin.theme(), grid=False)
        super().__init__(parent, axisItems={"bottom": axis})
        self.setBackground(skin.plot())
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.getPlotItem().getViewBox().wheelEvent = lambda event, axis=None: event.ignore()
        left = self.getAxis("left")
        left.setWidth(46)
        left.setPen(skin.edge())
        left.setTextPen(skin.muted())
        left.setTickFont(skin.small())
        left.setStyle(tickLength=0)
        self._marks: list[pg.ScatterPlotItem] = []
        self.setToolTip("Middle of every visit, UTC")

    def set_bands(self, bands: tuple[BandLines, ...]) -> None:
        for mark in self._marks:
            self.removeItem(mark)
        self._marks = []
        for row, band in enumerate(bands):
            times = band.mjd_utc[np.isfinite(band.mjd_utc)]
            ink = skin.band(row)
            ink.setAlphaF(0.85 if len(times) <= 400 else 0.4)
            mark = pg.ScatterPlotItem(
                x=times, y=np.full(len(times), -float(row)), symbol="o", size=6, pen=None,
                brush=ink,
            )  # fmt: skip
            self.addItem(mark)
            self._marks.append(mark)
        self.getAxis("left").setTicks([[(-float(i), b.band) for i, b in enumerate(bands)]])
        self.setYRange(-len(bands) + 0.4, 0.6, padding=0)
        self.setFixedHeight(38 + 22 * max(1, min(6, len(bands))))
        times = np.concatenate([b.mjd_utc for b in bands]) if bands else np.empty(0)
        times = times[np.isfinite(times)]
        if times.size:
            pad = max(1e-3, 0.02 * float(np.ptp(times)))
            self.setXRange(float(times.min()) - pad, float(times.max()) + pad, padding=0)
