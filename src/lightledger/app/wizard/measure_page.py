"""Page 3, Measure: what is measured, on a real star, and what the run will come to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QScrollArea, QVBoxLayout, QWidget

from lightledger.app.settings import RECIPE_FOLDER, Settings
from lightledger.app.turns import in_turns
from lightledger.domain import LightledgerError, Measuring, Recipe
from lightledger.ingest.presets import presets, read_recipe
from lightledger.workers import Jobs

from . import skin
from .advanced_card import AdvancedCard
from .cost_card import CostCard
from .facts_card import FactsCard
from .measure_grid import CHOSEN, Facts, with_preset
from .methods_card import AUTOMATIC, OWN, MethodsCard
from .picture import Found, Picture
from .pieces import Page, button, row, say
from .proposal import Proposal, propose, visit_seconds
from .recipe_file import FILTER, save_recipe
from .sky_card import SkyCard
from .star_card import StarCard
from .state import Choices
from .survey import Survey
from .where_card import WhereCard

_SUBLINE = "Every object, in every visit, in every way that is on; all of it is kept"


class MeasurePage(Page):
    """Everything is proposed from the data; nothing here is needed to go on.

    ``recipe_wanted`` carries the file of a recipe to load.
    """

    title = "Measure"
    changed = Signal()
    recipe_wanted = Signal(object)

    def __init__(self, jobs: Jobs, choices: Choices, settings: Settings) -> None:
        super().__init__()
        self._jobs, self._choices, self._settings = jobs, choices, settings
        self._survey: Survey | None = None
        self._picture: Picture | None = None
        self._found: Found | None = None
        self._presets = {name: read_recipe(name).measuring for name in presets()}
        self.proposal: Proposal | None = None
        self.heading.setText("Measure")
        self._build()

    def _build(self) -> None:
        self.methods = MethodsCard(tuple(self._presets))
        self.methods.asked.connect(self._asked)
        self.methods.preset_chosen.connect(self._preset_chosen)
        self.methods.reset.connect(self._radii_from_the_stars)
        self.pixels = self.methods.pixels
        self.star = StarCard()
        self.methods.pointed.connect(self.star.point)
        self.sky = SkyCard(self._choices)
        self.sky.background_chosen.connect(self._ask)
        self.sky.asked.connect(self._follow)
        self.facts = FactsCard(self._choices)
        self.facts.changed.connect(self._ask)
        self.where = WhereCard(self._choices)
        self.where.changed.connect(self._follow)
        self.advanced = AdvancedCard(self._choices)
        self.advanced.asked.connect(self._follow)
        self.load_button = button("Load recipe...", "From a file, or from a store")
        self.load_button.clicked.connect(self._choose_recipe)
        self.save_button = button("Save recipe...", "Everything as it is shown, for another run")
        self.save_button.clicked.connect(self._save_recipe)
        inner = QWidget()
        cards = QVBoxLayout(inner)
        cards.setContentsMargins(0, 0, 4, 0)
        cards.setSpacing(skin.SPACE)
        for card in (self.sky, self.facts, self.where, self.advanced):
            cards.addWidget(card)
        cards.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setMinimumWidth(360)
        self.methods.setMinimumWidth(400)
        three = row(self.methods, self.star, scroll)
        for column, share in enumerate((4, 5, 4)):
            three.setStretch(column, share)
        top = row(self.heading, None, self.load_button, self.save_button)
        self.body.insertLayout(0, top)
        self.body.addLayout(three, 1)
        self.cost = CostCard(self._choices)
        self.body.addWidget(self.cost)

    # ---- coming in

    def set_reference(
        self, survey: Survey | None, picture: Picture | None, found: Found | None
    ) -> None:
        if picture is not self._picture:
            self.proposal = None
        self._survey, self._picture, self._found = survey, picture, found
        target = self._choices.target
        mine = (target.x, target.y) if target is not None and np.isfinite(target.x) else None
        self.star.set_stars(found, mine, target.name if target is not None else "")

    def enter(self) -> None:
        self.cost.offer_afresh()
        self.where.show_choices()
        # The page is painted first: trying a frame takes the processor for a moment.
        QTimer.singleShot(30, self, self._ask)

    @property
    def ready(self) -> bool:
        return self.proposal is not None and self.methods.valid and self.methods.grid.n_on > 0

    def show_recipe(self) -> None:
        """The choices hold another recipe."""
        self.methods.forget_typed()
        self.advanced.show_choices()
        self._ask()

    def _ask(self) -> None:
        """What the data propose for what is still open."""
        if self._survey is None or self._picture is None or self._found is None:
            return
        self.trouble = ""
        look_s = self.proposal.look_s if self.proposal is not None else 0.0
        if not look_s:
            say(self.subline, "Looking at one frame")
        self._jobs.run(
            propose, self._survey.inventory, self._choices.measuring, self._picture, self._found,
            look_s, done=self._proposed, failed=self._failed, channel="propose",
        )  # fmt: skip

    def _failed(self, error: LightledgerError) -> None:
        self.proposal = None
        self.trouble = str(error)
        say(self.subline, str(error), "problem")
        self.changed.emit()

    def _proposed(self, proposal: Proposal) -> None:
        self.proposal = proposal
        say(self.subline, _SUBLINE)
        self.facts.show_facts(proposal.facts)
        self._show(proposal.measuring)

    # ---- editing

    def _asked(self, measuring: Measuring | None) -> None:
        """A switch or a size: settings that need no look at the data."""
        if measuring is not None:
            before = self.shown
            for name in CHOSEN:
                if getattr(measuring, name) != getattr(before, name):
                    self._choices.ask(**{name: getattr(measuring, name)})
            self._choices.ask(radii_px=measuring.radii_px)
            self._show(measuring)
        self.changed.emit()

    def _follow(self) -> None:
        """Constants and conventions: what was asked for is what is shown."""
        asked, shown = self._choices.measuring, self.shown
        names = [n for n in vars(asked) if n not in CHOSEN or n in ("neighbours", "convention")]
        changes = {name: getattr(asked, name) for name in names if getattr(asked, name) != ""}
        self._show(Measuring(**{**vars(shown), **changes}))

    def _preset_chosen(self, name: str) -> None:
        if name == OWN:
            self._show(self.shown)
            return
        preset = self._presets.get(name, Measuring())
        self._choices.measuring = with_preset(self._choices.measuring, preset)
        self.methods.forget_typed()
        self._ask()

    def _radii_from_the_stars(self) -> None:
        self._choices.ask(radii_px=(), omit=())
        self._ask()

    def _preset(self) -> str:
        """Which preset the choices are, if any."""
        asked = self._choices.measuring
        for name, preset in ((AUTOMATIC, Measuring()), *self._presets.items()):
            if with_preset(asked, preset) == asked:
                return name
        return OWN

    # ---- showing

    @property
    def shown(self) -> Measuring:
        """The settings that the run will use."""
        return self.proposal.measuring if self.proposal is not None else self._choices.measuring

    def radii(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Radii in pixels and in FWHM that the run will use."""
        return self.shown.radii_px, self.shown.radii_fwhm

    def _show(self, measuring: Measuring) -> None:
        if self.proposal is None:
            return
        self.proposal = p = Proposal(
            measuring, self.proposal.facts, self.proposal.grid, self.proposal.look_s,
            self.proposal.n_pixel,
        )  # fmt: skip
        self.methods.show_measuring(measuring, p.grid, self._preset())
        self.sky.show_measuring(measuring)
        self._show_cost(p.grid)
        self.changed.emit()
        # The picture is painted in a turn of its own.
        in_turns(self, self._show_star)

    def _show_star(self) -> None:
        if self._picture is not None and self._found is not None and self.proposal is not None:
            self.star.show_measuring(self._picture, self._found, self.shown)

    def _show_cost(self, facts: Facts) -> None:
        if self._survey is None or self._found is None or self.proposal is None:
            return
        p, n_object = self.proposal, len(self._found.ids)
        visits = {band.band: len(band.visits) for band in self._survey.bands}
        visit_s = visit_seconds(p.look_s, p.n_pixel, n_object, p.measuring)
        trouble = self.cost.show_cost(visits, n_object, self.methods.grid.n_on, visit_s, p.n_pixel)
        if trouble:
            say(self.subline, trouble, "problem")
        else:
            say(self.subline, _SUBLINE)

    # ---- recipes

    def recipe(self) -> Recipe:
        """The recipe as it is shown, complete."""
        return replace(self._choices.recipe(), measuring=self.shown)

    def _choose_recipe(self) -> None:
        folder = str(self._settings.get(RECIPE_FOLDER))
        name, _ = QFileDialog.getOpenFileName(self, "Load recipe", folder, FILTER)
        if name:
            self._settings.set(RECIPE_FOLDER, str(Path(name).parent))
            self.recipe_wanted.emit(Path(name))

    def _save_recipe(self) -> None:
        folder = Path(str(self._settings.get(RECIPE_FOLDER)) or Path.home())
        name, _ = QFileDialog.getSaveFileName(
            self, "Save recipe", str(folder / "recipe.toml"), "Recipes (*.toml)"
        )
        if name:
            self._settings.set(RECIPE_FOLDER, str(Path(name).parent))
            self.save_recipe(Path(name).with_suffix(".toml"))

    def save_recipe(self, path: Path) -> None:
        """Write the recipe as it is shown."""
        try:
            save_recipe(path, self.recipe())
        except LightledgerError as error:
            say(self.subline, str(error), "problem")
        else:
            say(self.subline, f"Recipe written to {path}")
