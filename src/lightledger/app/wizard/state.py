"""What a person chose in the wizard, and the request that follows from it; no Qt, no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from lightledger.domain import Catalogues, Measuring, Presenting, Recipe
from lightledger.ingest.request import IngestRequest, Target

Source = Literal["coadd", "catalogue", "stack"]


@dataclass
class Choices:
    """All choices of the four pages; kept while the dialog lives, so Back loses nothing.

    '', 0 and empty mean: find out from the data. ``measuring`` is the recipe's own part, so that a
    recipe from a file shows as it is and is saved as it is shown. ``presenting`` is what a loaded
    recipe says of it; ``catalogues`` which columns are read where the visits are catalogues, which
    ``read_catalogues`` asks for although there are images. ``unfinished``: a run of this dialog was
    stopped.
    ``cluster``: where visits are measured; '' is this process.
    ``visit_s``: seconds that a visit took with certain settings, all workers together.
    """

    folders: list[Path] = field(default_factory=list)
    output: Path | None = None
    measuring: Measuring = field(default_factory=Measuring)
    presenting: Presenting = field(default_factory=Presenting)
    catalogues: Catalogues = field(default_factory=Catalogues)
    read_catalogues: bool = False
    source: Source | None = None
    coadd: str = ""
    catalogue: str = ""
    targets: list[Target] = field(default_factory=list)
    comparison_add: tuple[str, ...] = ()
    comparison_remove: tuple[str, ...] = ()
    workers: int = 0
    cluster: str = ""
    budget_bytes: int = 1 << 30
    remeasure: bool = False
    unfinished: bool = False
    visit_s: dict[Measuring, float] = field(default_factory=dict)

    def ask(self, **changes: Any) -> None:
        """Ask for settings of the recipe's measuring part."""
        self.measuring = replace(self.measuring, **changes)

    def ask_catalogues(self, **changes: Any) -> None:
        """Ask for settings of the recipe's part on catalogues."""
        self.catalogues = replace(self.catalogues, **changes)

    @property
    def target(self) -> Target | None:
        """The first position that the person added: the window opens on it."""
        return self.targets[0] if self.targets else None

    def recipe(self) -> Recipe:
        """The recipe: only what differs from the defaults is a requirement."""
        presenting = replace(
            self.presenting,
            comparison_add=_joined(self.presenting.comparison_add, self.comparison_add),
            comparison_remove=_joined(self.presenting.comparison_remove, self.comparison_remove),
        )
        return Recipe(self.measuring, presenting, self.catalogues)

    def take_recipe(self, recipe: Recipe) -> None:
        """Everything as this recipe says."""
        self.measuring, self.presenting = recipe.measuring, recipe.presenting
        self.catalogues = recipe.catalogues

    def request(self) -> IngestRequest:
        """What `ingest` is asked; the output must be set."""
        if self.output is None:
            raise ValueError("no output was chosen")
        return IngestRequest(
            folders=tuple(self.folders),
            output=self.output,
            catalog=self.catalogue if self.source in (None, "catalogue") else "",
            coadd=self.coadd if self.source != "stack" else "",
            template=self.measuring.template,
            recipe=self.recipe(),
            workers=self.workers,
            budget_bytes=self.budget_bytes,
            remeasure=self.remeasure,
            targets=tuple(self.targets),
            catalogues=self.read_catalogues,
        )


def _joined(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *now)))
