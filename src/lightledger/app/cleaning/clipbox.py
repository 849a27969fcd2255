"""Dials of the sigma clip, what it marks, and what can be done with that."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from lightledger.analysis.running import Clip

#: A step up from 'off' is to the usual clip; below the least one, noise alone loses many points.
_USUAL_SIGMA, _LEAST_SIGMA = 3.0, 1.0


class _SigmaBox(QDoubleSpinBox):
    """Sigma, or 'off'; steps pass over what no one wants."""

    def stepBy(self, steps: int) -> None:
        if self.value() == 0 and steps > 0:
            self.setValue(_USUAL_SIGMA)
        elif self.value() + steps * self.singleStep() < _LEAST_SIGMA:
            self.setValue(0.0)
        else:
            super().stepBy(steps)


class ClipBox(QWidget):
    """Sigma, window and iterations; hide what is marked, or reject it."""

    clip_changed = Signal(object)
    hide_wanted = Signal(bool)
    reject_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sigma = _SigmaBox(self)
        self.sigma.setRange(0.0, 50.0)
        self.sigma.setDecimals(1)
        self.sigma.setSingleStep(0.5)
        self.sigma.setSpecialValueText("off")
        self.sigma.setSuffix(" sigma")
        self.sigma.setAccessibleName("Sigma of the clip; 0 is off")
        self.sigma.setToolTip(
            "Points further from the median are marked, in robust sigma:\n"
            "1.4826 × the median absolute deviation of the light curve about that median"
        )
        self.days = days_box("whole series", self)
        self.days.setAccessibleName("Window of the clip's median, days; 0 is the whole series")
        self.days.setToolTip(
            "The median is of so many days about each point, so slow variation is not marked;\n"
            "an eclipse or a flare shorter than half of it is"
        )
        self.times = QSpinBox(self)
        self.times.setRange(1, 20)
        self.times.setSuffix(" ×")
        self.times.setAccessibleName("Iterations of the clip at most")
        self.times.setToolTip("So often at most, each time without what was marked before")
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.hides = QCheckBox("Hide them", self)
        self.hides.setToolTip(
            "What the clip marks passes no more: in panels, counts, statistics and exports,\n"
            "of every object"
        )
        self.reject = QPushButton("Reject all", self)
        self.reject.setToolTip(
            "Reject these points of this object in this band, in every measurement;\n"
            "one act in the journal's undo"
        )
        dials, below = QHBoxLayout(), QHBoxLayout()
        for dial in (self.sigma, self.days, self.times):
            dial.valueChanged.connect(self._turned)
            dials.addWidget(dial, 1)
        below.addWidget(self.hides)
        below.addStretch(1)
        below.addWidget(self.reject)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addLayout(dials)
        lines.addWidget(self.words)
        lines.addLayout(below)
        self.hides.clicked.connect(self.hide_wanted)
        self.reject.clicked.connect(self.reject_wanted)

    def _turned(self) -> None:
        self.clip_changed.emit(Clip(self.sigma.value(), self.days.value(), self.times.value()))

    def show_clip(self, clip: Clip, hides: bool) -> None:
        """Set the dials."""
        for dial, value in ((self.sigma, clip.sigma), (self.days, clip.window_d)):
            with QSignalBlocker(dial):
                dial.setValue(value)
        with QSignalBlocker(self.times):
            self.times.setValue(clip.iterations)
        self.days.setEnabled(clip.on)
        self.times.setEnabled(clip.on)
        self.hides.setEnabled(clip.on)
        self.hides.setChecked(hides and clip.on)

    def show_marked(self, words: str, n: int) -> None:
        """Say what the clip marks."""
        self.words.setText(words)
        self.words.setAccessibleDescription(words)
        self.reject.setText(f"Reject all {n:,}" if n else "Reject all")
        self.reject.setEnabled(n > 0)


class _DaysBox(QDoubleSpinBox):
    """Days without zeros behind."""

    def textFromValue(self, value: float) -> str:
        return f"{value:g}"


def days_box(nothing: str, parent: QWidget) -> QDoubleSpinBox:
    """A number of days, ``nothing`` for 0; steps are a tenth of what it says."""
    made = _DaysBox(parent)
    made.setRange(0.0, 100_000.0)
    made.setDecimals(3)
    made.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
    made.setSuffix(" d")
    made.setSpecialValueText(nothing)
    made.setKeyboardTracking(False)
    return made
