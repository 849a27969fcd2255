"""What is shown first, and whether it still holds: suggestion, correction, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightledger.analysis import published
from lightledger.domain import counted, parse_measurement

if TYPE_CHECKING:
    from .field import Field


def can_correct(field: Field) -> bool:
    """Whether there are comparison stars, the program's or a person's."""
    return bool(field.journal.state.comparison_added) or published.can_correct(field.reader)


def corrected_by_default(field: Field) -> bool:
    """Whether light curves are shown corrected at first, if they can be."""
    return published.asks_for_correction(field.reader, field.recipe)


def suggested(field: Field) -> dict[str, str]:
    """The measurement of each band to show first; see `Field.suggested`."""
    return published.suggested(field.reader, field.recipe)


def outdated(field: Field, measurement: str, other_stars: bool) -> str:
    """How stored statistics differ from what is shown now, in words; '' when they do not."""
    band = parse_measurement(measurement).band
    gone = field.rejections.visit_slots(band).size
    n = field.n_visit(measurement)
    if gone:
        return f"from {counted(n, 'visit')}, now {n - gone:,}"
    points = field.journal.state.rejected_points
    if any(visits for (_, where), visits in points.items() if where == band):
        return "from before points were rejected"
    return "from other comparison stars" if other_stars else ""
