"""How the sky is taken off, and what happens to the light of neighbours."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from lightledger.domain import Measuring

from .pieces import Card, label, row, say
from .state import Choices

BACKGROUNDS = (
    ("", "Automatic"),
    ("annulus", "Ring around each object"),
    ("mesh", "Smooth map of the frame"),
    ("none", "None (already subtracted)"),
)
NEIGHBOURS = (
    ("", "Automatic"),
    ("mirror", "Mirror: the pixel opposite"),
    ("mask", "Mask: leave them out"),
    ("keep", "Keep: they count"),
)
CONVENTIONS = (("exact", "Exact"), ("sextractor", "As SExtractor"))
_MEANS = {
    "mirror": "A pixel that is a neighbour's takes the value of the pixel on the other side of the "
    "object (SExtractor's CORRECT).",
    "mask": "Pixels that are a neighbour's are left out: a little less flux, the same in every "
    "visit.",
    "keep": "All light inside counts, whoever it comes from: right for stars that are alone, and "
    "for relative flux.",
}
_SAYS = {
    "exact": "Circles and ellipses cut pixels exactly; errors are propagated.",
    "sextractor": "Circles of 5 x 5 sub-pixels, ellipses of whole pixels, its sum for errors: for "
    "comparing with its catalogues; errors are 6 % larger at r = 3.",
}


class SkyCard(Card):
    """``background_chosen``: other settings have to be found; ``asked``: they follow at once."""

    background_chosen = Signal()
    asked = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Sky and neighbours", parent)
        self._choices = choices
        self.background = _combo(BACKGROUNDS, "how the sky is taken off")
        self.neighbours = _combo(NEIGHBOURS, "what is done with neighbours' pixels")
        self.convention = _combo(CONVENTIONS, "how pixels at the rim are counted")
        self.sky_remark = label("", "muted", wrap=True)
        self.neighbour_remark = label("", "muted", wrap=True)
        self.convention_remark = label("", "muted", wrap=True)
        for text, combo, remark in (
            ("Sky", self.background, self.sky_remark),
            ("Neighbours", self.neighbours, self.neighbour_remark),
            ("Rims", self.convention, self.convention_remark),
        ):
            name = label(text)
            name.setFixedWidth(76)
            line = row(name, combo)
            line.setStretch(1, 1)
            self.body.addLayout(line)
            self.body.addWidget(remark)
        self.background.activated.connect(lambda _: self._chosen(self.background, "background"))
        self.neighbours.activated.connect(lambda _: self._chosen(self.neighbours, "neighbours"))
        self.convention.activated.connect(lambda _: self._chosen(self.convention, "convention"))

    def show_measuring(self, shown: Measuring) -> None:
        """Show what was asked for, and what came of it."""
        asked = self._choices.measuring
        for combo, value in (
            (self.background, asked.background),
            (self.neighbours, asked.neighbours),
            (self.convention, asked.convention),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(value)))
        say(self.sky_remark, _sky_words(shown) + _by_itself(asked.background))
        means = _MEANS.get(shown.neighbours, "")
        say(self.neighbour_remark, (means + _by_itself(asked.neighbours)).strip())
        say(self.convention_remark, _SAYS.get(shown.convention, ""))

    def _chosen(self, combo: QComboBox, name: str) -> None:
        self._choices.ask(**{name: combo.currentData()})
        if name == "background":
            self._choices.ask(annulus_px=())
            self.background_chosen.emit()
        elif not combo.currentData():
            self.background_chosen.emit()
        else:
            self.asked.emit()


def _sky_words(m: Measuring) -> str:
    if m.background == "annulus" and m.annulus_px:
        inner, outer = m.annulus_px
        return f"Ring from {inner:g} to {outer:g} px, its own for each object."
    if m.background == "mesh":
        return f"Boxes of {m.mesh_px} px, smoothed, taken off the whole frame."
    return "The frames are taken as they are."


def _by_itself(asked: str) -> str:
    return "" if asked else " Chosen for these frames."


def _combo(entries: tuple[tuple[str, str], ...], name: str) -> QComboBox:
    combo = QComboBox()
    for key, text in entries:
        combo.addItem(text, key)
    combo.setAccessibleName(name)
    return combo
