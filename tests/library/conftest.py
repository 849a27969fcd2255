"""A small store, published by the real store room from arrays with known truths."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from lightledger.domain import Flag, Recipe
from lightledger.ingest.reduce import Reduction
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

N_OBJECT, N_VISIT = 30, 50
BANDS = ("R", "ch1")
METHODS = ("sci-aper_r2", "sci-aper_r3")


@dataclass
class Truth:
    """What went into the store."""

    path: Path
    transparency: np.ndarray
    value: dict[str, np.ndarray]
    error: dict[str, np.ndarray]
    flags: dict[str, np.ndarray]
    mjd: np.ndarray


ATTRIBUTES = {
    "quantity": "flux",
    "unit": "adu/s",
    "zero_point": 25.0,
    "magnitude_system": "instrumental",
    "aperture": "circle",
    "meaning": "a test",
}


@pytest.fixture(scope="session")
def make_store() -> Callable[..., Truth]:
    def make(folder: Path, seed: int = 0, recipe: Recipe | None = None) -> Truth:
        rng = np.random.default_rng(seed)
        recipe = recipe or Recipe()
        mjd = np.sort(59000 + 30 * rng.random(N_VISIT))
        clear = 1 - 0.1 * rng.random(N_VISIT)
        flux = np.sort(10 ** rng.uniform(3, 4.5, N_OBJECT))[::-1]
        fraction = np.hypot(1 / np.sqrt(3 * flux), 0.002)
        ra = 120 + 0.1 * rng.random(N_OBJECT)
        dec = 30 + 0.1 * rng.random(N_OBJECT)
        ra[4] = dec[4] = np.nan
        objects = {
            "id": np.array([f"I{i + 1}" for i in range(N_OBJECT)], object),
            "ra": ra,
            "dec": dec,
            "x": rng.uniform(0, 500, N_OBJECT),
            "y": rng.uniform(0, 500, N_OBJECT),
            "blended": (np.arange(N_OBJECT) == 11).astype(np.uint8),
            "MAG_AUTO": np.where(np.arange(N_OBJECT) == 2, np.nan, 30 - 2.5 * np.log10(flux)),
            "kind": np.array([("star", "galaxy")[i % 2] for i in range(N_OBJECT)], object),
            "mean": np.arange(N_OBJECT, dtype=np.int64),
        }
        value, error, flags = {}, {}, {}
        for band in BANDS:
            for m, extra in zip(METHODS, (0.01, 0.0), strict=True):
                name = f"{band}_{m}"
                noise = np.hypot(fraction, extra)[:, None]
                v = flux[:, None] * clear * (1 + noise * rng.normal(size=(N_OBJECT, N_VISIT)))
                v[7] *= 1 + 0.2 * np.sin(np.arange(N_VISIT) ** 2.0)  # I8 varies
                f = np.zeros(v.shape, np.uint16)
                f[9, 3] = Flag.SATURATED
                v[10, 5] = np.nan
                f[10, 5] = Flag.OUTSIDE
                value[name] = v.astype(np.float32)
                error[name] = np.repeat((flux * noise[:, 0])[:, None], N_VISIT, 1).astype("f4")
                flags[name] = f
        target = folder / "field.h5"
        with Staging.open(target) as staging:
            staging.set_recipe(recipe)
            paths = []
            for band in BANDS:
                for i in range(N_VISIT):
                    visit = f"v{i:03d}"
                    row = {
                        "visit": visit,
                        "mjd_utc_start": mjd[i] - 0.001,
                        "mjd_utc_mid": mjd[i],
                        "mjd_utc_end": mjd[i] + 0.001,
                        "tdb_minus_utc_s": 69.184,
                        "observer_x_km": 1.4e8,
                        "observer_y_km": -2e7,
                        "observer_z_km": 1e6,
                        "setup": "CCD",
                        "airmass": 1.2 if band == "R" else np.nan,
                        "state": "measured",
                        "transform": [[1.0, 0, 0], [0, 1, 0]],
                    }
                    names = [f"{band}_{m}" for m in METHODS]
                    path = staging.path_of(band, visit)
                    write_staged(
                        path,
                        row,
                        METHODS,
                        np.array([value[n][:, i] for n in names]),
                        np.array([error[n][:, i] for n in names]),
                        np.array([flags[n][:, i] for n in names]),
                        {},
                        recipe.measuring_hash,
                    )
                    paths.append(path)
            publish(
                target,
                staged=paths,
                previous=None,
                objects=objects,
                object_units={},
                recipe=recipe,
                problems=[],
                band_original={},
                extra_attributes={"field_ra_deg": 120.05, "field_dec_deg": 30.05, "sky": "wcs"},
                reduce=Reduction.of_objects(objects, recipe, dict.fromkeys(value, ATTRIBUTES)),
            )
        return Truth(target, clear / np.median(clear), value, error, flags, mjd)

    return make


@pytest.fixture(scope="session")
def published(make_store: Callable[..., Truth], tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return make_store(tmp_path_factory.mktemp("published"))


@pytest.fixture
def truth(published: Truth, tmp_path: Path) -> Truth:
    """A store of the test's own, with no journal beside it."""
    path = tmp_path / published.path.name
    shutil.copy(published.path, path)
    return replace(published, path=path)
