"""What is measured: a preset, sizes, and the grid of methods by images."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from lightledger.domain import Measuring, counted

from .grid_model import GridModel
from .grid_view import GridView
from .measure_grid import Facts, with_sizes
from .pieces import Card, label, row, say
from .sizes import listed, parse_boxes, parse_radii, size_line

AUTOMATIC, OWN = "Automatic", "Your own"


class MethodsCard(Card):
    """Shows resolved settings; ``asked`` carries what follows from a switch or a size.

    ``preset_chosen`` carries a preset's name, ``reset`` that sizes are to be found anew,
    ``pointed`` the method under the mouse.
    """

    asked = Signal(object)
    preset_chosen = Signal(str)
    reset = Signal()
    pointed = Signal(str)

    def __init__(self, presets: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__("Light curves", parent)
        self._measuring = Measuring()
        self.valid = True
        self.preset = QComboBox()
        self.preset.addItems([AUTOMATIC, *presets, OWN])
        self.preset.setAccessibleName("preset of what is measured")
        self.preset.setToolTip(
            "Automatic: chosen for these frames\n"
            "dark-field: 20 ways, for mosaics on a coadd's grid with error maps\n"
            "apertures: circles alone\n"
            "everything: all there is, to find out what is best"
        )
        self.preset.textActivated.connect(self.preset_chosen)
        self.head.addWidget(self.preset)
        tip = "Radii in pixels of the reference, such as 2, 3, 4.5; empty: from the stars' width"
        self.pixels = size_line("radii in pixels", tip, "from the stars' width")
        tip = "Radii in units of each visit's own star width (FWHM), such as 1, 1.5"
        self.fwhm = size_line("radii in star widths", tip, "none")
        tip = "Sides of the square boxes of median, biweight and clipped mean, pixels: 3, 7, 13"
        self.boxes = size_line("sides of boxes in pixels", tip, "none")
        for line in (self.pixels, self.fwhm, self.boxes):
            line.textEdited.connect(self._edited)
            line.editingFinished.connect(self._settled)
        self.remark = label("", "muted", wrap=True)
        self.grid = GridModel(self)
        self.grid.changed.connect(self.asked)
        self.view = GridView(self.grid)
        self.view.pointed.connect(self.pointed)
        for text, line, unit in (
            ("Circles", self.pixels, "px"),
            ("and", self.fwhm, "FWHM"),
            ("Boxes", self.boxes, "px"),
        ):
            self.body.addLayout(_line(text, line, unit))
        self.body.addWidget(self.remark)
        self.body.addWidget(self.view, 1)

    def show_measuring(self, measuring: Measuring, facts: Facts, preset: str) -> None:
        """Show resolved settings; lines that are being typed in stay."""
        self._measuring = measuring
        for line, sizes in (
            (self.pixels, measuring.radii_px),
            (self.fwhm, measuring.radii_fwhm),
            (self.boxes, measuring.boxes_px),
        ):
            if not line.isModified():
                line.setText(listed(sizes))
                line.setCursorPosition(0)
        self.grid.show_measuring(measuring, facts)
        with QSignalBlocker(self.preset):
            self.preset.setCurrentText(preset)
        n = self.grid.n_on
        if self.valid:
            said = f"{counted(n, 'measurement')} a band; click cells and headings to switch"
            if reasons := self.grid.reasons():
                said = f"{counted(n, 'measurement')} a band. Not possible: {'; '.join(reasons)}"
            nothing = "Nothing is measured: switch something on"
            say(self.remark, said if n else nothing, "muted" if n else "problem")

    def forget_typed(self) -> None:
        """The lines follow the settings again."""
        for line in (self.pixels, self.fwhm, self.boxes):
            line.setModified(False)
        self.valid = True

    def _edited(self) -> None:
        radii, fwhm = parse_radii(self.pixels.text()), parse_radii(self.fwhm.text())
        boxes = parse_boxes(self.boxes.text())
        self.valid = radii is not None and fwhm is not None and boxes is not None
        if radii is None or fwhm is None or boxes is None:
            what = "whole numbers" if boxes is None else "numbers"
            say(self.remark, f"Up to 20 {what} above 0, apart by commas: 2, 3, 5", "problem")
            self.asked.emit(None)
        elif radii or not self.pixels.isModified():
            sizes = {"radii_px": radii, "radii_fwhm": fwhm, "boxes_px": boxes}
            self.asked.emit(with_sizes(self._measuring, **sizes))

    def _settled(self) -> None:
        if not self.pixels.text().strip() and self.pixels.isModified():
            self.forget_typed()
            self.reset.emit()


def _line(text: str, line: QLineEdit, unit: str) -> QHBoxLayout:
    """Lines whose fields stand below each other."""
    before, behind = label(text), label(unit, "muted")
    before.setFixedWidth(50)
    behind.setFixedWidth(42)
    return row(before, line, behind)
