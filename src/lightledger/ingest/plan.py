"""Preflight: what will be measured, into which store, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from lightledger.domain import (
    Control,
    LightledgerError,
    Problem,
    Recipe,
    Report,
    measurements_of,
    silent,
)
from lightledger.frames.folders import NoFrames
from lightledger.frames.frame import Frame, Inventory
from lightledger.frames.scan import scan
from lightledger.frames.visitcolumns import ColumnMap
from lightledger.frames.visitscan import scan_catalogues
from lightledger.store.staging import Staging

from .build import Choice, choose
from .catalogues import CatalogueChoice
from .diskneed import DiskNeed, disk_need
from .earlier import Key, changed, check_output, key_of, merged, published_in, recipe_before
from .extension import added_to, require_frames
from .pixelframes import aperture_first, pixel_inventory, targets_of
from .request import NO_COADD, IngestRequest, Target


@dataclass(frozen=True)
class Plan:
    """What an ingest will do.

    Attributes
    ----------
    request : IngestRequest
    inventory : Inventory
    recipe : Recipe
        As asked for and as used before; settings still open are resolved with the reference.
    choice : Choice
        What a new reference is made from.
    published : frozenset of (band, visit)
        Already in the store.
    todo : tuple of Frame
        The ``sci`` frames of visits that are not in the store; some may be staged.
    problems : tuple of Problem
        Those of the scan, and frames that changed after they were measured.
    shown_otherwise : bool
        The presenting part of the recipe differs from the store's: it is published anew.
    n_object : int
        Objects of the store; 0: known once there is a reference.
    n_staged : int
        Visits that are measured and wait to be published.
    mapping : ColumnMap or None
        Of catalogues: which column is what, and which are left out.
    added : tuple of Target
        Positions that the store has no object at: all its visits are measured again.
    """

    request: IngestRequest
    inventory: Inventory
    recipe: Recipe
    choice: Choice
    published: frozenset[Key]
    todo: tuple[Frame, ...]
    problems: tuple[Problem, ...] = field(default=())
    shown_otherwise: bool = False
    n_object: int = 0
    n_staged: int = 0
    mapping: ColumnMap | None = None
    added: tuple[Target, ...] = ()

    @property
    def append(self) -> bool:
        """Whether new visits join a store that exists."""
        return bool(self.published)

    @property
    def visits(self) -> dict[str, int]:
        """Visits a band will have."""
        counts = dict.fromkeys(self.inventory.bands, 0)
        for band, _ in self.published | {key_of(f) for f in self.todo}:
            counts[band] = counts.get(band, 0) + 1
        return counts

    def measurements(self) -> tuple[str, ...]:
        """Full names; without radii when they are still open."""
        inside = inside_of(self.recipe)
        return tuple(f"{band}_{name}" for band in self.inventory.bands for name in inside)

    def disk_need(self, n_object: int = 0) -> DiskNeed:
        """The disk that the run needs; for ``n_object`` objects where the plan knows no number."""
        return disk_need(
            self.request.output.absolute().parent,
            self.n_object or n_object,
            self.visits,
            max(len(self.todo) - self.n_staged, 0),
            len(inside_of(self.recipe)),
            self.n_pixel,
        )

    @property
    def n_pixel(self) -> int:
        """Pixels of the largest frame; 0 of catalogues."""
        return max((f.shape[0] * f.shape[1] for f in self.todo), default=0)


def inside_of(recipe: Recipe) -> tuple[str, ...]:
    """Measurements inside a band."""
    return recipe.catalogues.measurements or measurements_of(recipe.measuring)


def make_plan(
    request: IngestRequest, control: Control | None = None, report: Report = silent
) -> Plan:
    """Scan the folders and hold them against what the store and staging have.

    Raises
    ------
    LightledgerError
        Nothing can be done: no usable frame, an output that is not ours or not writable, another
        measuring recipe.
    Cancelled
    """
    control = control or Control()
    check_output(request.output)
    coadd = "" if request.coadd == NO_COADD else request.coadd
    for path in filter(None, (request.catalog, coadd)):
        if not Path(path).is_file():
            raise LightledgerError("there is no such file", path)
    before = None if request.remeasure else recipe_before(request.output)
    recipe = merged(request.recipe or Recipe(), before)
    inventory, recipe, mapping = _look(request, recipe, control, report)
    if mine := targets_of(inventory):
        request = replace(request, targets=(*mine, *request.targets))
    problems = list(inventory.problems)
    published: dict[Key, tuple[str, str, str]] = {}
    n_object = n_staged = 0
    if not request.remeasure:
        n_staged = Staging.count(request.output)
        if request.output.exists():
            published, n_object = published_in(request.output)
    added: tuple[Target, ...] = ()
    if not request.remeasure:
        added, targets = added_to(request.output, request.targets)
        shown = tuple(dict.fromkeys((*recipe.presenting.target, *targets)))
        recipe = recipe.with_presenting(target=shown)
    if added:
        here = {key_of(frame) for band in inventory.bands for frame in inventory.sci(band)}
        require_frames(published, here, request.output)
        published, n_object = {}, n_object + len(added)
    todo = []
    for band in inventory.bands:
        for frame in inventory.sci(band):
            known = published.get(key_of(frame))
            if known is None:
                todo.append(frame)
            elif changed(frame, known):
                problems.append(
                    Problem(
                        "the frame changed after it was measured; the store keeps the old values",
                        frame.name,
                        "measure everything anew with --remeasure",
                        "note",
                        frame.visit,
                        frame.band,
                    )
                )
    return Plan(
        request,
        inventory,
        recipe,
        _choice(request, recipe, inventory),
        frozenset(published),
        tuple(todo),
        tuple(problems),
        before is not None and recipe.presenting != before.presenting,
        n_object,
        n_staged,
        mapping,
        added,
    )


def _look(
    request: IngestRequest, recipe: Recipe, control: Control, report: Report
) -> tuple[Inventory, Recipe, ColumnMap | None]:
    """Images, or the catalogues of visits where there are none or a person asks for them."""
    template = request.template or recipe.measuring.template
    none: NoFrames | None = None
    if not (request.catalogues or request.mapping or recipe.from_catalogues):
        try:
            pixels = pixel_inventory(request.folders, control, report)
            if pixels is not None:
                return pixels, aperture_first(recipe, pixels), None
            images = scan(
                request.folders,
                template,
                site=recipe.measuring.site,
                control=control,
                report=report,
            )
            return images, recipe, None
        except NoFrames as error:
            none = error
    try:
        found = scan_catalogues(
            request.folders,
            recipe.catalogues,
            template=template,
            radii_px=recipe.measuring.radii_px,
            lines=request.mapping,
            reference=request.catalog,
            control=control,
            report=report,
        )
    except LightledgerError as error:
        if none and (none.n_files or (isinstance(error, NoFrames) and not error.n_files)):
            raise none from None
        raise
    lines = found.mapping.lines
    if recipe.catalogues.match and lines != recipe.catalogues.columns:
        raise LightledgerError(
            "the store was made with another mapping of the columns",
            advice="leave --map out, choose another output, or start afresh with --remeasure",
        )
    recipe = replace(recipe, catalogues=replace(recipe.catalogues, columns=lines))
    return found.inventory, recipe, found.mapping


def _choice(request: IngestRequest, recipe: Recipe, inventory: Inventory) -> Choice:
    if not recipe.from_catalogues:
        return choose(inventory, request.coadd, request.catalog)
    band = max(inventory.bands, key=lambda name: len(inventory.sci(name)))
    beside = inventory.catalogues.get(band, "")
    return CatalogueChoice(band, catalogue=request.catalog or beside)
