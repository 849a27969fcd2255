"""All pictures of a cut-out, as large as their place allows."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainterPath, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from lightledger.app.sky.outlining import edges_of
from lightledger.app.theme import Theme
from lightledger.library.cutouts import Cutout
from lightledger.library.field import Field

from .patchview import PatchView, grid_shape
from .tones import Tones

#: In this order, whatever the files hold.
ORDER = ("sci", "clean", "coadd", "difference", "ratio", "unc", "cov", "std")
_SPACE = 6


class Pictures(QWidget):
    """A grid of `PatchView`, in the rows and columns that make them largest; a click shows one
    alone, another click all.

    Attributes
    ----------
    views : dict of str to PatchView
        By kind of image; those that the cut-out does not have are hidden.
    """

    #: Words about the pixel under the mouse, '' for none.
    hovered = Signal(str)
    #: Another number of them is shown.
    rearranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views: dict[str, PatchView] = {}
        self._all: list[str] = []
        self._alone = ""
        self._kinds: list[str] = []
        self._shape = (0, 0)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 0, 8, 0)
        self._grid.setSpacing(_SPACE)

    def show_cut(self, cut: Cutout, tones: Tones, theme: Theme, field: Field) -> None:
        """Show other pictures."""
        around = cut.around
        patches = {patch.kind: patch for patch in cut.patches}
        self._all = [kind for kind in ORDER if kind in patches]
        self._choose()
        own = others = QPainterPath()
        if around.labels is not None:
            mine = (around.labels == around.label) & (around.label > 0)
            own = edges_of(mine, around.origin)
            others = edges_of((around.labels > 0) & ~mine, around.origin)
        (x, y), half = around.place, around.half
        seen = QRectF(x - half, y - half, 2 * half, 2 * half)
        names = [field.object_ids[i] for i in around.neighbours]
        for kind, patch in patches.items():
            view = self.views[kind]
            view.outlining.place, view.outlining.outlines = around.place, around.outlines
            view.outlining.own, view.outlining.others = own, others
            view.rulers.compass = cut.compass
            view.neighbours.x = np.asarray(field.objects["x"])[around.neighbours]
            view.neighbours.y = np.asarray(field.objects["y"])[around.neighbours]
            view.neighbours.names = names
            view.set_theme(theme)
            at = around.place if kind == "coadd" else cut.place
            px, py = patch.matrix[:, :2] @ around.place + patch.matrix[:, 2]
            first = round(at[0] - px), round(at[1] - py)
            view.show_patch(patch, first, tones.of(patch), theme, seen)

    def _choose(self) -> None:
        kinds = [self._alone] if self._alone in self._all else self._all
        if kinds != self._kinds:
            self._kinds, self._shape = kinds, (0, 0)
        for kind in self._all:
            if kind not in self.views:
                self.views[kind] = view = PatchView(self)
                view.hovered.connect(self.hovered)
                view.clicked.connect(lambda k=kind: self._toggle(k))
        self._arrange()

    def _toggle(self, kind: str) -> None:
        self._alone = "" if self._alone == kind else kind
        self._choose()
        self.rearranged.emit()

    @property
    def n_shown(self) -> int:
        return len(self._kinds)

    def set_dimmed(self, on: bool) -> None:
        for view in self.views.values():
            view.canvas.set_dimmed(on)

    def set_theme(self, theme: Theme) -> None:
        for view in self.views.values():
            view.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the views where they are largest; nothing where they are there already."""
        caption = self.fontMetrics().height()
        shape = grid_shape(len(self._kinds), self.width(), self.height(), caption, _SPACE)[:2]
        if shape == self._shape:
            return
        self._shape = shape
        for view in self.views.values():
            self._grid.removeWidget(view)
            view.hide()
        for k, kind in enumerate(self._kinds):
            self._grid.addWidget(self.views[kind], k // shape[1], k % shape[1])
            self.views[kind].show()
