"""The smallest real store: what a desktop has to recognise is what the program writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import storefield

from lightledger.domain import Recipe
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

METHODS = ("sci-aper_r3",)
N_OBJECT = 5


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
            reduce=storefield.Plain(),
        )
        staging.remove()
    return target
