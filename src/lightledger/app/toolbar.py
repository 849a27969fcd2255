"""The line above all: filter, find, measurement, correction, quantity, scale."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from .curves import Quantity
from .filterbar import FilterBar
from .measurementmenu import MeasurementButton
from .numbers import Numbers
from .objectfilter import ObjectFilter
from .panelmenus import PanelButton
from .session import Session
from .systembutton import SystemButton

_QUANTITIES = {
    Quantity.MAGNITUDE: ("mag", "Magnitudes, brighter is up"),
    Quantity.FLUX: ("flux", "Flux in the unit of the store"),
    Quantity.ASINH: ("asinh", "Flux on an asinh scale: also for what is zero or negative"),
    Quantity.RELATIVE: ("norm", "Flux divided by the median of the good points"),
}


class FindBox(QLineEdit):
    """Finds an object by its id; Escape gives the keys back to the plots."""

    left = Signal()

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self.clear()
            self.left.emit()
            return
        super().keyPressEvent(event)  # type: ignore[arg-type]


class Toolbar(QToolBar):
    """Follows a session and steers it."""

    find_wanted = Signal(str)
    #: The plots should have the keys again.
    done = Signal()

    def __init__(
        self,
        session: Session,
        chosen: ObjectFilter,
        numbers: Numbers,
        say: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toggleViewAction().setVisible(False)  # it carries the filter: never out of sight
        self._session = session
        self.find_box = FindBox()
        self.find_box.setPlaceholderText("Find by id")
        self.find_box.setClearButtonEnabled(True)
        self.find_box.setFixedWidth(100)
        self.find_box.setAccessibleName("Find object by id")
        self.find_box.setToolTip("Id of an object, then Return  (Ctrl+F)")
        completer = QCompleter(QStringListModel(session.ids, self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._found)
        self.find_box.setCompleter(completer)
        self.find_box.returnPressed.connect(lambda: self._found(self.find_box.text()))
        self.find_box.left.connect(self.done)
        self.measurement = MeasurementButton(session)
        self.corrected = _toggle("corrected", "")
        self.corrected.clicked.connect(lambda on: self._then(session.display.set_corrected, on))
        self.scale = _toggle("", "", checkable=False)
        self.scale.clicked.connect(
            lambda: self._then(session.display.set_scale, session.display.scale.next())
        )
        self.filter = FilterBar(chosen, numbers)
        self.filter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.filter.done.connect(self.done)
        self.addWidget(self.filter)
        self.addWidget(self.find_box)
        self.addWidget(self.measurement)
        self.panels = PanelButton(session, say)
        self.addWidget(self.panels)
        self.addWidget(self.corrected)
        self.addWidget(self._quantities())
        self.system = SystemButton(session)
        self.system.chosen.connect(self.done)
        self.addWidget(self.system)
        self.addWidget(self.scale)
        self.measurement.chosen.connect(
            lambda name: self._then(session.panels.set_measurement, name)
        )
        session.measurement_changed.connect(self.update_state)
        session.display_changed.connect(self.update_state)
        session.curves_changed.connect(self.update_state)
        self.update_state()

    def close_down(self) -> None:
        """Go, with what floats over the window."""
        for floating in (self.filter.hint, self.filter.box.offers):
            floating.setParent(None)
            floating.deleteLater()
        self.deleteLater()

    def _quantities(self) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons: dict[Quantity, QToolButton] = {}
        for quantity, (text, meaning) in _QUANTITIES.items():
            button = _toggle(text, f"{meaning}  (F)")
            button.clicked.connect(
                lambda _=False, q=quantity: self._then(self._session.display.set_quantity, q)
            )
            self._group.addButton(button)
            self._buttons[quantity] = button
            line.addWidget(button)
        return holder

    def _found(self, text: str) -> None:
        if text.strip():
            self.find_wanted.emit(text.strip())

    def _then(self, act: object, *args: object) -> None:
        act(*args)  # type: ignore[operator]
        self.update_state()
        self.done.emit()

    def update_state(self) -> None:
        """Show the session's state; never acts on it."""
        session = self._session
        self.measurement.update_state()
        can = session.field.can_correct
        self.corrected.setEnabled(can)
        self.corrected.setToolTip(
            "Divide by the ensemble zero points  (C)"
            if can
            else "There are no comparison stars; add one on the Reference page"
        )
        self.corrected.setChecked(session.display.corrected)
        self._buttons[session.display.quantity].setChecked(True)
        self.system.update_state()
        self.scale.setText(f"Y {session.display.scale.words}")
        self.scale.setToolTip(
            f"Y scale: {session.display.scale.meaning}; click for the next one  (Y)"
        )


def _toggle(text: str, tip: str, checkable: bool = True) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
