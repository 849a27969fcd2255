"""The dock of the sky: an image, the objects on it, and what is under the mouse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from lightledger.app.pixels.missing import MissingBar
from lightledger.app.settings import LOOK
from lightledger.library.outlines import isophote_of, outlines_of
from lightledger.library.skyimages import FrameGone

from .bar import VISIT, SkyBar
from .canvas import ImageCanvas
from .layer import Layer
from .look import Look, look_menu, markers_menu
from .marked import Marked
from .outlining import Outlining, edges_of
from .pictures import Pictures
from .readout import Readout
from .rulers import Rulers, paint_title
from .sources import Source

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore
    from lightledger.domain import LightledgerError

NO_COADD = "This store keeps no coadd.\nClick a point of a light curve to see its frame."
NO_PIXELS = "The values of this store were read from catalogues.\nThere are no images behind them."
NO_CURSOR = "Click a point of a light curve to see its frame."
_BLINK_MS = 500
#: The view follows the selection when it is enlarged so much beyond the whole image.
_ZOOMED = 1.5


class SkyDock(QWidget):
    """Coadd or visit, markers, selection; blinks between two images.

    Parameters
    ----------
    store : OpenStore

    Attributes
    ----------
    canvas : ImageCanvas
    pictures : Pictures
    """

    def __init__(self, store: OpenStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._session, self._tools = store, store.session, store.tools
        self.finder = store.frames.finder
        self.look = Look.from_text(self._tools.settings.get(LOOK))
        self.pictures = Pictures(self._session.field, self.finder, self.look, self._tools)
        self.pictures.setParent(self)
        self._whole = 0.0
        self._make()
        self._connect()
        self.apply_theme()
        self._choose(0)

    # -- building

    def _make(self) -> None:
        self.bar = SkyBar(self._session.field)
        self.canvas = ImageCanvas(self._tools.jobs, "sky tile")
        self.canvas.setAccessibleName("Picture of the sky")
        self.canvas.setMinimumSize(200, 220)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.canvas.installEventFilter(self)
        self.marked = Marked(self._store, self.look)
        self.outlining, self.rulers = Outlining(ring=True), Rulers()
        self.canvas.overlays = [
            self.marked.markers, self.outlining, self.rulers, self._paint_title,
        ]  # fmt: skip
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("muted", True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.canvas)
        self._pages.addWidget(self.empty)
        self.missing = MissingBar(self._store.frames, self._tools.jobs)
        self.readout = Readout()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.bar)
        lines.addWidget(self.missing)
        lines.addWidget(self._pages, 1)
        lines.addWidget(self.readout)
        self._make_menus()
        self._timer = QTimer(self, interval=_BLINK_MS)

    def _make_menus(self) -> None:
        self.bar.set_menus(
            look_menu(self.look, self._look_changed, self),
            markers_menu(self.look, self._look_changed, self),
        )

    def _connect(self) -> None:
        session = self._session
        self.bar.images.activated.connect(self._choose)
        self.pictures.changed.connect(self._draw)
        self.pictures.failed.connect(self._failed)
        session.object_changed.connect(self._show_selection)
        session.measurement_changed.connect(self._show_selection)
        session.cursor_changed.connect(self._follow_cursor)
        self.marked.changed.connect(self._marks_changed)
        self.canvas.hovered.connect(self._hover)
        self.canvas.clicked.connect(self._pick)
        self.canvas.double_clicked.connect(self.canvas.fit_layer)
        self.bar.hold.toggled.connect(self._hold)
        self.bar.blink.toggled.connect(self._blink)
        self._timer.timeout.connect(self.flip)
        self.missing.found.connect(lambda: self._choose(self.bar.images.currentIndex()))
        self.missing.failed.connect(self._tools.desk.error)
        self._tools.themes.changed.connect(self.apply_theme)

    # -- images

    def _choose(self, _: int) -> None:
        """Show the image that is chosen in the list."""
        source = self.bar.images.currentData()
        field = self._session.field
        if source is None:
            self._nothing(NO_PIXELS if field.recipe.from_catalogues else NO_COADD)
        elif source == VISIT:
            self._follow_cursor()
        else:
            self.pictures.ask(source)

    def _follow_cursor(self) -> None:
        """Show the visit under the cursor; when nobody looks, later: a frame is much to read."""
        cursor = self._session.cursor
        if self.bar.images.currentData() != VISIT:
            return
        if cursor is None:
            if self.pictures.current is None:
                self._nothing(NO_CURSOR)
            else:
                self.readout.say(NO_CURSOR)
            return
        (rows,) = np.nonzero(self._session.visits(cursor.band)["visit"] == cursor.visit)
        if rows.size and self.isVisible():
            self.pictures.ask(Source(cursor.band, int(rows[0])))

    def _draw(self, layer: Layer) -> None:
        """Another image is on screen, or it has other tones."""
        shown, first = self.pictures.shown, self.canvas.layer is None
        assert shown is not None
        self._pages.setCurrentWidget(self.canvas)
        self.missing.show_missing("")
        if layer is self.canvas.layer:
            self.canvas.look_changed()
            return
        self.rulers.compass, self.rulers.unit = shown.compass, shown.image.unit
        self.canvas.set_layer(layer)
        self.marked.place(shown.x, shown.y)
        if first:
            self.canvas.fit_layer()
            self._whole = self.canvas.scale
        self._show_selection()
        self._idle_words()

    def _failed(self, _: Source, error: LightledgerError) -> None:
        gone = error.file if isinstance(error, FrameGone) else ""
        self.missing.show_missing(str(gone))
        if self.pictures.current is None:
            self._nothing("" if gone else str(error))
        else:
            self.readout.say(str(error))

    def _nothing(self, words: str) -> None:
        self.empty.setText(words)
        self._pages.setCurrentWidget(self.empty)
        self.readout.say("")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_cursor()

    # -- blinking

    def _hold(self, on: bool) -> None:
        self.pictures.hold(on)
        self._idle_words()

    def _blink(self, on: bool) -> None:
        if on:
            self._timer.start()
            self.flip()
        else:
            self._timer.stop()
            self.pictures.show_current()

    def flip(self) -> None:
        """Show the other of the two images."""
        if not self.pictures.flip():
            self.bar.blink.setChecked(False)
            self._tools.say("look at two images first: they then blink")

    # -- look

    def _look_changed(self, name: str, value: object) -> None:
        setattr(self.look, name, value)
        self._tools.settings.set(LOOK, self.look.to_text())
        self._make_menus()
        if name in ("curve", "cut"):
            self.pictures.retone()
        elif name == "palette":
            self.pictures.recolour()
        else:
            self.marked.choose()
            self._show_selection()

    def apply_theme(self) -> None:
        theme = self._tools.themes.current
        self.canvas.set_background(theme.grid)
        for part in (self.marked.markers, self.outlining, self.rulers):
            part.theme = theme
        self.pictures.recolour()

    # -- selection

    def _show_selection(self) -> None:
        self.marked.choose()
        self._place_outline()
        place = self.outlining.place
        zoomed = self.canvas.scale > _ZOOMED * self._whole
        if self.look.centre and zoomed and place is not None and math.isfinite(sum(place)):
            self.canvas.centre_on(*place)

    def _place_outline(self) -> None:
        session, markers = self._session, self.marked.markers
        index = session.index
        if not markers.x.size or self.pictures.shown is None:
            self.outlining.place = None
            return
        self.outlining.place = float(markers.x[index]), float(markers.y[index])
        self.outlining.outlines = outlines_of(session.field, index, session.measurement)
        self.outlining.own = QPainterPath()
        if any(line.kind == "isophote" for line in self.outlining.outlines):
            mine = isophote_of(session.field, index)
            self.outlining.own = edges_of(*mine) if mine is not None else QPainterPath()
        self.canvas.update()

    def _marks_changed(self) -> None:
        self.rulers.classes = self.marked.classes
        self.canvas.update()
        self._idle_words()

    def _pick(self, x: float, y: float) -> None:
        row = self.marked.markers.nearest(x, y, self.canvas.scale)
        if row >= 0:
            self._session.set_index(row)

    # -- words

    def _hover(self, x: float, y: float) -> None:
        shown = self.pictures.shown
        if shown is None:
            return
        row = self.marked.markers.nearest(x, y, self.canvas.scale)
        if not self.readout.point(shown, x, y, self._session.ids[row] if row >= 0 else ""):
            self._idle_words()

    def _idle_words(self) -> None:
        shown = self.pictures.shown
        if shown is not None:
            held = "  (held)" if self.pictures.held else ""
            self.readout.say(shown.words + held, self.marked.words)

    def _paint_title(self, painter: QPainter, canvas: ImageCanvas) -> None:
        shown = self.pictures.shown
        if shown is not None and self.pictures.other is not None:
            paint_title(painter, canvas.width(), shown.image.title, self._tools.themes.current)

    # -- keys

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Space blinks while the picture has the focus, whatever it does elsewhere."""
        kind = event.type()
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Space:
                event.accept()
                if kind == QEvent.Type.KeyPress and not event.isAutoRepeat():
                    self.flip()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]
