"""A small field of made-up visits, and a reduce of numpy alone, for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import (
    Control,
    Flag,
    Problem,
    Recipe,
    VisitRow,
    ZeroPoints,
    is_good,
    silent,
)
from lightledger.store.publish import PublishReport, publish
from lightledger.store.reader import StoreReader
from lightledger.store.reduce import Block
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

METHODS = ("sci-aper_r3", "sci-aper_r10")
BANDS = ("ch1", "ch2")


def objects(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    return {
        "id": np.array([f"I{i}" for i in range(n)], dtype=object),
        "ra": 264.0 + rng.uniform(-0.1, 0.1, n),
        "dec": 69.0 + rng.uniform(-0.05, 0.05, n),
        "x": rng.uniform(0, 500, n),
        "y": rng.uniform(0, 400, n),
        "kind": np.array([("stär", "galaxy", "")[i % 3] for i in range(n)], dtype=object),
        "neighbours": np.arange(n, dtype=np.int64) % 5,
    }


def row(band: str, index: int) -> VisitRow:
    """Row of visit ``index``; later indices are later, but for the third band's surprise."""
    mjd = 55000.0 + 3.7 * index + (0.01 if band == "ch2" else 0.0)
    return {
        "visit": f"gr{index:03d}",
        "mjd_utc_start": mjd - 0.001,
        "mjd_utc_mid": mjd,
        "mjd_utc_end": mjd + 0.001,
        "tdb_minus_utc_s": 66.184,
        "observer_x_km": 1.4e8 * np.cos(index / 20),
        "observer_y_km": 1.4e8 * np.sin(index / 20),
        "observer_z_km": 6.0e7 * np.sin(index / 20),
        "observer_note": "made up",
        "exposure_s": 100.0,
        "setup": "IRAC warm 100s",
        "phase": "warm",
        "noise_factors": "aper_r3 2.5 aper_r10 3",
        "fwhm_px": 2.1,
        "sky": 0.1 * index,
        "transform": [[1.0, 0.0, 0.25 * index], [0.0, 1.0, -0.5 * index]],
        "frames": f"IDF_gr{index:03d}.sci.{band}.fits",
        "hashes": "ab" * 32,
        "state": "measured",
    }


def numbers(band: str, index: int, n: int, n_method: int = 2) -> dict[str, np.ndarray]:
    """Value, error, flags (n_method, n) and x, y, coverage of one visit; seeded by its name."""
    rng = np.random.default_rng([BANDS.index(band) if band in BANDS else 9, index])
    flux = np.random.default_rng(11).lognormal(4, 1, n)
    value = flux * (1 + 0.05 * np.sin(index)) * rng.normal(1, 0.01, (n_method, n))
    flags = np.where(rng.random((n_method, n)) < 0.03, int(Flag.SATURATED), 0).astype(np.uint16)
    value[:, rng.random(n) < 0.02] = np.nan
    table = objects(n)
    return {
        "value": value.astype(np.float32),
        "error": (0.01 * np.abs(value)).astype(np.float32),
        "flags": flags,
        "x": (table["x"] + 0.25 * index).astype(np.float32),
        "y": (table["y"] - 0.5 * index).astype(np.float32),
        "coverage": rng.uniform(0, 5, n).astype(np.float32),
    }


def stage(
    path: Path,
    band: str,
    index: int,
    n: int,
    methods: Sequence[str] = METHODS,
    recipe_hash: str = "",
) -> None:
    made = numbers(band, index, n, len(methods))
    planes = {name: made[name] for name in ("x", "y", "coverage")}
    write_staged(
        path, row(band, index), methods, made["value"], made["error"], made["flags"], planes,
        recipe_hash,
    )  # fmt: skip


class Plain:
    """A `Reduce` of numpy alone: medians, and zero points from the five brightest."""

    statistic_columns = (("n_good", "<i4", ""), ("median", "<f8", "uJy"))

    def zero_points(self, measurement: str, visits: Any, read: Any) -> ZeroPoints:
        n_visit = len(visits["visit"])
        value, _, flags = read(np.arange(5))
        good = is_good(value, flags)
        filled = np.where(good, value.astype(np.float64), np.nan)
        member = np.flatnonzero(good.sum(axis=1) > n_visit / 2)
        if not member.size:
            return ZeroPoints.none(n_visit)
        reference = np.nanmedian(filled[member], axis=1)
        ratio = filled[member] / reference[:, None]
        entered = np.isfinite(ratio)
        weight = np.full(member.size, 2.0)
        total = (entered * weight[:, None]).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.nansum(ratio * weight[:, None], axis=0) / total
            error = 1 / np.sqrt(total)
        return ZeroPoints(
            factor, error, entered.sum(axis=0).astype(np.int32), total,
            np.full(n_visit, np.inf), member, reference, weight,
        )  # fmt: skip

    def statistics(
        self, first_object: int, blocks: Sequence[Block]
    ) -> list[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
        return [self._one(block) for block in blocks]

    def _one(self, block: Block) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        value, good = block.value, is_good(block.value, block.flags)
        with np.errstate(invalid="ignore", divide="ignore"):
            corrected = value / block.zero_points.factor
        return self._of(value, good), self._of(corrected, good & np.isfinite(corrected))

    @staticmethod
    def _of(value: np.ndarray, good: np.ndarray) -> dict[str, np.ndarray]:
        masked = np.ma.array(value.astype(np.float64), mask=~good)
        return {"n_good": good.sum(axis=1), "median": np.ma.median(masked, axis=1).filled(np.nan)}

    def finish(self, measurement: str, raw: Any, corrected: Any) -> None:
        pass

    def measurement_attributes(self, measurement: str) -> dict[str, str | float]:
        return {
            "quantity": "flux density",
            "unit": "uJy",
            "zero_point": 23.9,
            "magnitude_system": "AB",
            "radius_arcsec": 1.22 * float(measurement.rpartition("_r")[2] or "nan"),
            "background": "annulus",
            "sky_inner_arcsec": 1.22 * 12,
            "sky_outer_arcsec": 1.22 * 20,
            "aperture": measurement.rpartition("_r")[2] + " px",
            "meaning": "flux in a circle",
        }


def build(
    target: Path,
    visits: Iterable[int],
    n: int = 40,
    *,
    bands: Sequence[str] = BANDS,
    methods: Sequence[str] = METHODS,
    problems: Sequence[Problem] = (),
    keep_staging: bool = False,
    **options: Any,
) -> PublishReport:
    """The write side in small: stage what is missing, publish with what is published."""
    recipe = Recipe()
    with Staging.open(target) as staging:
        staging.set_recipe(recipe)
        published: set[tuple[str, str]] = set()
        if target.exists():
            with StoreReader(target) as store:
                published = {(b, str(v)) for b in store.bands for v in store.visits(b)["visit"]}
        staged = staging.staged()
        for band in bands:
            for index in visits:
                key = (band, f"gr{index:03d}")
                if key not in published and key not in staged:
                    stage(staging.path_of(*key), band, index, n, methods, recipe.measuring_hash)
        report = publish(
            target,
            staged=[s.path for s in staging.staged().values()],
            previous=target if target.exists() else None,
            objects=objects(n),
            object_units={"ra": "deg", "dec": "deg"},
            recipe=recipe,
            problems=list(problems),
            band_original={"ch1": "[3.6]"},
            extra_attributes={"field": "IRAC Dark Field", "field_ra_deg": 264.0, "sky": "wcs"},
            reduce=Plain(),
            control=options.pop("control", Control()),
            report=options.pop("report", silent),
            **options,
        )
        if not keep_staging:
            staging.remove()
    return report
