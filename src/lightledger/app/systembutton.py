"""The button that says in which system brightness is shown, and its menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from .session import Session


class SystemButton(QToolButton):
    """AB or Vega, and total fluxes of point sources; what does not apply is there with the reason.

    Follows the session's current measurement.
    """

    #: Something was chosen.
    chosen = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName("Magnitude system")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self.fill)
        self.setMenu(menu)

    def update_state(self) -> None:
        """Show the system of the current measurement; hidden where there is no choice at all."""
        session = self._session
        if not session.measurement:
            return
        calibration = session.field.calibration(session.measurement)
        system = calibration.best(session.display.system)
        total = session.display.point_source and calibration.correction is not None
        self.setText(f"{system} total" if total else system)
        how = "total fluxes of point sources" if total else "fluxes in the aperture as it is"
        self.setToolTip(f"{system} magnitudes; {how}")
        self.setEnabled(len(calibration.zero_points) > 1)

    def fill(self) -> None:
        """Make the menu of the current measurement."""
        session, menu = self._session, self.menu()
        menu.clear()
        calibration = session.field.calibration(session.measurement)
        group = QActionGroup(menu)
        for system, zero_point in calibration.zero_points.items():
            action = QAction(f"{system} magnitudes", menu, checkable=True)
            action.setToolTip(f"zero point {zero_point:.3f} for values in the store's unit")
            action.setChecked(system == calibration.best(session.display.system))
            action.triggered.connect(lambda _=False, s=system: self._take_system(s))
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        total = QAction("Total flux of point sources", menu, checkable=True)
        total.setChecked(session.display.point_source)
        total.setEnabled(calibration.correction is not None)
        total.triggered.connect(self._take_total)
        menu.addAction(total)
        if calibration.reason:
            why = menu.addAction(f"    {calibration.reason}")
            why.setEnabled(False)

    def _take_system(self, system: str) -> None:
        self._session.display.set_system(system)
        self.chosen.emit()

    def _take_total(self, on: bool) -> None:
        self._session.display.set_point_source(on)
        self.chosen.emit()
