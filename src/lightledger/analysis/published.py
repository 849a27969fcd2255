"""What to show first of a published store, from its own tables: measurement, correction.

The write side asks at the end of a run and the read side whenever a store is opened; both get the
same answers here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from lightledger.domain import Recipe, ZeroPoints, parse_measurement

from .suggest import agree, scores

Table = dict[str, np.ndarray]


class Published(Protocol):
    """What is asked of a store; `lightledger.store.reader.StoreReader` has it."""

    @property
    def bands(self) -> tuple[str, ...]: ...
    @property
    def n_object(self) -> int: ...
    @property
    def object_ids(self) -> Sequence[str]: ...
    @property
    def objects(self) -> Mapping[str, np.ndarray]: ...
    def measurements(self, band: str | None = None) -> tuple[str, ...]: ...
    def n_visit(self, band: str) -> int: ...
    def visits(self, band: str) -> Table: ...
    def attributes(self, measurement: str) -> Mapping[str, Any]: ...
    def zero_points(self, measurement: str) -> ZeroPoints: ...
    def statistics(self, measurement: str, corrected: bool = False) -> Table: ...


def blended(store: Published) -> np.ndarray:
    """Objects with a neighbour in their aperture, boolean; none where it is not known."""
    if "blended" in store.objects:
        return np.asarray(store.objects["blended"]) != 0
    return np.zeros(store.n_object, bool)


def can_correct(store: Published) -> bool:
    """Whether any measurement has comparison stars."""
    return any(store.zero_points(name).member.size for name in store.measurements())


def asks_for_correction(store: Published, recipe: Recipe) -> bool:
    """As the recipe says; else on for frames from the ground, off for those from space.

    From the ground: the airmass of any visit is known, or fluxes are instrumental.
    """
    said = recipe.presenting.corrected
    if said in ("on", "off"):
        return said == "on"
    if any(np.isfinite(store.visits(band)["airmass"]).any() for band in store.bands):
        return True
    systems = {store.attributes(m).get("magnitude_system") for m in store.measurements()}
    return "instrumental" in systems


def suggested(store: Published, recipe: Recipe) -> dict[str, str]:
    """The measurement of each band to show first.

    The recipe's, where it names one; else the ``sci`` method with the lowest `scores`, the same
    in all bands where that costs little; '' in a band without any.
    """
    chosen = agree({band: _scores(store, band) for band in store.bands})
    for band in store.bands:
        own = [m for m in recipe.presenting.suggested if m in store.measurements(band)]
        chosen[band] = own[0] if own else chosen[band]
    return chosen


def _scores(store: Published, band: str) -> dict[str, float]:
    names = store.measurements(band)
    ours = [name for name in names if parse_measurement(name).image == "sci"] or list(names)
    tables = {m: store.statistics(m, bool(store.zero_points(m).member.size)) for m in ours}
    return scores(tables, store.n_visit(band), blended(store))
