"""Generated visits of any size: faint and bright objects, passing clouds, variables, flags.

Also a program, so that each step can be measured in a process of its own:
``bigfield.py stage|publish TARGET --objects N --methods N --first J --last J ...`` prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import storefield

from lightledger.analysis.warm import warm_kernels
from lightledger.domain import Flag, Progress, Recipe, Report, ZeroPoints
from lightledger.ingest.reduce import Reduction
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

#: Random numbers drawn once; every visit and method takes a stretch that begins elsewhere.
_POOL = 4_000_003
#: Flags of a point of the pool, and how often.
_FLAGS = (
    (Flag.BAD_PIXELS, 0.01),
    (Flag.COSMIC_RAY, 0.005),
    (Flag.LOW_COVERAGE, 0.02),
    (Flag.SATURATED, 0.002),
    (Flag.TRUNCATED, 0.003),
)
_IMAGES = ("sci", "clean")
_VARIABLE = 0.005


@dataclass(frozen=True)
class BigField:
    """A field of ``n_object`` objects with ``n_method`` methods in each of its bands."""

    n_object: int
    n_method: int = 20
    bands: tuple[str, ...] = storefield.BANDS

    @property
    def methods(self) -> tuple[str, ...]:
        per_image = -(-self.n_method // len(_IMAGES))
        return tuple(
            f"{_IMAGES[m // per_image]}-aper_r{2 + m % per_image}" for m in range(self.n_method)
        )

    @cached_property
    def objects(self) -> dict[str, np.ndarray]:
        """The catalogue: uJy, counts rising to the faint end."""
        rng = np.random.default_rng(3)
        n = self.n_object
        magnitude = np.clip(24.0 - rng.exponential(1.5, n), 14, 24)
        x, y = rng.uniform(0, 2000, n), rng.uniform(0, 2000, n)
        return {
            "id": np.array([f"I{i}" for i in range(n)], dtype=object),
            "ra": 264.0 + (x - 1000) * 0.6 / 3600 / np.cos(np.radians(69)),
            "dec": 69.0 + (y - 1000) * 0.6 / 3600,
            "x": x,
            "y": y,
            "mag": magnitude,
            "coadd_flux": 10 ** (-0.4 * (magnitude - 23.9)),
            "blended": (rng.random(n) < 0.2).astype(np.uint8),
            "edge_px": np.minimum.reduce([x, y, 2000 - x, 2000 - y]),
        }

    @cached_property
    def variable(self) -> np.ndarray:
        """Rows of the objects that vary by 20 % in a sine."""
        rng = np.random.default_rng(4)
        return np.flatnonzero(rng.random(self.n_object) < _VARIABLE)

    @cached_property
    def _noise(self) -> np.ndarray:
        return np.random.default_rng(5).standard_normal(_POOL + self.n_object, np.float32)

    @cached_property
    def _flags(self) -> np.ndarray:
        rng = np.random.default_rng(6)
        flags = np.zeros(_POOL + self.n_object, np.uint16)
        for flag, share in _FLAGS:
            flags[rng.integers(0, flags.size, int(share * flags.size))] |= np.uint16(flag)
        return flags

    def visit(self, band: str, index: int) -> dict[str, np.ndarray]:
        """Value, error, flags (n_method, n_object) and coverage (n_object,) of one visit."""
        rng = np.random.default_rng([self.bands.index(band), index])
        flux = self.objects["coadd_flux"].astype(np.float32)
        flux *= np.float32(1 + 0.03 * rng.standard_normal())  # the sky, or the instrument
        flux[self.variable] *= np.float32(1.0) + np.float32(0.2) * np.sin(
            index / 9 + self.variable
        ).astype(np.float32)
        sigma = np.hypot(np.float32(0.1), np.float32(0.004) * flux)
        shape = (self.n_method, self.n_object)
        value, error = np.empty(shape, np.float32), np.empty(shape, np.float32)
        flags = np.empty(shape, np.uint16)
        # A strip of the field is outside of each visit.
        x, edge = self.objects["x"], rng.uniform(0, 2000)
        outside = (x > edge) & (x < edge + 30)
        for m in range(self.n_method):
            at = int(rng.integers(_POOL))
            np.multiply(sigma, np.float32(1 + 0.1 * m), out=error[m])
            np.multiply(error[m], self._noise[at : at + self.n_object], out=value[m])
            value[m] += flux
            flags[m] = self._flags[at : at + self.n_object]
        value[:, outside] = error[:, outside] = np.nan
        flags[:, outside] |= np.uint16(Flag.OUTSIDE)
        at = int(rng.integers(_POOL))
        coverage = 5 + self._noise[at : at + self.n_object]
        return {"value": value, "error": error, "flags": flags, "coverage": coverage}

    def stage(self, staging: Staging, visits: range, threads: int = 2) -> int:
        """Stage visits of every band; returns the bytes."""
        staging.set_recipe(Recipe())

        def one(key: tuple[str, int]) -> int:
            band, index = key
            row = storefield.row(band, index)
            row["visit"] = f"gr{index:04d}"
            path = staging.path_of(band, str(row["visit"]))
            made = self.visit(band, index)
            planes = {"coverage": made.pop("coverage")}
            write_staged(path, row, self.methods, **made, planes=planes)
            return path.stat().st_size

        _ = self._noise, self._flags, self.variable
        with ThreadPoolExecutor(threads) as pool:
            return sum(pool.map(one, [(b, j) for j in visits for b in self.bands]))

    def reduction(self) -> Any:
        """The real zero points and statistics."""
        attributes: dict[str, Any] = {
            f"{band}_{method}": {
                "quantity": "flux",
                "unit": "uJy",
                "zero_point": 23.9,
                "magnitude_system": "AB",
                "aperture": f"circle of radius {method.rpartition('_r')[2]} px",
                "meaning": "generated",
            }
            for band in self.bands
            for method in self.methods
        }
        return Reduction.of_objects(self.objects, Recipe(), attributes)

    def publish(self, target: Path, staging: Staging, reduce: Any, **options: Any) -> int:
        """Publish what is staged, joined to the store when there is one; returns its bytes."""
        return publish(
            target,
            staged=[s.path for s in staging.staged(deep=False).values()],
            previous=target if target.exists() else None,
            objects=self.objects,
            object_units={"ra": "deg", "dec": "deg"},
            recipe=Recipe(),
            extra_attributes={"field": "generated", "field_ra_deg": 264.0, "field_dec_deg": 69.0},
            reduce=reduce,
            **options,
        ).n_bytes


class Nothing(storefield.Plain):
    """No zero points and no statistics: the store alone."""

    statistic_columns = ()

    def zero_points(self, measurement: str, visits: Any, read: Any) -> ZeroPoints:
        return ZeroPoints.none(len(visits["visit"]))

    def statistics(self, first_object: int, blocks: Any) -> Any:
        return [({}, {}) for _ in blocks]


def peak_memory() -> int:
    """Most bytes that were ever resident in this process; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def shown(name: str) -> Report:
    """Say on standard error how far a step is, every tenth of it."""
    said = -1

    def report(progress: Progress) -> None:
        nonlocal said
        tenth = 10 * progress.done // max(progress.total, 1)
        if tenth != said:
            said = tenth
            print(f"  {name}: {progress.stage} {10 * tenth} %", file=sys.stderr, flush=True)

    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["stage", "publish"])
    parser.add_argument("target", type=Path)
    parser.add_argument("--objects", type=int, required=True)
    parser.add_argument("--methods", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="of the visits to stage")
    parser.add_argument("--last", type=int, default=0, help="one past the last")
    parser.add_argument("--budget", type=int, default=1 << 30, help="bytes")
    parser.add_argument("--statistics", action="store_true")
    parser.add_argument("--remove", action="store_true", help="the staging, once published")
    given = parser.parse_args(arguments)
    field = BigField(given.objects, given.methods)
    with Staging.open(given.target) as staging:
        if given.step == "stage":
            began = time.perf_counter()
            n_bytes = field.stage(staging, range(given.first, given.last))
        else:
            reduce = field.reduction() if given.statistics else Nothing()
            if given.statistics:
                warm_kernels()  # compiled once in the life of an installation
            began = time.perf_counter()
            n_bytes = field.publish(
                given.target,
                staging,
                reduce,
                budget_bytes=given.budget,
                report=shown(given.target.name),
            )
        seconds = time.perf_counter() - began
        if given.remove:
            staging.remove()
    used = {"seconds": seconds, "processor_seconds": time.process_time()}
    print(json.dumps(used | {"bytes": n_bytes, "peak_memory": peak_memory()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
