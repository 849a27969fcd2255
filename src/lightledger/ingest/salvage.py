"""What is sound of a damaged store, written into a new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Problem,
    Recipe,
    Report,
    silent,
)
from lightledger.frames.grid import SkyGrid
from lightledger.store.content import carried_over
from lightledger.store.publish import publish
from lightledger.store.staging import Staging
from lightledger.store.wreck import Wreck, open_wreck

from .reduce import Reduction

#: Root attribute of a salvaged store: the file it was made from.
SALVAGED_FROM = "salvaged_from"


@dataclass(frozen=True)
class SalvageReport:
    """What `salvage` saved.

    Attributes
    ----------
    path : Path
        The new store.
    refused : str
        Why the old store could not be opened; '' when it could.
    n_object : int
    n_visit : dict of str to int
    n_records, n_records_lost : int
        Light curves of the old store, and those of them that are blank in the new one.
    lost : tuple of str
        Records and positions that are blank, in words.
    problems : tuple of Problem
        What was lost, as the new store lists it.
    """

    path: Path
    refused: str
    n_object: int
    n_visit: dict[str, int]
    n_records: int
    n_records_lost: int
    lost: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing at all was lost."""
        return not self.lost and not self.problems


def salvage(
    old: Path | str,
    new: Path | str,
    control: Control | None = None,
    report: Report = silent,
    *,
    budget_bytes: int = 1 << 30,
    workers: int = 2,
) -> SalvageReport:
    """Write what is sound of ``old`` into a new store.

    Every sum is checked. A damaged light curve becomes a blank one (nan, `Flag.NOT_FINITE`);
    damaged cells of the tables become nan or '', a lost id ``damaged-ROW``; all of it is listed
    in the new store. Zero points and statistics are computed anew. ``old`` is only read.

    Raises
    ------
    LightledgerError
        ``new`` exists, or nothing of ``old`` can be checked.
    Cancelled
    """
    old, new = Path(old), Path(new)
    if new.exists() or new.is_symlink():
        raise LightledgerError("exists already", new, "name a new file for what is salvaged")
    control = control or Control()
    with open_wreck(old, control) as wreck, Staging.open(new) as staging:
        recipe = Recipe.from_toml(str(wreck.root.get("recipe", "")), old)
        notes = _found_again(wreck)
        reference = _whole_stars(wreck.reference())
        listed = [*wreck.problems(), *wreck.notes, *notes]
        names = wreck.measurements()
        if not names:
            raise LightledgerError("no measurement of the store can be read", old)
        fwhm_px = float(wreck.root.get("reference_fwhm_px", np.nan))
        published = publish(
            new,
            staged=[],
            previous=wreck,
            damage="blank",
            objects=wreck.objects,
            object_units=wreck.object_units,
            recipe=recipe,
            problems=listed,
            band_original=wreck.band_original,
            extra_attributes={**carried_over(wreck.root), SALVAGED_FROM: old.name},
            reference=reference,
            reduce=Reduction(
                wreck.objects,
                recipe,
                {name: wreck.attributes(name) for name in names}.__getitem__,
                fwhm_px=fwhm_px,
                targets=recipe.presenting.target,
            ),
            budget_bytes=budget_bytes,
            control=control,
            report=report,
            workers=workers,
        )
        staging.remove()
        return SalvageReport(
            path=published.path,
            refused=wreck.refused,
            n_object=published.n_object,
            n_visit=published.n_visit,
            n_records=len(names) * published.n_object,
            n_records_lost=sum(what.startswith("record ") for what in published.damaged),
            lost=published.damaged,
            problems=(*wreck.notes, *notes),
        )


def _found_again(wreck: Wreck) -> list[Problem]:
    """Positions that are lost on the coadd or on the sky follow from the other, by the grid."""
    objects, text = wreck.objects, str(wreck.root.get("reference_wcs", ""))
    if not text or not {"x", "y", "ra", "dec"} <= set(objects):
        return []
    grid = SkyGrid.from_text(text, (1, 1))
    notes = []
    for names, others, transform in (
        (("x", "y"), ("ra", "dec"), grid.to_pixel),
        (("ra", "dec"), ("x", "y"), grid.to_sky),
    ):
        lost = np.any([wreck.lost[name] for name in names], axis=0)
        lost &= ~np.any([wreck.lost[name] for name in others], axis=0)
        rows = np.flatnonzero(lost)
        if not rows.size:
            continue
        found = transform(*(objects[name][rows] for name in others))
        for name, values in zip(names, found, strict=True):
            objects[name] = np.array(objects[name], float)
            objects[name][rows] = values
        what = f"{' and '.join(names)} of {rows.size} objects computed anew"
        notes.append(Problem(f"{what} from {' and '.join(others)}", severity="note"))
    return notes


def _whole_stars(reference: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Stars for matching frames without those of which a coordinate is lost."""
    stars = [name for name in ("stars_x", "stars_y") if name in reference]
    if len(stars) == 2:
        known = np.isfinite([reference[name] for name in stars]).all(axis=0)
        reference |= {name: reference[name][known] for name in stars}
    return reference
