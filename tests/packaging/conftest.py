"""The smallest real store: what a desktop has to recognise is what the program writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightledger.domain import Recipe, ZeroPoints
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

METHODS = ("sci-aper_r3",)
N_OBJECT = 3


class NoStatistics:
    """A reduce that corrects and computes nothing."""

    statistic_columns = (("n_good", "<i4", ""),)

    def zero_points(self, measurement: str, visits: Any, read: Any) -> ZeroPoints:
        return ZeroPoints.none(len(visits["visit"]))

    def statistics(
        self, measurement: str, visits: Any, first_object: int, value: Any, *rest: Any
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        counts = {"n_good": np.full(len(value), value.shape[1], np.int32)}
        return counts, dict(counts)

    def finish(self, measurement: str, raw: Any, corrected: Any) -> None:
        pass

    def measurement_attributes(self, measurement: str) -> dict[str, str | float]:
        return {"quantity": "flux", "unit": "uJy"}


@pytest.fixture
def one_visit_store(tmp_path: Path) -> Path:
    target, recipe = tmp_path / "store.h5", Recipe()
    with Staging.open(target) as staging:
        staging.set_recipe(recipe)
        path = staging.path_of("ch1", "gr1")
        row = {"visit": "gr1", "mjd_utc_mid": 55000.0, "state": "measured"}
        numbers = np.ones((1, N_OBJECT), np.float32)
        flags = np.zeros((1, N_OBJECT), np.uint16)
        write_staged(path, row, METHODS, numbers, numbers, flags, {}, recipe.measuring_hash)
        publish(
            target,
            staged=[path],
            previous=None,
            objects={"id": np.array([f"I{i}" for i in range(N_OBJECT)], dtype=object)},
            object_units={},
            recipe=recipe,
            problems=[],
            band_original={},
            # As many attributes as a real field has: HDF5 keeps many elsewhere than few.
            extra_attributes={f"remark_{i}": "x" * 40 for i in range(12)},
            reduce=NoStatistics(),
        )
        staging.remove()
    return target
