"""The widget of a setting, made from its declaration."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from .entry import Entry, Value

_WIDTH, _TEXT_WIDTH = 260, 360


class Field(QObject):
    """One setting in the dialog: its widget, and a button that brings the default back."""

    changed = Signal()

    def __init__(self, entry: Entry, value: Value, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry = entry
        self.widget, self._read, self._write = _made(entry, self.changed.emit)
        self.widget.setAccessibleName(entry.label)
        self.widget.setAccessibleDescription(entry.help)
        self.widget.setToolTip(f"{entry.help}\nAt first: {entry.words(entry.default)}")
        text = isinstance(self.widget, QLineEdit)
        self.widget.setFixedWidth(_TEXT_WIDTH if text else _WIDTH)
        self.widget.setMinimumHeight(26)
        self.reset_button = QToolButton()
        self.reset_button.setText("Reset")
        self.reset_button.setToolTip(f"As at first: {entry.words(entry.default)}")
        self.reset_button.setAccessibleName(f"Reset {entry.label}")
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset_button.clicked.connect(self.reset)
        # its place stays, so that nothing moves when it comes
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.changed.connect(self._show_reset)
        self.value = value
        self._at_first = self._read()
        self._show_reset()

    @property
    def value(self) -> Value:
        """What the widget holds.

        Raises
        ------
        ValueError
            A text that cannot be.
        """
        return self.entry.checked(self._read())

    @value.setter
    def value(self, value: Value) -> None:
        self._write(value)

    @property
    def touched(self) -> bool:
        """Whether it holds another value than when the dialog was opened."""
        return self._read() != self._at_first

    def reset(self) -> None:
        self._write(self.entry.default)

    def _show_reset(self) -> None:
        self.reset_button.setVisible(self._read() != self.entry.default)


_Made = tuple[QWidget, Callable[[], Value], Callable[..., object]]


def _made(entry: Entry, changed: Callable[[], None]) -> _Made:
    """The widget, how to read it, how to write it."""
    if entry.choices:
        box = QComboBox()
        for name, words in entry.choices.items():
            box.addItem(words, name)
        box.currentIndexChanged.connect(lambda _: changed())
        return box, box.currentData, lambda v: box.setCurrentIndex(box.findData(v))
    if isinstance(entry.default, bool):
        check = QCheckBox()
        check.toggled.connect(lambda _: changed())
        return check, check.isChecked, check.setChecked
    if isinstance(entry.default, str):
        line = QLineEdit()
        line.setPlaceholderText("none")
        line.textChanged.connect(lambda _: changed())

        def write(text: str) -> None:
            line.setText(text)
            line.setCursorPosition(0)  # its beginning is seen

        return line, line.text, write
    spin: QSpinBox | QDoubleSpinBox
    if isinstance(entry.default, int):
        spin = QSpinBox()
        spin.setRange(int(entry.low), int(entry.high))
        spin.setSingleStep(int(entry.step))
    else:
        spin = QDoubleSpinBox()
        spin.setDecimals(6)
        spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        spin.setRange(entry.low, entry.high)
    spin.setGroupSeparatorShown(True)
    spin.setSuffix(f" {entry.unit}" if entry.unit else "")
    spin.setSpecialValueText(entry.low_words)
    spin.valueChanged.connect(lambda _: changed())
    return spin, spin.value, spin.setValue
