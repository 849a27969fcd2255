"""The dock of a point's pixels: every image of its visit around the object, and the facts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.elided import ElidedLabel
from lightledger.app.theme import small_font
from lightledger.domain import Control, parse_measurement
from lightledger.library.cutouts import Cutout, Cutouts, prepare
from lightledger.workers import heavy_imports

from .facts import facts_of
from .missing import MissingBar
from .patchview import grid_shape
from .pictures import Pictures
from .tones import SAME_TONES, Tones

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore
    from lightledger.domain import LightledgerError

NO_CURSOR = "Click a point of a light curve to see its pixels,\nor press → for the first visit."
READING = "Reading the pixels of this visit"
NO_PIXELS = "The values of this store were read from catalogues.\nThere are no images behind them."
PLACE = "Pixels are counted from 0, their centres are whole numbers (DS9 counts from 1)"
#: A picture that takes longer than this is dimmed until the next one is there.
_DIM_MS = 120
_LARGE = 1 << 20
#: Facts below the pictures, or beside them where that makes the pictures larger.
_FACTS_HEIGHT, _FACTS_WIDTH = 150, 240


class PixelsDock(QWidget):
    """Follows the point cursor and the object; keys step through visits as in the plots.

    Parameters
    ----------
    store : OpenStore

    Attributes
    ----------
    shown : Cutout or None
    views : dict of str to PatchView
        By kind of image.
    """

    def __init__(self, store: OpenStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._tools = store.session, store.tools
        self._frames = store.frames
        self.cutouts = Cutouts(self._session.field, self._frames.finder)
        self.tones = Tones()
        self.shown: Cutout | None = None
        self._stale, self._place = True, ""
        self._make()
        session = self._session
        for signal in (session.object_changed, session.cursor_changed,
                       session.measurement_changed, session.curves_changed):  # fmt: skip
            signal.connect(self.follow)
        self.missing.found.connect(self.follow)
        self.missing.failed.connect(self._tools.desk.error)
        self._tools.themes.changed.connect(self._apply_theme)
        self.follow()

    def _make(self) -> None:
        self.title, self.count = ElidedLabel(), QLabel()
        self.title.setFont(small_font(bold=True))
        self.count.setContentsMargins(4, 0, 4, 0)
        self.count.setFont(small_font())
        before, after = QToolButton(), QToolButton()
        for button, text, name, words in (
            (before, "◀", "previous_point", "Previous visit (←)"),
            (after, "▶", "next_point", "Next visit (→)"),
        ):
            button.setText(text)
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.clicked.connect(lambda _=False, n=name: self._tools.trigger(n))
        self.same = QToolButton()
        self.same.setText("Same tones")
        self.same.setToolTip(SAME_TONES)
        self.same.setCheckable(True)
        self.same.setChecked(self.tones.same)
        self.same.toggled.connect(self._set_same)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.addWidget(self.title, 1)
        bar.addWidget(self.count)
        for button in (before, after, self.same):
            bar.addWidget(button)
        self.missing = MissingBar(self._frames, self._tools.jobs)
        self.remarks = QLabel()
        self.remarks.setWordWrap(True)
        self.remarks.setFont(small_font())
        self.remarks.setContentsMargins(8, 2, 8, 2)
        self.remarks.hide()
        self._pictures = Pictures()
        self.views = self._pictures.views
        self._pictures.hovered.connect(self._point)
        self._pictures.rearranged.connect(self._place_facts)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("muted", True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._pictures)
        self._pages.addWidget(self.empty)
        self.pixel = ElidedLabel()
        self.pixel.setFont(small_font())
        self.pixel.setToolTip(PLACE)
        self.pixel.setContentsMargins(8, 2, 8, 2)
        self.pixel.setMinimumHeight(self.pixel.fontMetrics().height() + 4)
        self.facts = QLabel()
        self.facts.setFont(small_font())
        self.facts.setWordWrap(True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setContentsMargins(8, 0, 8, 4)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts_area = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.facts)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addLayout(bar)
        lines.addWidget(self.missing)
        lines.addWidget(self.remarks)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(0)
        seen = QVBoxLayout()
        seen.setSpacing(0)
        seen.addWidget(self._pages, 1)
        seen.addWidget(self.pixel)
        self._body.addLayout(seen, 1)
        self._body.addWidget(scroll)
        lines.addLayout(self._body, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._dim = QTimer(self, singleShot=True, interval=_DIM_MS)
        self._dim.timeout.connect(lambda: self._pictures.set_dimmed(True))

    # -- following

    def _visit(self) -> tuple[str, int] | None:
        """Band and row of the visit under the cursor."""
        cursor = self._session.cursor
        if cursor is None or not self._session.n_object:
            return None
        (rows,) = np.nonzero(self._session.visits(cursor.band)["visit"] == cursor.visit)
        return (cursor.band, int(rows[0])) if rows.size else None

    def _measurement(self, band: str) -> str:
        """The current measurement, or the one that a panel of the cursor's band shows."""
        session = self._session
        shown = (session.measurement, *session.panels.shown, session.field.suggested(band))
        return next((m for m in shown if m and parse_measurement(m).band == band), "")

    def follow(self) -> None:
        """Show what is under the cursor; when nobody looks, later."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        at = self._visit()
        if self._session.field.recipe.from_catalogues:
            self._nothing(NO_PIXELS)
        elif at is None:
            self._nothing(NO_CURSOR)
        if at is None:
            for label in (self.title, self.count, self.facts):
                label.setText("")
            return
        band, row = at
        measurement = self._measurement(band)
        self._say(band, row, measurement, "")
        if self._session.field.recipe.from_catalogues:
            return
        self.empty.setText(READING)
        self._dim.start()
        self._tools.jobs.run(
            make_cutout, self.cutouts, self._session.index, band, row, measurement,
            done=self._take, failed=self._failed, channel="cut-out",
        )  # fmt: skip

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._stale:
            self.follow()

    def _nothing(self, words: str) -> None:
        self._dim.stop()
        self.shown, self._place = None, ""
        self.pixel.setText("")
        self.empty.setText(words)
        self._pages.setCurrentWidget(self.empty)
        self.missing.show_missing("")
        self._remark(())

    def _failed(self, error: LightledgerError) -> None:
        self._nothing(str(error))

    # -- showing

    def _take(self, cut: Cutout) -> None:
        at = self._visit()
        if at != (cut.band, cut.row) or cut.index != self._session.index:
            return
        self._dim.stop()
        self._pictures.set_dimmed(False)
        self.shown = cut
        self.tones.follow(cut.index, cut.band)
        self.missing.show_missing(cut.missing)
        self._remark(cut.remarks)
        self._pages.setCurrentWidget(self._pictures)
        self._draw(cut)
        x, y = cut.place
        self._place = f"x {x:.2f}  y {y:.2f} px on the frame" if math.isfinite(x + y) else ""
        self.pixel.setText(self._place)
        unit = next((p.unit for p in cut.patches if p.kind == "sci"), "")
        self._say(cut.band, cut.row, self._measurement(cut.band), unit)

    def _draw(self, cut: Cutout) -> None:
        field = self._session.field
        self._pictures.show_cut(cut, self.tones, self._tools.themes.current, field)
        self._place_facts()

    def _point(self, words: str) -> None:
        self.pixel.setText(words or self._place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_facts()

    def _place_facts(self) -> None:
        """Below or beside the pictures: where these are larger."""
        n, width, height = max(self._pictures.n_shown, 1), self.width(), self.height()
        below = min(_FACTS_HEIGHT, height // 3)
        sizes = (width - _FACTS_WIDTH, height), (width, height - below)
        side, under = (grid_shape(n, *size)[2] for size in sizes)
        beside = side > under
        direction = QBoxLayout.Direction
        self._body.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
        self._facts_area.setMinimumSize(*((_FACTS_WIDTH, 0) if beside else (0, below)))
        self._facts_area.setMaximumSize(*((_FACTS_WIDTH, _LARGE) if beside else (_LARGE, below)))

    def _remark(self, remarks: tuple[str, ...]) -> None:
        self.remarks.setText("\n".join(remarks))
        self.remarks.setVisible(bool(remarks))

    def _say(self, band: str, row: int, measurement: str, unit: str) -> None:
        visits = self._session.visits(band)
        n = len(visits["visit"])
        self.title.setText(f"{visits['visit'][row]} {band}")
        self.count.setText(f"{row + 1:,} of {n:,}")
        if not measurement:
            self.facts.setText("")
            return
        lines = facts_of(self._session, measurement, row, unit)
        frames = self._frames.finder.frames(band, row)
        if frames:
            lines.append(frames[0].name)
        self.facts.setText("\n".join(lines))

    def _set_same(self, on: bool) -> None:
        self.tones.set_same(on)
        if self.shown is not None:
            self._draw(self.shown)

    def _apply_theme(self) -> None:
        self._pictures.set_theme(self._tools.themes.current)
        self.follow()


def make_cutout(
    cutouts: Cutouts, index: int, band: str, row: int, measurement: str, *, control: Control
) -> Cutout:
    """A cut-out; for a worker."""
    with heavy_imports():
        prepare()
    return cutouts.of(index, band, row, measurement, control=control)
