"""A store of any size whose light curves and statistics are drawn at random; for benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import storefield

from lightledger.analysis.columns import STATISTIC_COLUMNS
from lightledger.domain import Recipe, ZeroPoints
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging


class MadeUp(storefield.Plain):
    """Statistics drawn at random: only that they are there matters here."""

    statistic_columns = STATISTIC_COLUMNS

    def zero_points(self, measurement: str, visits: Any, read: Any) -> ZeroPoints:
        return ZeroPoints.none(len(visits["visit"]))

    def statistics(self, first_object: int, blocks: Any) -> Any:
        rng = np.random.default_rng(first_object)
        n = len(blocks[0].value)
        made = {name: rng.normal(0, 1, n).astype(dtype) for name, dtype, _ in STATISTIC_COLUMNS}
        made["median"] = rng.lognormal(4, 1, n)
        made["n_good"] = made["n_observed"] = np.full(n, 1000, "<i4")
        for name in ("n_saturated", "n_edge"):
            made[name] = np.zeros(n, "<i4")
        return [(made, made) for _ in blocks]


def make(target: Path, objects: dict[str, np.ndarray], bands: Sequence[str], n_visit: int) -> None:
    """Publish ``n_visit`` visits of every band."""
    rng = np.random.default_rng(0)
    n_object = len(objects["id"])
    with Staging.open(target) as staging:
        staging.set_recipe(Recipe())
        for band in bands:
            for j in range(n_visit):
                row = storefield.row(band, j)
                value = rng.normal(50, 1, (2, n_object)).astype(np.float32)
                flags = np.zeros(value.shape, np.uint16)
                path = staging.path_of(band, str(row["visit"]))
                write_staged(path, row, storefield.METHODS, value, value * 0.02, flags)
        publish(
            target, staged=[s.path for s in staging.staged(deep=False).values()], previous=None,
            objects=objects, object_units={}, recipe=Recipe(), problems=[], band_original={},
            extra_attributes={}, reduce=MadeUp(),
        )  # fmt: skip
        staging.remove()
