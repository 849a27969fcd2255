"""Which objects are marked on the sky, by what colour and sign; follows list and journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.app.objectcolumns import texts

from .coordinates import short_text
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
        What is drawn.
    classes : tuple of str, or None
        What the colours mean: name, then least value, middle and greatest; None: one colour.
    """

    changed = Signal()

    def __init__(self, store: OpenStore, look: Look) -> None:
        super().__init__(store.session)
        self._store, self._look = store, look
        self.markers = Markers()
        self.words = ""
        self.classes: tuple[str, ...] | None = None
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
        self._colour()
        self.words = words + self._uncoloured()
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

    def _colour(self) -> None:
        """Classes of all objects, so that a colour means the same whichever are marked."""
        name, columns = self._look.coloured, self._store.numbers.columns
        self.markers.colour = self.classes = None
        if not name or name not in columns:
            return
        values = np.asarray(columns[name], np.float64)
        good = values[np.isfinite(values)]
        if good.size:
            _, unit = texts(columns, name)
            ends = (short_text(v) for v in (good.min(), np.median(good), good.max()))
            self.markers.colour = classes_of(values)
            self.classes = f"{name} {unit}".rstrip(), *ends

    def _uncoloured(self) -> str:
        """Why a ring that should have a colour has none."""
        name, classes = self._look.coloured, self.markers.colour
        if not name:
            return ""
        if classes is None:
            return f"; {name} is not known"
        n = int(np.count_nonzero(classes[self.markers.shown] < 0))
        return f"; {name} of {n:,} not known: grey" if n else ""

    def _follow_verdicts(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        verdicts = self._store.vetting.shown_verdicts()
        self.markers.judge({int(row): verdicts[row] for row in np.flatnonzero(verdicts != "")})
