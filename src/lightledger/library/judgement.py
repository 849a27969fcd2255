"""What is shown first, and whether it still holds: suggestion, correction, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.suggest import agree, scores
from lightledger.domain import parse_measurement

if TYPE_CHECKING:
    from .field import Field


def can_correct(field: Field) -> bool:
    """Whether there are comparison stars, the program's or a person's."""
    if field.journal.state.comparison_added:
        return True
    return any(field.reader.zero_points(name).member.size for name in field.measurements)


def corrected_by_default(field: Field) -> bool:
    """As the recipe says; else on for frames from the ground, off for those from space.

    From the ground: the airmass of any visit is known, or fluxes are instrumental.
    """
    said = field.recipe.presenting.corrected
    if said in ("on", "off"):
        return said == "on"
    if any(np.isfinite(field.visits(band)["airmass"]).any() for band in field.bands):
        return True
    systems = {field.reader.attributes(m).get("magnitude_system") for m in field.measurements}
    return "instrumental" in systems


def suggested(field: Field) -> dict[str, str]:
    """The measurement of each band to show first; see `Field.suggested`."""
    chosen = agree({band: _scores(field, band) for band in field.bands})
    named = field.recipe.presenting.suggested
    for band in field.bands:
        own = [name for name in named if name in field.reader.measurements(band)]
        chosen[band] = own[0] if own else chosen[band]
    return chosen


def _scores(field: Field, band: str) -> dict[str, float]:
    names = field.reader.measurements(band)
    ours = [name for name in names if parse_measurement(name).image == "sci"] or list(names)
    tables = {}
    for name in ours:
        fitted = bool(field.reader.zero_points(name).member.size)
        tables[name] = field.reader.statistics(name, corrected=fitted)
    return scores(tables, field.reader.n_visit(band), field.blended)


def outdated(field: Field, measurement: str, other_stars: bool) -> str:
    """How stored statistics differ from what is shown now, in words; '' when they do not."""
    band = parse_measurement(measurement).band
    gone = field.rejections.visit_slots(band).size
    n = field.n_visit(measurement)
    if gone:
        return f"from {n:,} visits, now {n - gone:,}"
    points = field.journal.state.rejected_points
    if any(visits for (_, where), visits in points.items() if where == band):
        return "from before points were rejected"
    return "from other comparison stars" if other_stars else ""
