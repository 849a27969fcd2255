"""Light curves of a few objects growing while the visits are measured."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lightledger.domain import counted
from lightledger.ingest.events import ReferenceReady, VisitMeasured

from . import skin
from .minicurve import MiniCurve, Series

#: Curves shown.
N_CURVES = 3
#: Milliseconds between two paintings, however fast visits come in.
_PERIOD = 150


class Growing(QWidget):
    """Three small panels; each band is drawn relative to its own median."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.curves = [MiniCurve() for _ in range(N_CURVES)]
        self.curves[-1].show_dates = True
        for curve in self.curves:
            layout.addWidget(curve)
        self._ids: tuple[str, ...] = ()
        self._bands: tuple[str, ...] = ()
        self._span: tuple[float, float] | None = None
        self._points: dict[str, list[tuple[float, tuple[float, ...]]]] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PERIOD)
        self._later.timeout.connect(self._draw)

    def start(self, bands: tuple[str, ...], span: tuple[float, float] | None) -> None:
        """Empty panels for a run over these bands and times (MJD)."""
        self._bands, self._span = bands, span
        self._ids = ()
        self._points = {band: [] for band in bands}
        for curve in self.curves:
            curve.set_title("")
            curve.set_empty_text("waiting for the first visit")
            curve.set_series(())

    def set_reference(self, event: ReferenceReady) -> None:
        self._ids = event.samples[:N_CURVES]
        for n, curve in enumerate(self.curves):
            curve.setVisible(n < len(self._ids))
            curve.show_dates = n == len(self._ids) - 1
        self._later.start()

    def add(self, event: VisitMeasured) -> None:
        self._points.setdefault(event.band, []).append((event.mjd_utc, event.sample_values))
        if event.band not in self._bands:
            self._bands = (*self._bands, event.band)
        if not self._later.isActive():
            self._later.start()

    def finish(self) -> None:
        self._later.stop()
        for curve in self.curves:
            curve.set_empty_text("no visit was measured")
        self._draw()

    def _draw(self) -> None:
        tables = []
        for place, band in enumerate(self._bands):
            points = self._points.get(band, [])
            if points:
                times = np.array([t for t, _ in points])
                values = np.array([v for _, v in points], dtype=np.float64)
                tables.append((place, times, values))
        for n, (curve, name) in enumerate(zip(self.curves, self._ids, strict=False)):
            series: list[Series] = []
            for place, times, values in tables:
                if values.ndim != 2 or values.shape[1] <= n:
                    continue
                flux = values[:, n]
                finite = flux[np.isfinite(flux)]
                middle = float(np.median(finite)) if finite.size else np.nan
                if middle > 0:
                    series.append((times, flux / middle, skin.band(place), place % 2 == 1))
            curve.set_series(tuple(series), self._span)
            curve.set_title(name, counted(curve.n_points, "point"))
