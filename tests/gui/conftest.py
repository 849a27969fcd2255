"""A small published store for the window's tests: 48 objects, two bands, 60 visits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest

from lightledger.domain import Flag, Problem, Recipe
from lightledger.ingest.reduce import Reduction
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

N_OBJECT, N_VISIT = 48, 60
BANDS = ("ch1", "ch2")
METHODS = ("sci-aper_r3", "sci-aper_r5")
#: Catalogue rows of what is planted.
SINE, ECLIPSING, FLAGGED, NEGATIVE = 7, 12, 20, 47

ATTRIBUTES = {
    "quantity": "flux",
    "unit": "uJy",
    "zero_point": 23.9,
    "magnitude_system": "AB",
    "aperture": "circle",
    "meaning": "flux in a circle",
}


def visit_times(night: bool) -> np.ndarray:
    rng = np.random.default_rng(5)
    if night:
        return 58107.05 + np.sort(rng.uniform(0, 0.25, N_VISIT))
    return 53000.25 + np.linspace(0, 1800, N_VISIT) + rng.uniform(-8, 8, N_VISIT)


def fluxes(times: np.ndarray) -> np.ndarray:
    """True fluxes, shape (object, visit)."""
    flux = 10 ** np.linspace(3.2, 0.8, N_OBJECT)[:, None] * np.ones(times.size)
    flux[SINE] *= 1 + 0.4 * np.sin(2 * np.pi * times / (0.2 if times[0] > 58000 else 431.0))
    flux[ECLIPSING] *= np.where(np.arange(times.size) % 7 == 3, 0.5, 1.0)
    flux[NEGATIVE] = 0.05
    return flux


def make_store(folder: Path, night: bool = False) -> Path:
    """Publish the store ``field.h5`` in a folder."""
    target = folder / "field.h5"
    times = visit_times(night)
    rng = np.random.default_rng(11)
    true = fluxes(times)
    recipe = Recipe()
    with Staging.open(target) as staging:
        staging.set_recipe(recipe)
        staged = []
        for band in BANDS[: 1 if night else 2]:
            for i, time in enumerate(times):
                sigma = np.stack([0.01 * true[:, i] + 0.4, 0.012 * true[:, i] + 0.6])
                value = true[:, i] + rng.normal(0, 1, sigma.shape) * sigma
                flags = np.zeros(sigma.shape, np.uint16)
                if i % 2:
                    flags[:, FLAGGED] = Flag.SATURATED
                if i == 5:
                    value[:, 3] = np.nan
                    flags[:, 3] = Flag.NO_COVERAGE
                if i == 6:
                    flags[:, 0] = Flag.BAD_PIXELS
                visit = f"gr{100 + i}"
                row = {
                    "visit": visit,
                    "mjd_utc_start": time - 0.001,
                    "mjd_utc_mid": time,
                    "mjd_utc_end": time + 0.001,
                    "tdb_minus_utc_s": 64.184,
                    "observer_x_km": 1e8,
                    "observer_y_km": 1e7,
                    "observer_z_km": 1e6,
                    "exposure_s": 100.0,
                    "setup": "IRAC cryo 100s" if i < 30 or night else "IRAC warm 100s",
                    "phase": "cryogenic" if i < 30 or night else "warm",
                    "noise_factors": "aper_r3 2.2",
                    "fwhm_px": 2.0,
                    "frames": f"{visit}.fits",
                    "state": "measured",
                }
                path = staging.path_of(band, visit)
                write_staged(
                    path,
                    row,
                    METHODS,
                    value.astype(np.float32),
                    sigma.astype(np.float32),
                    flags,
                    {"x": np.arange(N_OBJECT, dtype=np.float32)},
                    recipe.measuring_hash,
                    band=band,
                )
                staged.append(path)
        objects = {
            "id": np.array([f"I{i + 1}" for i in range(N_OBJECT)], dtype=object),
            "ra": np.linspace(264.9, 265.1, N_OBJECT),
            "dec": np.linspace(68.9, 69.1, N_OBJECT),
            "x": np.arange(N_OBJECT, dtype=float),
            "y": np.arange(N_OBJECT, dtype=float),
        }
        # one with the local sky of IRAC's aperture corrections, the other with a mesh
        sky = {"background": "annulus", "sky_inner_arcsec": 14.64, "sky_outer_arcsec": 24.4}
        circles = {METHODS[0]: {"radius_arcsec": 3.66, **sky}, METHODS[1]: {"radius_arcsec": 6.1}}
        attributes = {
            f"{band}_{method}": ATTRIBUTES | circles[method] for band in BANDS for method in METHODS
        }
        publish(
            target,
            staged=staged,
            previous=None,
            objects=objects,
            recipe=recipe,
            problems=[Problem("a frame without a time", "bad.fits")],
            reduce=Reduction.of_objects(objects, recipe, attributes),
        )
        staging.remove()
    return target


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def published_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("night"), night=True)


@pytest.fixture
def store(published: Path, tmp_path: Path) -> Path:
    """A copy of the store, for a journal of its own."""
    return Path(shutil.copy(published, tmp_path / "field.h5"))


@pytest.fixture
def night_store(published_night: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(published_night, tmp_path / "night.h5"))


@pytest.fixture(autouse=True)
def every_mouse_move_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests move the mouse faster than a hand: pyqtgraph would pass over most of it."""
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[object]:
    """A window of its own settings, closed at the end."""
    from lightledger.app.settings import Settings
    from lightledger.app.window import Window

    made = Window(Settings(tmp_path / "settings.toml"))
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
