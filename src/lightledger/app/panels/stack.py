"""All panels above each other, in one view; follows the presenter and one time range."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent
from PySide6.QtWidgets import QGraphicsLinearLayout, QWidget
from shiboken6 import isValid

from lightledger.app.measurementnames import measurement_tip
from lightledger.app.panelset import MAX_PANELS
from lightledger.app.presenter import Presenter, Shown
from lightledger.app.session import PointCursor
from lightledger.app.theme import Themes, color

from .panel import Panel
from .steps import setup_steps


class PanelStack(pg.GraphicsView):
    """The light curves.

    Parameters
    ----------
    presenter : Presenter
    themes : Themes
    """

    #: Words about the point under the mouse, '' for none.
    hovered = Signal(str)
    #: Right click on a panel: position on the screen.
    menu_wanted = Signal(object)
    #: Double click on a point.
    opened = Signal(object)

    def __init__(self, presenter: Presenter, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Light curves")
        self.setMinimumSize(320, 160)
        self._presenter, self._session, self._themes = presenter, presenter.session, themes
        self._central = pg.GraphicsWidget()
        self._rows = QGraphicsLinearLayout(Qt.Orientation.Vertical, self._central)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.setCentralItem(self._central)
        self._pool: list[Panel] = []
        self.panels: list[Panel] = []
        self._hovered: tuple[Panel, int] | None = None
        self.scene().sigMouseMoved.connect(self._mouse_moved)
        presenter.changed.connect(self._show_curves)
        presenter.passing_changed.connect(self._show_curves)
        self._session.times.view_changed.connect(self._set_view)
        self._session.cursor_changed.connect(self._show_cursor)
        self._session.object_changed.connect(self._forget_hover)
        themes.changed.connect(self.apply_theme)
        self._show_curves()
        self.apply_theme()

    # -- drawing

    def _show_curves(self) -> None:
        if not isValid(self._central):
            return  # a closing window: its scene goes before the last result arrives
        shown = self._presenter.shown[:MAX_PANELS]
        self._set_count(len(shown))
        for panel, one in zip(self.panels, shown, strict=True):
            if panel.shown is None or panel.shown.measurement != one.measurement:
                self._dress(panel, one)
            panel.show_curve(
                one,
                self._badges(one),
                current=len(shown) > 1 and one.measurement == self._session.measurement,
                faint_hidden=self._session.display.shows_hidden(one.flagged_fraction()),
            )
        self._show_cursor()

    def _badges(self, one: Shown) -> tuple[str, ...]:
        badges = []
        if self._session.panels.is_suggested(one.measurement):
            badges.append("suggested")
        if one.curve.lc.corrected:
            badges.append("corrected")
        return tuple(badges)

    def _set_count(self, n: int) -> None:
        if n == len(self.panels):
            return
        while len(self._pool) < n:
            self._pool.append(self._make())
        for i, panel in enumerate(self._pool):
            if i < n and panel not in self.panels:
                self._rows.addItem(panel)
                panel.show()
            elif i >= n and panel in self.panels:
                self._rows.removeItem(panel)
                panel.hide()
        self.panels = self._pool[:n]
        for i, panel in enumerate(self.panels):
            panel.set_place(first=i == 0, last=i == n - 1)
        self._set_view()

    def _make(self) -> Panel:
        panel = Panel()
        panel.setParentItem(self._central)
        panel.view.zoom_to.connect(self._session.times.set_view)
        panel.view.zoom_about.connect(self._session.times.zoom)
        panel.view.pan_by.connect(self._session.times.pan)
        panel.view.menu_wanted.connect(self.menu_wanted)
        panel.view.clicked.connect(lambda at, p=panel: self._clicked(p, at))
        panel.view.double_clicked.connect(self._double_clicked)
        return panel

    def _dress(self, panel: Panel, one: Shown) -> None:
        """Colours, marker and setup marks of the panel's band."""
        theme = self._themes.current
        bands = tuple(self._session.field.bands)
        panel.set_theme(theme, theme.marker(bands.index(one.band)))
        attributes = self._session.attributes(one.measurement)
        panel.title.set_meaning(measurement_tip(one.measurement, attributes))
        visits = self._session.visits(one.band)
        panel.set_steps(setup_steps(visits["mjd_utc_mid"], visits["setup"]), theme)

    def apply_theme(self) -> None:
        self.setBackground(color(self._themes.current.plot))
        for panel in self.panels:
            if panel.shown is not None:
                self._dress(panel, panel.shown)

    def release_y(self) -> None:
        """Y ranges by rule again, in all panels."""
        for panel in self._pool:
            panel.release_y()

    def _set_view(self) -> None:
        for panel in self.panels:
            panel.set_view(*self._session.times.view)

    # -- pointing

    def _panel_at(self, where: QPointF) -> Panel | None:
        return next((p for p in self.panels if p.sceneBoundingRect().contains(where)), None)

    def _mouse_moved(self, where: QPointF) -> None:
        panel = self._panel_at(where)
        place = panel.nearest(where) if panel is not None else -1
        hovered = (panel, place) if panel is not None and place >= 0 else None
        if hovered == self._hovered:
            return
        self._hovered = hovered
        shown = panel.shown if panel is not None else None
        if hovered is None or shown is None:
            self.hovered.emit("")
            return
        words = shown.curve.describe(place)
        self.hovered.emit(f"{words}   {self._visit_words(shown.band, place)}".rstrip())

    def _visit_words(self, band: str, place: int) -> str:
        words = []
        fwhm = self._session.visits(band).get("fwhm_px")
        if fwhm is not None and np.isfinite(fwhm[place]):
            words.append(f"FWHM {fwhm[place]:.2f} px")
        coverage = self._session.coverage(band)
        if coverage.size and np.isfinite(coverage[place]):
            words.append(f"coverage {coverage[place]:.3g}")
        return "   ".join(words)

    def _forget_hover(self) -> None:
        if self._hovered is not None:
            self._hovered = None
            self.hovered.emit("")

    def _clicked(self, panel: Panel, where: QPointF) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        shown = panel.shown
        if shown is None:
            return
        self._session.panels.set_focus(self.panels.index(panel))
        place = panel.nearest(where)
        if place >= 0:
            self._session.set_cursor(PointCursor(shown.band, str(shown.curve.lc.visit[place])))
        else:
            self._session.set_cursor(None)

    def _double_clicked(self) -> None:
        if self._session.cursor is not None:
            self.opened.emit(self._session.cursor)

    def _show_cursor(self) -> None:
        cursor = self._session.cursor
        for panel in self.panels:
            place = -1
            if cursor is not None and panel.shown is not None and panel.shown.band == cursor.band:
                (found,) = np.nonzero(panel.shown.curve.lc.visit == cursor.visit)
                place = int(found[0]) if found.size else -1
                if place >= 0:
                    shown = panel.shown
                    self.hovered.emit(shown.curve.describe(place))
            panel.points.set_ring(place)

    def leaveEvent(self, event: QEvent) -> None:
        self._forget_hover()
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        pinched = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinched:
            where = self.mapToScene(event.position().toPoint())
            panel = self._panel_at(where)
            if panel is not None:
                about = panel.view.mapSceneToView(where).x()
                self._session.times.zoom(1.0 / (1.0 + event.value()), about)
                return True
        return super().viewportEvent(event)
