"""How faint an object may be: a slider, and the number found at once."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QSlider, QSpinBox, QWidget

from .pieces import Card, label, row, say
from .state import Choices


class ThresholdCard(Card):
    """Threshold in units of the noise, and the smallest number of pixels."""

    changed = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Detection threshold", parent)
        self._choices = choices
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(3, 60)  # half sigmas: 1.5 to 30
        self.slider.setValue(round(choices.measuring.detection_sigma * 2))
        self.slider.setAccessibleName("detection threshold in sigma")
        self.slider.setToolTip("Lower finds fainter objects, and noise")
        self.slider.valueChanged.connect(self._moved)
        self.value = label("")
        self.value.setMinimumWidth(64)
        self.pixels = QSpinBox()
        self.pixels.setRange(1, 100)
        self.pixels.setValue(choices.measuring.detection_pixels)
        self.pixels.setSuffix(" px")
        self.pixels.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.pixels.setFixedWidth(64)
        self.pixels.setToolTip("Smallest number of connected pixels of an object")
        self.pixels.valueChanged.connect(self._moved)
        self.remark = label("", "muted")
        self.body.addLayout(row(self.slider, self.value))
        self.body.addLayout(row(label("at least"), self.pixels, None))
        self.body.addWidget(self.remark)
        self._show()

    def show_choices(self) -> None:
        """What was chosen elsewhere: a recipe was loaded."""
        m = self._choices.measuring
        with QSignalBlocker(self.slider), QSignalBlocker(self.pixels):
            self.slider.setValue(round(m.detection_sigma * 2))
            self.pixels.setValue(m.detection_pixels)
        self._show()

    def _moved(self) -> None:
        self._choices.ask(
            detection_sigma=self.slider.value() / 2, detection_pixels=self.pixels.value()
        )
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.value.setText(f"{self._choices.measuring.detection_sigma:g} sigma")

    def set_busy(self, busy: bool) -> None:
        if busy:
            self.say("looking ...")

    def say(self, text: str, role: str = "muted") -> None:
        say(self.remark, text, role)
