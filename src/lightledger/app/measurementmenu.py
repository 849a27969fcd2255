"""The menu of all measurements: by band, image and method, each with a tip that says what it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from lightledger.domain import counted

from .measurementnames import IMAGES, Named, grouped, measurement_tip, named
from .session import Session


class MeasurementMenu(QMenu):
    """Filled when it is opened; a band is a submenu where there are several.

    Parameters
    ----------
    session : callable
        The session of the open store, or None.
    """

    chosen = Signal(str)

    def __init__(
        self, session: Callable[[], Session | None], parent: QWidget | None = None
    ) -> None:
        super().__init__("Measurements", parent)
        self._session = session
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """All measurements of the open store; the current one is ticked."""
        self.clear()
        session = self._session()
        if session is None:
            return
        group = QActionGroup(self)
        for band in session.field.bands:
            names = session.panels.measurements(band)
            several = len(session.field.bands) > 1
            menu = (
                self.addMenu(f"{band}   {counted(len(names), 'measurement')}") if several else self
            )
            menu.setToolTipsVisible(True)
            for measurements in grouped(names).values():
                _heading(menu, measurements[0])
                for each in measurements:
                    group.addAction(self._action(menu, session, each))

    def _action(self, menu: QMenu, session: Session, each: Named) -> QAction:
        inside = each.name.removeprefix(f"{each.band}_")
        note = "   suggested" if session.panels.is_suggested(each.name) else ""
        action = menu.addAction(f"{each.words}{note}\t{inside}")
        action.setData(each.name)
        action.setCheckable(True)
        action.setChecked(each.name == session.measurement)
        action.setToolTip(measurement_tip(each.name, session.attributes(each.name)))
        action.triggered.connect(lambda _=False, name=each.name: self.chosen.emit(name))
        return action

    def all_actions(self) -> list[QAction]:
        """Of measurements, in all submenus."""
        menus = [self, *(m for a in self.actions() if isinstance(m := a.menu(), QMenu))]
        return [a for menu in menus for a in menu.actions() if a.data()]


def _heading(menu: QMenu, first: Named) -> None:
    heading = menu.addAction(IMAGES.get(first.image, first.image))
    heading.setEnabled(False)
    font = heading.font()
    font.setBold(True)
    heading.setFont(font)


class MeasurementButton(QToolButton):
    """Names the current measurement and opens the menu of all."""

    chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Measurement")
        menu = MeasurementMenu(lambda: self._session, self)
        menu.chosen.connect(self.chosen)
        self.setMenu(menu)
        wide = self.fontMetrics().horizontalAdvance
        longest = max(map(wide, session.field.measurements), default=0)
        self.setMinimumWidth(longest + 40)

    def update_state(self) -> None:
        """Show the session's measurement."""
        name = self._session.measurement
        self.setText(name)
        if name:
            tip = measurement_tip(name, self._session.attributes(name))
            self.setToolTip(f"{tip}\nAnother one: M, Shift+M, or click")
            self.setAccessibleDescription(named(name).words)
