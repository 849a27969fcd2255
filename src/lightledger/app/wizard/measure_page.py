"""Page 3, Measure: apertures on a real star, sky, units, and what the run will come to."""

from __future__ import annotations

import math
import re

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from lightledger.domain import LightledgerError, radius_text
from lightledger.workers import Jobs

from . import skin
from .cost_card import CostCard
from .facts_card import FactsCard
from .picture import Found, Picture, grey_of
from .pieces import Card, Page, label, row, say
from .proposal import Proposal, cutout, example_star, propose
from .sky_picture import SkyPicture
from .state import Choices
from .survey import Survey

_BACKGROUNDS = (
    ("", "Automatic"),
    ("annulus", "Ring around each object"),
    ("mesh", "Smooth map of the frame"),
    ("none", "None (already subtracted)"),
)
#: Most radii of one kind; each is a light curve per object.
_MOST_RADII = 20


class MeasurePage(Page):
    """Radii are drawn as they are typed; nothing here is needed to go on."""

    title = "Measure"
    changed = Signal()

    def __init__(self, jobs: Jobs, choices: Choices) -> None:
        super().__init__()
        self._jobs, self._choices = jobs, choices
        self._survey: Survey | None = None
        self._picture: Picture | None = None
        self._found: Found | None = None
        self.proposal: Proposal | None = None
        self._valid = True
        self.heading.setText("Measure")
        self._build()

    def _build(self) -> None:
        apertures = Card("Light curves")
        self.pixels = _radius_line("Radii in pixels of the reference, such as 2, 3, 4.5")
        self.fwhm = _radius_line("Radii in units of each visit's own star width, such as 1, 1.5")
        self.fwhm.setPlaceholderText("none")
        for line in (self.pixels, self.fwhm):
            line.textEdited.connect(self._edited)
        self.grid = QTableWidget(1, 1)
        self.grid.verticalHeader().hide()
        self.grid.setShowGrid(False)
        self.grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.grid.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.grid.setFixedHeight(62)
        self.grid.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.grid.setAccessibleName("what is measured: images by methods")
        self.radii_remark = label("", "muted")
        apertures.body.addLayout(row(_fixed("Radii"), self.pixels, label("px", "muted")))
        apertures.body.addLayout(row(_fixed("and"), self.fwhm, label("x FWHM", "muted")))
        apertures.body.addWidget(self.radii_remark)
        apertures.body.addWidget(self.grid)

        sky = Card("Sky")
        self.background = QComboBox()
        for key, text in _BACKGROUNDS:
            self.background.addItem(text, key)
        self.background.setAccessibleName("how the sky is taken off")
        self.background.currentIndexChanged.connect(self._background_chosen)
        self.sky_remark = label("", "muted")
        sky.body.addLayout(row(self.background, None))
        sky.body.addWidget(self.sky_remark)

        self.facts = FactsCard(self._choices)
        self.facts.changed.connect(self._ask)

        star = Card("A real star")
        self.star = SkyPicture()
        self.star.setMinimumSize(220, 220)
        self.star.setMouseEnabled(False, False)
        self.star_remark = label("", "muted", wrap=True)
        star.body.addWidget(self.star, 1)
        star.body.addWidget(self.star_remark)

        left = QVBoxLayout()
        left.setSpacing(skin.SPACE)
        left.addWidget(apertures)
        left.addWidget(sky)
        left.addWidget(self.facts, 1)
        both = row(left, star)
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        self.body.addLayout(both, 1)
        self.cost = CostCard(self._choices)
        self.body.addWidget(self.cost)

    # ---- coming in

    def set_reference(
        self, survey: Survey | None, picture: Picture | None, found: Found | None
    ) -> None:
        self._survey, self._picture, self._found = survey, picture, found

    def enter(self) -> None:
        self.cost.offer_afresh()
        # The page is painted first: trying a frame takes the processor for a moment.
        QTimer.singleShot(30, self, self._ask)

    @property
    def ready(self) -> bool:
        return self.proposal is not None and self._valid

    def _ask(self) -> None:
        """What the data propose for what is still open."""
        if self._survey is None or self._picture is None:
            return
        self.trouble = ""
        say(self.subline, "Looking at one frame")
        measuring = self._choices.recipe().measuring
        self._jobs.run(
            propose, self._survey.inventory, measuring, self._picture,
            done=self._proposed, failed=self._failed, channel="propose",
        )  # fmt: skip

    def _failed(self, error: LightledgerError) -> None:
        self.proposal = None
        self.trouble = str(error)
        say(self.subline, str(error), "problem")
        self.changed.emit()

    def _proposed(self, proposal: Proposal) -> None:
        self.proposal = proposal
        if not self.pixels.isModified():
            self.pixels.setText(
                _listed(self._choices.measuring.radii_px or proposal.measuring.radii_px)
            )
        if not self.fwhm.isModified():
            self.fwhm.setText(_listed(self._choices.measuring.radii_fwhm))
        say(self.subline, "Every object, in every visit, through every aperture; all of it is kept")
        self.facts.show_facts(proposal.facts)
        self._say_sky()
        self._show()
        self.changed.emit()

    # ---- editing

    def _edited(self) -> None:
        parsed = [parse_radii(line.text()) for line in (self.pixels, self.fwhm)]
        self._valid = all(p is not None for p in parsed) and any(parsed)
        if self._valid and parsed[0] is not None and parsed[1] is not None:
            self._choices.ask(radii_px=parsed[0], radii_fwhm=parsed[1])
            self._show()
        else:
            say(self.radii_remark, "Numbers above 0, apart by commas: 2, 3, 4.5", "problem")
        self.changed.emit()

    def _background_chosen(self) -> None:
        self._choices.ask(background=self.background.currentData())
        self._ask()

    def _say_sky(self) -> None:
        if self.proposal is None:
            return
        m = self.proposal.measuring
        if m.background == "annulus":
            inner, outer = m.annulus_px
            text = f"Ring from {inner:g} to {outer:g} px, its own for each object"
        elif m.background == "mesh":
            text = f"Boxes of {m.mesh_px} px, smoothed, taken off the whole frame"
        else:
            text = "The frames are taken as they are"
        if not self._choices.measuring.background:
            text += " (chosen for these frames)"
        say(self.sky_remark, text)

    # ---- showing

    def radii(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Radii in pixels and in FWHM that the run will use."""
        chosen = self._choices.measuring.radii_px
        if not chosen and self.proposal is not None:
            chosen = self.proposal.measuring.radii_px
        return chosen, self._choices.measuring.radii_fwhm

    def _show(self) -> None:
        pixels, fwhm = self.radii()
        names = [f"r{radius_text(r)}" for r in pixels] + [f"f{radius_text(r)}" for r in fwhm]
        self.grid.setColumnCount(1 + len(names))
        self.grid.setHorizontalHeaderLabels(["image", *names])
        self.grid.setItem(0, 0, QTableWidgetItem("sci"))
        inks = self._inks(len(names))
        for column, (name, ink) in enumerate(zip(names, inks, strict=True)):
            item = QTableWidgetItem("\N{BLACK CIRCLE}")
            item.setForeground(ink)
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setToolTip(f"sci-aper_{name}")
            self.grid.setItem(0, 1 + column, item)
        wide = self._picture.fwhm_px if self._picture else math.nan
        text = f"Stars are {wide:.1f} px wide (FWHM)" if np.isfinite(wide) else ""
        say(self.radii_remark, text)
        self._show_cost(len(names))
        # The picture is painted in a turn of its own.
        QTimer.singleShot(0, self, lambda: self._show_star(pixels, fwhm, inks))

    @staticmethod
    def _inks(n: int) -> list[QColor]:
        """From light to strong, one per aperture."""
        base = skin.detection()
        return [
            QColor.fromHslF(base.hslHueF(), 0.75, 0.62 - 0.32 * i / max(1, n - 1)) for i in range(n)
        ]

    def _show_star(
        self, pixels: tuple[float, ...], fwhm: tuple[float, ...], inks: list[QColor]
    ) -> None:
        picture, found = self._picture, self._found
        if picture is None or found is None or self.proposal is None:
            return
        wide = picture.fwhm_px if np.isfinite(picture.fwhm_px) else 3.0
        radii = [*pixels, *(r * wide for r in fwhm)]
        m = self.proposal.measuring
        annulus = m.annulus_px if m.background == "annulus" else ()
        half = int(np.clip(1.15 * max([*radii, *annulus, 6.0]) + 1, 8, 200))
        target = self._choices.target
        mine = (target.x, target.y) if target is not None and np.isfinite(target.x) else None
        x, y = example_star(picture, found, mine)
        piece, place = cutout(picture, x, y, half)
        self.star.show_image(grey_of(piece), (piece.shape[0], piece.shape[1]))
        rings = list(zip(radii, inks, strict=True))
        rings += [(r, skin.muted()) for r in annulus]
        self.star.show_circles(place, rings)
        near = found.nearest(x, y, 3.0)
        name = found.ids[near] if near is not None else "my star"
        ring = "; the sky is measured between the grey ones" if annulus else ""
        self.star_remark.setText(f"{name} on the reference, with the apertures{ring}")

    def _show_cost(self, n_methods: int) -> None:
        if self._survey is None or self._found is None or self.proposal is None:
            return
        trouble = self.cost.show_cost(
            self._survey, len(self._found.ids), n_methods, self.proposal.seconds_per_visit
        )
        if trouble:
            say(self.subline, trouble, "problem")


def parse_radii(text: str) -> tuple[float, ...] | None:
    """Radii of a list that a person typed, sorted; None when it is not one.

    >>> parse_radii("3, 2 4.5"), parse_radii(""), parse_radii("2, x")
    ((2.0, 3.0, 4.5), (), None)
    """
    try:
        radii = sorted({float(part) for part in re.split(r"[,;\s]+", text.strip()) if part})
    except ValueError:
        return None
    fine = all(0 < r <= 1000 for r in radii) and len(radii) <= _MOST_RADII
    return tuple(radii) if fine else None


def _listed(radii: tuple[float, ...]) -> str:
    return ", ".join(radius_text(r) for r in radii)


def _radius_line(tip: str) -> QLineEdit:
    line = QLineEdit()
    line.setToolTip(tip)
    line.setAccessibleName(tip.split(",")[0])
    return line


def _fixed(text: str) -> QLabel:
    made = label(text)
    made.setFixedWidth(48)
    return made
