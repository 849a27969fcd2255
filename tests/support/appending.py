"""Publish a newer version of a small store: the same objects, visits added at its end."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.domain import parse_measurement
from lightledger.ingest.reduce import Reduction
from lightledger.store.publish import publish
from lightledger.store.reader import StoreReader
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging


def append_visits(target: Path, n: int) -> None:
    """Measure ``n`` more visits in every band, as bright as the last one, and publish."""
    with StoreReader(target) as store, Staging.open(target) as staging:
        recipe, objects = store.recipe, dict(store.objects)
        staging.set_recipe(recipe)
        staged = []
        for band in store.bands:
            names = store.measurements(band)
            last = {m: tuple(np.array(p[:, -1]) for p in store.planes(m)) for m in names}
            visits = store.visits(band)
            for i in range(n):
                time = float(visits["mjd_utc_mid"][-1]) + 10.0 * (i + 1)
                name = f"more{len(visits['visit']) + i}"
                path = staging.path_of(band, name)
                row = {
                    "visit": name,
                    "mjd_utc_start": time - 0.001,
                    "mjd_utc_mid": time,
                    "mjd_utc_end": time + 0.001,
                    "tdb_minus_utc_s": 64.184,
                    "exposure_s": 100.0,
                    "setup": str(visits["setup"][-1]),
                    "frames": f"{name}.fits",
                    "state": "measured",
                }
                value, error, flags = (np.stack([last[m][k] for m in names]) for k in range(3))
                write_staged(
                    path,
                    row,
                    [parse_measurement(m).within_band for m in names],
                    value,
                    error,
                    flags,
                    {"x": np.asarray(objects["x"], np.float32)},
                    recipe.measuring_hash,
                    band=band,
                )
                staged.append(path)
        attributes = {m: store.attributes(m) for m in store.measurements()}
        publish(
            target,
            staged=staged,
            previous=target,
            objects=objects,
            recipe=recipe,
            problems=store.problems(),
            reduce=Reduction.of_objects(objects, recipe, attributes),
        )
        staging.remove()
