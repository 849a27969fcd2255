"""All panels above each other, in one view; follows the presenter and one time range."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsLinearLayout, QWidget
from shiboken6 import isValid

from lightledger.analysis.masks import hidden_by
from lightledger.app.measurementnames import measurement_tip
from lightledger.app.presenter import Presenter
from lightledger.app.session import PointCursor
from lightledger.app.shown import Shown
from lightledger.app.theme import Themes, color
from lightledger.app.touchpad import Touch, touch_of
from lightledger.app.zoom import Zoom

from .dressing import dress_of
from .panel import Panel
from .readout import point_words, show_crosshair
from .steps import Step, setup_steps


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
    #: The panels stand where they belong; the place of the focused one.
    placed = Signal(int)
    #: Two fingers move the panels down by so many pixels.
    scrolled = Signal(float)

    def __init__(self, presenter: Presenter, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Light curves")
        self.setMinimumSize(320, 160)
        self.presenter, self._session, self._themes = presenter, presenter.session, themes
        self._central = pg.GraphicsWidget()
        self._rows = QGraphicsLinearLayout(Qt.Orientation.Vertical, self._central)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.setCentralItem(self._central)
        self._pool: list[Panel] = []
        self.panels: list[Panel] = []
        self._hovered: tuple[Panel, tuple[int, int]] | None = None
        self._axis = presenter.axis
        self._steps: dict[str, list[Step]] = {}
        presenter.local.view_changed.connect(self._set_view)
        self.crosshair = False
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
        shown, axis = self.presenter.shown, self.presenter.axis
        other_axis = axis != self._axis
        self._axis = axis
        self._set_count(len(shown))
        for place, (panel, one) in enumerate(zip(self.panels, shown, strict=True)):
            before = panel.shown
            panel.show_curve(one, dress_of(self.presenter, place, one))
            if before is None or before.measurement != one.measurement or other_axis:
                self._dress(panel, one)
        if other_axis or axis.name == "bjd":
            self._show_crosshair(None, QPointF())
            self._set_view()
        for panel in self.panels:
            panel.view.updateMatrix()  # else painting does it, and asks for a second painting
        self._show_cursor()
        self.placed.emit(self._session.panels.focus)

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
        self.setMinimumHeight(round(self._rows.effectiveSizeHint(Qt.SizeHint.MinimumSize).height()))
        self._rows.activate()  # new panels stand where they belong before they are painted
        self._set_view()

    def _make(self) -> Panel:
        panel = Panel()
        panel.setParentItem(self._central)
        panel.view.zoom_to.connect(
            lambda low, high: self.zoom.set_view(*self._from_axis(low, high))
        )
        panel.view.zoom_about.connect(
            lambda factor, about: self.zoom.zoom(factor, self._from_axis(about, about)[0])
        )
        panel.view.pan_by.connect(lambda by: self.zoom.pan(by))
        panel.view.menu_wanted.connect(self.menu_wanted)
        panel.view.clicked.connect(lambda at, p=panel: self._clicked(p, at))
        panel.view.double_clicked.connect(self._double_clicked)
        panels = self._session.panels
        panel.title.closed.connect(lambda p=panel: panels.remove(self.panels.index(p)))
        panel.title.clicked.connect(lambda p=panel: panels.set_focus(self.panels.index(p)))
        return panel

    def _dress(self, panel: Panel, one: Shown) -> None:
        """Colours, marker and setup marks of the panel's band."""
        theme = self._themes.current
        bands = tuple(self._session.field.bands)
        panel.set_theme(theme, theme.marker(bands.index(one.band)))
        attributes = self._session.attributes(one.measurement)
        panel.title.set_meaning(measurement_tip(one.measurement, attributes))
        panel.set_steps(self._steps_of(one.band) if self._axis.is_time else [])

    def _steps_of(self, band: str) -> list[Step]:
        if band not in self._steps:
            visits = self._session.visits(band)
            self._steps[band] = setup_steps(visits["mjd_utc_mid"], visits["setup"])
        return self._steps[band]

    def apply_theme(self) -> None:
        self.setBackground(color(self._themes.current.plot))
        self._show_curves()
        for panel in self.panels:
            if panel.shown is not None:
                self._dress(panel, panel.shown)

    def release_y(self) -> None:
        """Y ranges by rule again, in all panels."""
        for panel in self._pool:
            panel.release_y()

    # -- the view

    @property
    def zoom(self) -> Zoom:
        """What zooming acts on."""
        return self.presenter.zoom

    def _set_view(self) -> None:
        ends = self._to_axis(*self.zoom.view)
        for panel in self.panels:
            panel.set_view(*ends)
            panel.view.updateMatrix()

    def _offset(self, mjd: float) -> float:
        """What is added to MJD, UTC, on the axis: light travel and time scale, if it is BJD."""
        shown = self.presenter.shown
        if self._axis.name != "bjd" or not shown:
            return 0.0
        times, x = shown[0].curve.lc.time, shown[0].own.x
        known = np.isfinite(x)
        return float(np.interp(mjd, times[known], (x - times)[known])) if known.any() else 0.0

    def _to_axis(self, low: float, high: float) -> tuple[float, float]:
        return low + self._offset(low), high + self._offset(high)

    def _from_axis(self, low: float, high: float) -> tuple[float, float]:
        return low - self._offset(low), high - self._offset(high)

    # -- pointing

    def _panel_at(self, where: QPointF) -> Panel | None:
        return next((p for p in self.panels if p.sceneBoundingRect().contains(where)), None)

    def _mouse_moved(self, where: QPointF) -> None:
        panel = self._panel_at(where)
        self._show_crosshair(panel, where)
        place = panel.nearest(where) if panel is not None else (-1, -1)
        hovered = (panel, place) if panel is not None and place[1] >= 0 else None
        if hovered == self._hovered:
            return
        self._hovered = hovered
        shown = panel.shown if panel is not None else None
        if hovered is None or shown is None:
            self.hovered.emit("")
            return
        self.hovered.emit(point_words(self._session, shown.traces[place[0]], place[1]))

    def set_crosshair(self, on: bool) -> None:
        """Lines through the mouse with exact values, or none."""
        self.crosshair = on
        self._show_crosshair(None, QPointF())

    def _show_crosshair(self, under: Panel | None, where: QPointF) -> None:
        theme = self._themes.current
        show_crosshair(self.panels, under if self.crosshair else None, where, self._axis, theme)

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
        trace, place = panel.nearest(where)
        if place >= 0:
            one = shown.traces[trace]
            self._session.set_cursor(PointCursor(one.band, str(one.curve.lc.visit[place])))
        else:
            self._session.set_cursor(None)

    def _double_clicked(self) -> None:
        if self._session.cursor is not None:
            self.opened.emit(self._session.cursor)

    def _show_cursor(self) -> None:
        cursor = self._session.cursor
        for panel in self.panels:
            for item, trace in zip(panel.items, panel.traces, strict=False):
                place = -1
                if cursor is not None and trace.band == cursor.band:
                    (found,) = np.nonzero(trace.curve.lc.visit == cursor.visit)
                    place = int(found[0]) if found.size else -1
                    if place >= 0 and item is panel.points:
                        self.hovered.emit(trace.curve.describe(place))
                item.set_ring(place)

    def flash(self, reason: str) -> int:
        """Ring the current light curve's points hidden for a reason, '' for none; their number."""
        current = self.presenter.current
        if current is None:
            return 0
        which = np.zeros(len(current.curve), bool)
        if reason and not current.damaged:
            which = hidden_by(reason, current.curve.lc, self.presenter.filters())
        self.ring(which)
        return int(np.count_nonzero(which))

    def ring(self, which: np.ndarray) -> None:
        """Ring points of the current light curve, shape (n,), until it is drawn anew."""
        current = self.presenter.current
        for panel in self.panels:
            own = panel.shown is not None and not panel.shown.spec.pinned
            for item, trace in zip(panel.items, panel.traces, strict=False):
                if own and current is not None and trace.measurement == current.measurement:
                    item.flash(which)

    def leaveEvent(self, event: QEvent) -> None:
        self._forget_hover()
        self._show_crosshair(None, QPointF())
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        touch = touch_of(event)
        if touch is None:
            return super().viewportEvent(event)
        panel = self._panel_at(where := self.mapToScene(touch.where.toPoint()))
        if panel is not None:
            self._touched(panel, where, touch)
        return True

    def _touched(self, panel: Panel, where: QPointF, touch: Touch) -> None:
        """Two fingers move time, over the left axis brightness, and up and down the panels."""
        view, by = panel.view, touch.by
        if touch.factor != 1.0:
            about = view.mapSceneToView(where).x()
            self.zoom.zoom(1.0 / touch.factor, self._from_axis(about, about)[0])
        elif where.x() < view.sceneBoundingRect().left():
            view.pan_y(by.y())
        elif abs(by.x()) >= abs(by.y()):
            self.zoom.pan(-by.x() * view.viewPixelSize()[0])
        else:
            self.scrolled.emit(by.y())
