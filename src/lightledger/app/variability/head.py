"""What stands above the diagram: its two columns, what dragging does, how values lie."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.theme import small_font

from .columnbox import ColumnBox
from .scale import Kind
from .viewbox import Tool

_TIPS = {
    Tool.PAN: "Drag moves the diagram; the wheel zooms, double click shows everything",
    Tool.LASSO: "Drag around objects to select them\n"
    "Shift-drag does it with any tool, and adds to what is selected; Shift-click adds one object",
    Tool.BOX: "Drag a box around objects to select them\n"
    "Ctrl-drag does it with any tool, and adds to what is selected; Ctrl-click adds one object",
}


class Head(QWidget):
    """Two lines of choices.

    Parameters
    ----------
    names : (str, str)
        Columns of the horizontal and the vertical axis at first.

    Attributes
    ----------
    kinds : (Kind or None, Kind or None)
        How values lie along the axes; None: by what they are.
    """

    #: Another column is on an axis (0: horizontal).
    column_chosen = Signal(int)
    kind_chosen = Signal(int, object)
    tool_chosen = Signal(object)
    fit_wanted = Signal()

    def __init__(self, names: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds: tuple[Kind | None, Kind | None] = (None, None)
        self.y_box = ColumnBox(names[1], "Vertical axis", self)
        self.x_box = ColumnBox(names[0], "Horizontal axis", self)
        self.y_box.chosen.connect(lambda _: self.column_chosen.emit(1))
        self.x_box.chosen.connect(lambda _: self.column_chosen.emit(0))
        against = QLabel("against", self)
        against.setProperty("muted", True)
        against.setFont(small_font())
        top = QHBoxLayout()
        top.setContentsMargins(8, 4, 8, 4)
        top.setSpacing(6)
        top.addWidget(self.y_box, 1)
        top.addWidget(against)
        top.addWidget(self.x_box, 1)
        self.tools = QButtonGroup(self)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 8, 4)
        line.setSpacing(4)
        for tool in Tool:
            button = self._button(tool.value, _TIPS[tool])
            button.setCheckable(True)
            button.setChecked(tool is Tool.PAN)
            button.clicked.connect(lambda _=False, t=tool: self.tool_chosen.emit(t))
            self.tools.addButton(button)
            line.addWidget(button)
        fit = self._button("fit", "Show everything (double click)")
        fit.clicked.connect(lambda _=False: self.fit_wanted.emit())
        axes = self._button("axes", "Linear, logarithmic or asinh axes")
        axes.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.axes_menu = QMenu(self)
        self.axes_menu.aboutToShow.connect(self.fill_menu)
        axes.setMenu(self.axes_menu)
        line.addWidget(fit)
        line.addStretch(1)
        line.addWidget(axes)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addLayout(top)
        lines.addLayout(line)

    def _button(self, text: str, tip: str) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setToolTip(tip)
        made.setFont(small_font())
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    @property
    def names(self) -> tuple[str, str]:
        """Columns of the horizontal and the vertical axis."""
        return self.x_box.name, self.y_box.name

    def set_kind(self, axis: int, kind: Kind | None) -> None:
        """How values lie along an axis (0: horizontal); None: by what they are."""
        x, y = self.kinds
        self.kinds = (kind, y) if axis == 0 else (x, kind)

    def fill_menu(self) -> None:
        """Offer the kinds of axes for the columns of now."""
        self.axes_menu.clear()
        for axis, name in ((1, self.names[1]), (0, self.names[0])):
            heading = self.axes_menu.addAction(name)
            heading.setEnabled(False)
            group = QActionGroup(self.axes_menu)
            for kind in (None, *Kind):
                action = self.axes_menu.addAction("automatic" if kind is None else kind.value)
                action.setCheckable(True)
                action.setChecked(kind is self.kinds[axis])
                action.triggered.connect(
                    lambda _=False, a=axis, k=kind: self.kind_chosen.emit(a, k)
                )
                group.addAction(action)
