"""What an export does in a worker: counting beforehand, and writing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lightledger.analysis.masks import Filters, passes
from lightledger.domain import Control

if TYPE_CHECKING:
    from lightledger.library import Field


def count_rows(
    field: Field,
    objects: tuple[int, ...],
    measurements: tuple[str, ...],
    filters: Filters,
    corrected: bool,
    control: Control | None = None,
) -> tuple[int, dict[str, int]]:
    """Rows that an export will have, and how many points are hidden, by reason.

    Raises
    ------
    Cancelled
        By ``control``.
    """
    n_rows = 0
    hidden: dict[str, int] = {}
    for index in objects:
        if control is not None:
            control.check()
        for name in measurements:
            result = passes(field.light_curve(index, name, corrected), filters)
            n_rows += result.n_pass
            for why, count in result.counts.items():
                hidden[why] = hidden.get(why, 0) + count
    return n_rows, hidden


def export_to(
    field: Field, path: Path, wanted: dict[str, object], control: object, report: object
) -> object:
    """Write the file; the report of `Field.export`."""
    return field.export(path, control=control, report=report, **wanted)  # type: ignore[arg-type]
