"""What is searched for: method, terms, shortest and longest period, window."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.analysis.periods import Found, Wanted
from lightledger.analysis.periods.scargle import MAX_TERMS
from lightledger.app.flow import Flow
from lightledger.app.theme import small_font

_METHODS = (
    ("ls", "Lomb-Scargle", "Smooth variation: a sine or a Fourier series, mean and errors fitted"),
    ("bls", "Boxes", "Eclipses and transits: box least squares; takes about 10 s"),
)


class Controls(QWidget):
    """Two lines above the plots."""

    wanted_changed = Signal(object)
    period_axis = Signal(bool)
    bootstrap_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = Wanted()
        dials = Flow()
        self.methods: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for name, text, tip in _METHODS:
            button = self._button(text, tip, checkable=True)
            button.setChecked(name == self.wanted.method)
            button.clicked.connect(lambda _=False, m=name: self._change(method=m))
            group.addButton(button)
            self.methods[name] = button
            dials.addWidget(button)
        self.terms = QSpinBox(self)
        self.terms.setRange(1, MAX_TERMS)
        self.terms.setPrefix("terms ")
        self.terms.setToolTip("Terms of the Fourier series: 1 is a sine, more follow sharp shapes")
        self.terms.setAccessibleName("Terms of the Fourier series")
        self.terms.valueChanged.connect(lambda n: self._change(n_terms=n))
        dials.addWidget(self.terms)
        self.as_period = self._button("period", "Period along the axis, not frequency", True)
        self.as_period.setChecked(True)
        self.as_period.toggled.connect(self.period_axis)
        dials.addWidget(self.as_period)
        self.shortest = self._limit("shortest", "Shortest period in days; empty is by the sampling")
        self.longest = self._limit("longest", "Longest period in days; empty is the whole series")
        dials.addWidget(self._limits())
        self.with_window = self._button(
            "window", "Spectral window: the trace of the sampling", True
        )
        self.with_window.toggled.connect(lambda on: self._change(window=on))
        self.anew = self._button(
            "draw anew", "False alarms counted in 100 series with brightness drawn anew, in place "
            "of the analytic bound"
        )  # fmt: skip
        self.anew.clicked.connect(self.bootstrap_wanted)
        self.shorter = self._button("", "")
        self.shorter.clicked.connect(self._go_shorter)
        self.shorter.hide()
        self._rule_d = 0.0
        for button in (self.with_window, self.anew, self.shorter):
            dials.addWidget(button)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(True)
        self.bar.setRange(0, 1000)
        self.stop = self._button("Stop", "Cancel the search; what is shown stays")
        self.stop.clicked.connect(self.stop_wanted)
        self.progress = QWidget(self)
        third = QHBoxLayout(self.progress)
        third.setContentsMargins(0, 0, 0, 0)
        third.addWidget(self.bar, 1)
        third.addWidget(self.stop)
        keep_place = self.progress.sizePolicy()
        keep_place.setRetainSizeWhenHidden(False)
        self.progress.setSizePolicy(keep_place)
        self.progress.hide()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(8, 4, 8, 4)
        lines.setSpacing(4)
        lines.addLayout(dials)
        lines.addWidget(self.progress)

    def _button(self, text: str, tip: str, checkable: bool = False) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setToolTip(tip)
        made.setCheckable(checkable)
        return made

    def _limits(self) -> QWidget:
        """Both ends side by side, however narrow the dock."""
        made = QWidget(self)
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for text, box in (("from [d]", self.shortest), ("to", self.longest)):
            line.addWidget(self._label(text))
            line.addWidget(box)
        return made

    def _label(self, text: str) -> QLabel:
        made = QLabel(text, self)
        made.setProperty("muted", True)
        made.setFont(small_font())
        return made

    def _limit(self, name: str, tip: str) -> QLineEdit:
        made = QLineEdit(self)
        made.setPlaceholderText("auto")
        made.setToolTip(tip)
        made.setAccessibleName(f"{name.capitalize()} period, days")
        made.setFixedWidth(52)
        validator = QDoubleValidator(0.0, 1e6, 6, made)
        validator.setNotation(QDoubleValidator.Notation.StandardNotation)
        made.setValidator(validator)
        made.editingFinished.connect(lambda: self._change(**{f"{name}_d": _number(made.text())}))
        return made

    def _change(self, **said: object) -> None:
        wanted = replace(self.wanted, **said)  # type: ignore[arg-type]
        if wanted != self.wanted:
            self.wanted = wanted
            smooth = wanted.method == "ls"
            self.terms.setEnabled(smooth)
            self.anew.setEnabled(smooth)
            self.wanted_changed.emit(wanted)

    def show_left_out(self, found: Found | None) -> None:
        """Offer what the search left out, shorter periods, and say what that takes."""
        grid = found.grid if found is not None else None
        self._rule_d = grid.rule_d if grid is not None else 0.0
        self.shorter.setVisible(self._rule_d > 0)
        if found is not None and grid is not None and self._rule_d > 0:
            self.shorter.setText(f"to {self._rule_d:.3g} d ({time_words(found.seconds_to_rule)})")
            self.shorter.setToolTip(
                f"No shorter period than {1 / grid.last:.3g} d was tried: {grid.n:,} frequencies.\n"
                f"Search down to {self._rule_d:.3g} d, where the sampling ends; it can be stopped"
            )

    def _go_shorter(self) -> None:
        self.shortest.setText(f"{self._rule_d:.4g}")
        self._change(shortest_d=self._rule_d)

    def show_busy(self, on: bool) -> None:
        """Show how far it is, or that it is done."""
        self.progress.setVisible(on)
        if on:
            self.bar.setValue(0)
            self.bar.setFormat("")

    def show_progress(self, stage: str, share: float) -> None:
        self.bar.setValue(round(1000 * share))
        self.bar.setFormat(f"{stage}: {100 * share:.0f} %")


def time_words(seconds: float) -> str:
    """How long something takes, roughly.

    >>> time_words(0.4), time_words(37.2), time_words(200.0)
    ('1 s', 'about 40 s', 'about 3 min')
    """
    if seconds < 1.5:
        return "1 s"
    if seconds < 90:
        return f"about {round(seconds, -1 if seconds >= 20 else 0):.0f} s"
    return f"about {seconds / 60:.0f} min"


def _number(text: str) -> float:
    try:
        return max(float(text.replace(",", ".")), 0.0)
    except ValueError:
        return 0.0
