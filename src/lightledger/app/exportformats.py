"""Which format: a button for each, and what is in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QWidget

from lightledger.export.formats import FORMATS, Format

_COLUMNS = 2


class FormatChoice(QWidget):
    """All formats in two columns, and a line about the chosen one.

    Attributes
    ----------
    buttons : dict of str to QRadioButton
        By name of the format. One whose package is not installed is off and says how to get it.
    """

    #: A format was chosen by hand.
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {each.name: QRadioButton(each.title) for each in FORMATS}
        self._holds = QLabel()
        self._holds.setWordWrap(True)
        self._holds.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._holds.setProperty("muted", True)
        group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        n_rows = -(-len(FORMATS) // _COLUMNS)
        for i, each in enumerate(FORMATS):
            button = self.buttons[each.name]
            button.setEnabled(not each.missing)
            button.setToolTip(each.missing or each.holds)
            button.clicked.connect(self._clicked)
            group.addButton(button)
            grid.addWidget(button, i % n_rows, i // n_rows)
        grid.addWidget(self._holds, n_rows, 0, 1, _COLUMNS)
        # room for the longest, so that nothing below moves
        self._holds.setMinimumHeight(2 * self._holds.fontMetrics().lineSpacing() + 2)
        self.buttons[FORMATS[0].name].setChecked(True)
        self._holds.setText(FORMATS[0].holds)

    @property
    def format(self) -> Format:
        return next(each for each in FORMATS if self.buttons[each.name].isChecked())

    def _clicked(self) -> None:
        self._holds.setText(self.format.holds)
        self.chosen.emit()
