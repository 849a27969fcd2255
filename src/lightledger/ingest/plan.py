"""Preflight: what will be measured, into which store, and what stands in the way."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from lightledger.domain import (
    Catalogues,
    Control,
    LightledgerError,
    Measuring,
    Problem,
    Recipe,
    Report,
    measurements_of,
    silent,
)
from lightledger.frames.content import has_hash
from lightledger.frames.folders import NoFrames
from lightledger.frames.frame import Frame, Inventory
from lightledger.frames.scan import scan
from lightledger.frames.visitcolumns import ColumnMap
from lightledger.frames.visitscan import scan_catalogues
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .build import Choice, choose
from .catalogues import CatalogueChoice
from .diskneed import DiskNeed, disk_need
from .extension import added_to, require_frames
from .request import NO_COADD, IngestRequest, Target
from .task import stamp_of

#: (band, visit)
Key = tuple[str, str]


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


def key_of(frame: Frame) -> Key:
    return frame.band, frame.visit


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
    before = None if request.remeasure else _recipe_before(request.output)
    recipe = _merge(request.recipe or Recipe(), before)
    inventory, recipe, mapping = _look(request, recipe, control, report)
    problems = list(inventory.problems)
    published: dict[Key, tuple[str, str, str]] = {}
    n_object = n_staged = 0
    if not request.remeasure:
        n_staged = Staging.count(request.output)
        if request.output.exists():
            published, n_object = _published(request.output)
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
            elif _changed(frame, known):
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


def check_output(output: Path) -> None:
    """Refuse an output that cannot be written, or that is something else.

    Raises
    ------
    LightledgerError
    """
    if output.is_dir():
        raise LightledgerError("is a folder", output, "name a file, such as field.h5")
    folder = output.resolve().parent
    if not folder.is_dir():
        raise LightledgerError("there is no such folder", folder, "create it first")
    if not os.access(folder, os.W_OK):
        raise LightledgerError("the folder is not writable", folder, "choose another output")
    if output.exists():
        StoreReader(output).close()


def _recipe_before(output: Path) -> Recipe | None:
    """The recipe of earlier work on the same output.

    Raises
    ------
    LightledgerError
        A run with --remeasure was not finished: its visits must not mix with the store's.
    """
    staged, published = Staging.recipe_of(output), None
    if output.exists():
        with StoreReader(output) as store:
            published = Recipe.from_toml(store.recipe_text, output)
    if staged and published and staged.measuring_hash != published.measuring_hash:
        raise LightledgerError(
            f"measuring anew was not finished ({'; '.join(staged.differences(published))})",
            output,
            "run with --remeasure and the same settings, or delete the folder beside it that ends "
            "in .staging to keep the store as it is",
        )
    return staged or published


def _merge(asked: Recipe, before: Recipe | None) -> Recipe:
    """What was used before, unless something else is asked for.

    Raises
    ------
    LightledgerError
        When a measuring setting is asked for that differs from the one used before.
    """
    if before is None:
        return asked
    plain = Measuring()
    for name, value in vars(asked.measuring).items():
        used = getattr(before.measuring, name)
        if value not in (getattr(plain, name), used):
            raise LightledgerError(
                f"the store was measured with {name} = {used!r} and {value!r} is asked for",
                advice="keep the old setting, choose another output, or measure everything anew "
                "with --remeasure",
            )
    _merge_catalogues(asked.catalogues, before)
    presenting = asked.presenting if asked.presenting != Recipe().presenting else before.presenting
    return replace(before, presenting=presenting)


def _merge_catalogues(asked: Catalogues, before: Recipe) -> None:
    """Refuse settings of catalogues that differ from those used before."""
    used, plain = before.catalogues, Catalogues()
    if asked == plain:
        return
    same = before.from_catalogues and set(asked.columns) <= set(used.columns)
    for name in ("match", "tolerance", "seen_share"):
        same &= getattr(asked, name) in (getattr(plain, name), getattr(used, name))
    if not same:
        what = "with other [catalogues] settings" if before.from_catalogues else "on images"
        raise LightledgerError(
            f"the store was made {what}",
            advice="keep the old settings, choose another output, or start afresh with --remeasure",
        )


def _published(output: Path) -> tuple[dict[Key, tuple[str, str, str]], int]:
    """Frames, stamps and hashes of every visit in the store, and its number of objects."""
    found: dict[Key, tuple[str, str, str]] = {}
    with StoreReader(output) as store:
        for band in store.bands:
            table = store.visits(band)
            cells = zip(
                table["visit"], table["frames"], table["stamps"], table["hashes"], strict=True
            )
            for visit, frames, stamps, hashes in cells:
                found[band, str(visit)] = (str(frames), str(stamps), str(hashes))
        return found, store.n_object


def _changed(frame: Frame, known: tuple[str, str, str]) -> bool:
    """Whether a frame's content differs from what was measured: by stamp, else by hash."""
    _, stamps, hashes = (text.split(" | ")[0] for text in known)
    return stamps != stamp_of(frame) and not has_hash(frame.path, hashes)


def unchanged_staged(frame: Frame, row: dict[str, object]) -> bool:
    """Whether a staged visit is still what its frame holds."""
    known = tuple(str(row.get(name, "")) for name in ("frames", "stamps", "hashes"))
    return not _changed(frame, (known[0], known[1], known[2]))
