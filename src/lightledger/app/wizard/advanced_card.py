"""Constants that decide the numbers and hardly ever need another value; folded away."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QToolButton, QWidget

from lightledger.domain import Measuring

from .pieces import Card, button, label
from .state import Choices


@dataclass(frozen=True)
class Constant:
    """A number of the recipe: its words, limits, and what it is."""

    name: str
    words: str
    unit: str
    low: float
    high: float
    step: float
    meaning: str

    @property
    def whole(self) -> bool:
        return isinstance(getattr(Measuring(), self.name), int)


CONSTANTS = (
    Constant("cosmic_sigma", "Cosmic rays: threshold", "sigma", 1, 50, 0.5,
             "A pixel is a cosmic ray when its Laplacian is this many sigma above the noise "
             "(L.A.Cosmic, van Dokkum 2001: sigclip)"),
    Constant("cosmic_fraction", "Cosmic rays: neighbours", "", 0.05, 1, 0.05,
             "Pixels beside a cosmic ray are ones from this fraction of the threshold on "
             "(L.A.Cosmic: sigfrac)"),
    Constant("cosmic_contrast", "Cosmic rays: contrast", "", 0.5, 100, 0.5,
             "Least ratio of the Laplacian to the fine structure: higher spares the cores of sharp "
             "stars (L.A.Cosmic: objlim)"),
    Constant("cosmic_iterations", "Cosmic rays: rounds", "", 1, 20, 1,
             "Rounds of finding and replacing; it ends earlier when nothing is found"),
    Constant("ratio_sigma", "Ratio: coadd above", "sigma", 1, 100, 0.5,
             "The ratio is formed where the coadd, without background, is above this many times "
             "its noise"),
    Constant("clip_sigma", "Clipped mean: threshold", "sigma", 1, 20, 0.5,
             "Pixels further than this from the median, in units of the scatter, are left out"),
    Constant("clip_iterations", "Clipped mean: rounds", "", 1, 100, 1,
             "Rounds of clipping; it ends earlier when nothing is left out"),
    Constant("biweight_constant", "Biweight: constant", "MAD", 1, 20, 0.5,
             "Pixels further than this from the median, in median deviations, have no weight "
             "(Beers et al. 1990; 6 for the location)"),
    Constant("kron_factor", "Kron radius: factor", "", 0.5, 10, 0.1,
             "The Kron radius is this times the first moment of the light (SExtractor's "
             "PHOT_AUTOPARAMS, first number)"),
    Constant("kron_minimum", "Kron radius: least", "a", 0.5, 20, 0.1,
             "... and at least this, in units of the semi-major axis (PHOT_AUTOPARAMS, second "
             "number)"),
    Constant("mesh_px", "Sky map: box", "px", 8, 1024, 8,
             "Side of the boxes of the smooth map of the sky; larger than the largest object"),
)  # fmt: skip
_CAP = (
    "Kron radius of blended objects: no larger than that of isolated ones\n"
    "Without it a neighbour's light makes the ellipse grow"
)


class AdvancedCard(Card):
    """Closed until it is opened; says how many constants differ from their defaults."""

    asked = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._choices = choices
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setProperty("flat", True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setToolTip("Cosmic rays, clipping, Kron's radius, the sky's boxes")
        self.fold.toggled.connect(self._folded)
        self.reset = button("Defaults", "All constants as they come")
        self.reset.clicked.connect(self._reset)
        self.inside = QWidget()
        grid = QGridLayout(self.inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        self.fields: dict[str, QDoubleSpinBox] = {}
        for line, constant in enumerate(CONSTANTS):
            field = _field(constant)
            field.valueChanged.connect(lambda value, c=constant: self._changed(c, value))
            name = label(constant.words)
            name.setToolTip(field.toolTip())
            grid.addWidget(name, line, 0)
            grid.addWidget(field, line, 1)
            self.fields[constant.name] = field
        self.cap = QCheckBox("Hold Kron radii of blended objects")
        self.cap.setToolTip(_CAP)
        self.cap.toggled.connect(self._capped)
        grid.addWidget(self.cap, len(CONSTANTS), 0, 1, 2)
        grid.addWidget(self.reset, len(CONSTANTS) + 1, 1)
        self.body.addWidget(self.fold)
        self.body.addWidget(self.inside)
        self._folded(False)
        self.show_choices()

    def show_choices(self) -> None:
        """Show the constants that were asked for."""
        m = self._choices.measuring
        for constant in CONSTANTS:
            with QSignalBlocker(self.fields[constant.name]):
                self.fields[constant.name].setValue(getattr(m, constant.name))
        with QSignalBlocker(self.cap):
            self.cap.setChecked(m.kron_cap)
        self._mark()

    def _folded(self, is_open: bool) -> None:
        self.inside.setVisible(is_open)
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)

    def _changed(self, constant: Constant, value: float) -> None:
        self._choices.ask(**{constant.name: int(value) if constant.whole else round(value, 6)})
        self._mark()
        self.asked.emit()

    def _capped(self, on: bool) -> None:
        self._choices.ask(kron_cap=on)
        self._mark()
        self.asked.emit()

    def _reset(self) -> None:
        plain = Measuring()
        names = (*(c.name for c in CONSTANTS), "kron_cap")
        self._choices.ask(**{name: getattr(plain, name) for name in names})
        self.show_choices()
        self.asked.emit()

    def _mark(self) -> None:
        m, plain = self._choices.measuring, Measuring()
        names = (*(c.name for c in CONSTANTS), "kron_cap")
        n = sum(getattr(m, name) != getattr(plain, name) for name in names)
        self.fold.setText(f"Constants ({n} changed)" if n else "Constants")
        self.reset.setEnabled(n > 0)


def _field(constant: Constant) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setDecimals(0 if constant.whole else 2)
    field.setRange(constant.low, constant.high)
    field.setSingleStep(constant.step)
    field.setSuffix(f" {constant.unit}" if constant.unit else "")
    field.setFixedWidth(110)
    default = getattr(Measuring(), constant.name)
    field.setToolTip(f"{constant.meaning}\nDefault: {default:g}   ({constant.name})")
    field.setAccessibleName(constant.words)
    return field
