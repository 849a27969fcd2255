"""What files are taken for, a row for each light curve: shown before anything is written."""

from __future__ import annotations

import numpy as np

from .gathering import Readings
from .series import Brightness, Series

COLUMNS = ("file", "object", "band", "points", "times", "first", "last", "measurements", "why")


def rows_of(readings: Readings) -> list[tuple[str, ...]]:
    """A row of texts for each light curve, in the order of `COLUMNS`."""
    return [_row(one) for one in readings.series]


def _unit(one: Brightness) -> str:
    if "magnitudes" in str(one.attributes["meaning"]):
        return "mag"
    return str(one.attributes["unit"]) or "no unit"


def _row(one: Series) -> tuple[str, ...]:
    first, last = (f"{t:.6f}" for t in (np.min(one.time), np.max(one.time)))
    measured = "; ".join(
        f"{name} [{_unit(b)}] = {b.attributes['meaning']}" for name, b in one.brightness.items()
    )
    return (
        one.file, one.object, one.band or "unknown", str(len(one)), one.clock.name, first, last,
        measured, one.clock.why,
    )  # fmt: skip
