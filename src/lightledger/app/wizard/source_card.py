"""Which picture the objects come from: coadd, catalogue, or a stack made on the spot."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QRadioButton, QSpinBox, QWidget

from .picture import Picture
from .pieces import Card, button, label, row
from .state import Choices, Source
from .survey import Survey

TABLES = "Catalogues (*.ecsv *.fits *.fit *.cat *.csv *.txt *.xml *.vot *.ldac);;All files (*)"
_IMAGES = "FITS images (*.fits *.fit *.fts *.fz *.gz);;All files (*)"
#: Columns of a catalogue as they are told, in this order.
_COLUMNS = (("id", "id"), ("ra", "RA"), ("dec", "Dec"), ("x", "x"), ("y", "y"), ("mag", "mag"))


class SourceCard(Card):
    """Three ways; what was found beside the frames is offered first."""

    changed = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Objects come from", parent)
        self._choices = choices
        self._group = QButtonGroup(self)
        self._buttons: dict[Source, QRadioButton] = {}
        for name, tip in (
            ("catalogue", "A list of positions; their ids are kept"),
            ("coadd", "Objects are detected on a deep picture"),
            ("stack", "The sharpest, darkest visits are stacked and objects detected on them"),
        ):
            made = QRadioButton()
            made.setToolTip(tip)
            self._group.addButton(made)
            self._buttons[name] = made  # type: ignore[index]
            if name != "stack":
                self.body.addWidget(made)
        self.visits = QSpinBox()
        self.visits.setRange(1, 500)
        self.visits.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.visits.setFixedWidth(48)
        self.visits.setAccessibleName("visits in the stack")
        self.visits.setToolTip("More visits are deeper, and take longer")
        self.visits.editingFinished.connect(self._depth_chosen)
        self.body.addLayout(row(self._buttons["stack"], self.visits, label("visits"), None))
        self._group.buttonClicked.connect(self._picked)
        coadd = button("Coadd...", "Choose a deep FITS picture of this field")
        coadd.clicked.connect(self._choose_coadd)
        table = button("Catalogue...", "Choose a table: ECSV, FITS, CSV, SExtractor, VOTable")
        table.clicked.connect(self._choose_catalogue)
        self.columns = label("", "muted", wrap=True)
        self.columns.hide()
        self.body.addWidget(self.columns)
        self.body.addLayout(row(coadd, table, None))
        self._found_coadd = ""
        self._found_catalogue = ""

    def set_survey(self, survey: Survey) -> None:
        """Offer what lies beside the frames; the person's own choice stays."""
        inventory = survey.inventory
        band = next((b for b in inventory.bands if b in inventory.coadds), "")
        self._found_coadd = inventory.coadds.get(band, "")
        self._found_catalogue = inventory.catalogues.get(band, "")
        self._show()

    def _show(self) -> None:
        c = self._choices
        coadd = c.coadd or self._found_coadd
        catalogue = c.catalogue or self._found_catalogue
        if c.source is None:
            c.source = "catalogue" if catalogue else "coadd" if coadd else "stack"
        if c.source == "catalogue" and not c.catalogue:
            c.catalogue = self._found_catalogue
        for name, path in (("catalogue", catalogue), ("coadd", coadd)):
            made = self._buttons[name]  # type: ignore[index]
            kind = "Catalogue" if name == "catalogue" else "Detection on coadd"
            made.setText(f"{kind}  {Path(path).name}" if path else f"{kind}  (none found)")
            made.setEnabled(bool(path))
        self._buttons["stack"].setText("Make one from the best")
        self.visits.setValue(c.measuring.stack_visits)
        self._buttons[c.source].setChecked(True)

    def _picked(self) -> None:
        for name, made in self._buttons.items():
            if made.isChecked() and name != self._choices.source:
                self._choices.source = name
                self._show()
                self.changed.emit()
                return

    def _depth_chosen(self) -> None:
        if self.visits.value() != self._choices.measuring.stack_visits:
            self._choices.ask(stack_visits=self.visits.value())
            if self._choices.source == "stack":
                self.changed.emit()

    def show_choices(self) -> None:
        """What was chosen elsewhere: a recipe was loaded."""
        self._show()

    def take(self, path: Path) -> None:
        """Use a dropped file: a table is a catalogue, an image a coadd."""
        if path.suffix.lower() in (".fits", ".fit", ".fts", ".fz", ".gz") and not _looks_table(
            path
        ):
            self._choices.coadd, self._choices.source = str(path), "coadd"
        else:
            self._choices.catalogue, self._choices.source = str(path), "catalogue"
        self._show()
        self.changed.emit()

    def _choose_coadd(self) -> None:
        start = str(self._choices.folders[0]) if self._choices.folders else ""
        path, _ = QFileDialog.getOpenFileName(self, "Coadd of this field", start, _IMAGES)
        if path:
            self._choices.coadd, self._choices.source = path, "coadd"
            self._show()
            self.changed.emit()

    def _choose_catalogue(self) -> None:
        start = str(self._choices.folders[0]) if self._choices.folders else ""
        path, _ = QFileDialog.getOpenFileName(self, "Catalogue of this field", start, TABLES)
        if path:
            self._choices.catalogue, self._choices.source = path, "catalogue"
            self._show()
            self.changed.emit()

    def show_made(self, picture: Picture) -> None:
        """Say how the catalogue's columns were understood, and what is used beside the coadd."""
        self.columns.setVisible(bool(picture.columns or picture.beside))
        known = dict(picture.columns)
        # What a person would check: which columns hold the names, the places, the brightness.
        told = [f"{word} {known[key]}" for key, word in _COLUMNS if key in known]
        said = [f"Columns taken: {', '.join(told)}"] if told else []
        said += [f"With {' and '.join(picture.beside)}"] if picture.beside else []
        self.columns.setText("; ".join(said))
        self.columns.setToolTip("\n".join(f"{key}: {name}" for key, name in picture.columns))


def _looks_table(path: Path) -> bool:
    """Whether a FITS file is a table: its primary HDU has no image (a plain look at the header)."""
    try:
        with path.open("rb") as file:
            head = file.read(2880).decode("ascii", "replace")
            after = file.read(80).decode("ascii", "replace")
    except OSError:
        return False
    cards = [head[i : i + 80] for i in range(0, len(head), 80)]
    empty = any(c.startswith("NAXIS   =") and c[10:30].strip() == "0" for c in cards)
    return empty and "BINTABLE" in after and not path.suffix.lower().endswith("fz")
