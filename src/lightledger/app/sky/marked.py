"""Which objects are marked on the sky, by what colour and sign; follows list and journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from .look import MARKED, Look
from .markers import Markers, classes_of

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore

N_BRIGHTEST = 1000


class Marked(QObject):
    """Keeps `Markers` as the look, the numbers, the filter and the verdicts say.

    Attributes
    ----------
    markers : Markers
    words : str
        What is drawn, and what the colours mean.
    """

    changed = Signal()

    def __init__(self, store: OpenStore, look: Look) -> None:
        super().__init__(store.session)
        self._store, self._look = store, look
        self.markers = Markers()
        self.words = ""
        field = store.session.field
        self.markers.fwhm_px = float(
            field.reader.attributes_of_store.get("reference_fwhm_px", float("nan"))
        )
        self._brightest: np.ndarray | None = None
        store.numbers.changed.connect(self.choose)
        store.filter.changed.connect(lambda _: self.choose())
        store.session.curves_changed.connect(self.choose)
        store.vetting.changed.connect(self._follow_verdicts)

    def place(self, x: np.ndarray, y: np.ndarray) -> None:
        """Objects are here on the image that is shown."""
        self.markers.x, self.markers.y = x, y
        self.choose()

    def choose(self) -> None:
        """Which ones, and how, as everything is now."""
        markers = self.markers
        n = markers.x.size
        if not n:
            return
        which = self._look.marked
        keep = self._store.filter.keep
        if which == MARKED[0]:
            shown = self._order()[:N_BRIGHTEST]
            name = f"{shown.size:,} brightest" if shown.size < n else "all"
        elif which == MARKED[1]:
            shown, name = np.arange(n), "all"
        elif which == MARKED[2]:
            shown = np.arange(n) if keep is None else np.flatnonzero(keep)
            name = f"{shown.size:,} in the list"
        else:
            shown, name = np.empty(0, np.int64), "only the selected one"
        place = np.isfinite(markers.x[shown]) & np.isfinite(markers.y[shown])
        markers.shown = shown[place]
        words = f"all {n:,} marked" if name == "all" else f"{name} of {n:,} marked"
        markers.colour, colours = self._colours()
        self.words = words + colours
        self._judge()
        self.changed.emit()

    def _order(self) -> np.ndarray:
        """Rows, the brightest first."""
        if self._brightest is None:
            field = self._store.session.field
            flux = field.objects.get("coadd_flux")
            if flux is None and "median" in self._store.numbers.columns:
                flux = self._store.numbers.columns["median"]
            n = field.n_object
            self._brightest = (
                np.arange(n) if flux is None
                else np.argsort(-np.nan_to_num(np.asarray(flux, float)), kind="stable")
            )  # fmt: skip
        return self._brightest

    def _colours(self) -> tuple[np.ndarray | None, str]:
        name, columns = self._look.coloured, self._store.numbers.columns
        if not name or name not in columns:
            return None, ""
        values = np.asarray(columns[name], np.float64)
        shown = values[self.markers.shown]
        good = shown[np.isfinite(shown)]
        if not good.size:
            return None, ""
        low, high = (f"{value:.3g}" for value in (good.min(), good.max()))
        return classes_of(values), f"; {name}: blue {low} to yellow {high}"

    def _follow_verdicts(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        verdicts = self._store.vetting.shown_verdicts()
        self.markers.judge({int(row): verdicts[row] for row in np.flatnonzero(verdicts != "")})
