"""What a person chose in the wizard, and the request that follows from it; no Qt, no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lightledger.domain import Recipe
from lightledger.ingest.request import IngestRequest, Target

Source = Literal["coadd", "catalogue", "stack"]


@dataclass
class Choices:
    """All choices of the four pages; kept while the dialog lives, so Back loses nothing.

    '', 0 and empty mean: find out from the data. ``unfinished``: a run of this dialog was stopped.
    """

    folders: list[Path] = field(default_factory=list)
    output: Path | None = None
    template: str = ""
    source: Source | None = None
    coadd: str = ""
    catalogue: str = ""
    sigma: float = 5.0
    min_pixels: int = 5
    stack_visits: int = 20
    target: Target | None = None
    comparison_add: tuple[str, ...] = ()
    comparison_remove: tuple[str, ...] = ()
    radii_px: tuple[float, ...] = ()
    radii_fwhm: tuple[float, ...] = ()
    background: str = ""
    gain: float = 0.0
    read_noise: float = 0.0
    saturation: float = 0.0
    workers: int = 0
    budget_bytes: int = 1 << 30
    remeasure: bool = False
    unfinished: bool = False

    def recipe(self) -> Recipe:
        """The recipe: only what differs from the defaults is a requirement."""
        recipe = Recipe().with_measuring(
            template=self.template,
            radii_px=self.radii_px,
            radii_fwhm=self.radii_fwhm,
            background=self.background,
            gain=self.gain,
            read_noise=self.read_noise,
            saturation=self.saturation,
            detection_sigma=self.sigma,
            detection_pixels=self.min_pixels,
            stack_visits=self.stack_visits,
        )
        return recipe.with_presenting(
            comparison_add=self.comparison_add, comparison_remove=self.comparison_remove
        )

    def request(self) -> IngestRequest:
        """What `ingest` is asked; the output must be set."""
        if self.output is None:
            raise ValueError("no output was chosen")
        return IngestRequest(
            folders=tuple(self.folders),
            output=self.output,
            catalog=self.catalogue if self.source in (None, "catalogue") else "",
            coadd=self.coadd if self.source != "stack" else "",
            template=self.template,
            recipe=self.recipe(),
            workers=self.workers,
            budget_bytes=self.budget_bytes,
            remeasure=self.remeasure,
            targets=(self.target,) if self.target is not None else (),
        )
