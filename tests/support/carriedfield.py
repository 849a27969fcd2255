"""A store of full size without staging: its visits are handed over as those of an older store.

Also a program: ``carriedfield.py FOLDER [--objects N] [--visits N] [--methods N]`` publishes
``FOLDER/field.h5``, or leaves the one that is there; 24 GB unless told otherwise.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import storefield
from bigfield import BigField, shown

from lightledger.analysis.warm import warm_kernels
from lightledger.domain import Flag, Problem, Recipe, record_dtype, visit_table
from lightledger.store.publish import publish

#: Rows of noise drawn once: every light curve is one of them times its own error.
_DRAWN = 997


class Carried:
    """A `lightledger.store.past.Past` of made-up light curves.

    Parameters
    ----------
    field : BigField
        Its objects, methods and bands.
    n_visit : int
    """

    def __init__(self, field: BigField, n_visit: int) -> None:
        self.path, self.bands, self.field = Path("made up"), field.bands, field
        self.band_original: dict[str, str] = {}
        self._row = record_dtype(n_visit)
        self._visits = {
            band: visit_table([storefield.row(band, j) for j in range(n_visit)])
            for band in field.bands
        }
        rng = np.random.default_rng(5)
        self._noise = rng.standard_normal((_DRAWN, n_visit), np.float32)
        self._flags = np.where(rng.random((_DRAWN, n_visit)) < 0.02, Flag.BAD_PIXELS, 0)
        self._wave = np.sin(np.arange(n_visit, dtype=np.float32) / 9)

    @property
    def object_ids(self) -> list[str]:
        return list(self.field.objects["id"])

    def visits(self, band: str) -> dict[str, np.ndarray]:
        return self._visits[band]

    def measurements(self, band: str | None = None) -> list[str]:
        bands = self.bands if band is None else (band,)
        return [f"{each}_{method}" for each in bands for method in self.field.methods]

    def stored_planes(self, band: str) -> tuple[str, ...]:
        return ()

    def has(self, path: str) -> bool:
        return "/measurements/" in path

    def rows(self, path: str, first: int, n: int) -> tuple[np.ndarray, list[int]]:
        """White noise about each object's flux; one in 200 varies by 20 %."""
        made = np.zeros(n, self._row)
        place = (np.arange(first, first + n) * 31 + sum(path.encode())) % _DRAWN
        flux = self.field.objects["coadd_flux"][first : first + n, None].astype(np.float32)
        varies = np.isin(np.arange(first, first + n), self.field.variable)[:, None]
        error = np.hypot(np.float32(0.1), np.float32(0.004) * flux)
        np.multiply(error, self._noise[place], out=made["value"])
        made["value"] += flux * (1 + np.float32(0.2) * varies * self._wave)
        made["error"], made["flags"] = error, self._flags[place]
        return made, []

    def reference(self) -> dict[str, np.ndarray]:
        return {}

    def problems(self) -> list[Problem]:
        return []

    def unsound_tables(self) -> list[str]:
        return []


def carried(target: Path, n_object: int, n_visit: int, n_method: int) -> Path:
    """The store, published with real zero points and statistics, unless it is there already."""
    if target.exists():
        return target
    field = BigField(n_object, n_method)
    warm_kernels()
    made: dict[str, Any] = {"field": "generated", "field_ra_deg": 264.0, "field_dec_deg": 69.0}
    publish(
        target,
        staged=[],
        previous=Carried(field, n_visit),
        objects=field.objects,
        object_units={"ra": "deg", "dec": "deg"},
        recipe=Recipe(),
        extra_attributes=made,
        reduce=field.reduction(),
        report=shown(target.name),
    )
    return target


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--objects", type=int, default=50_000)
    parser.add_argument("--visits", type=int, default=1200)
    parser.add_argument("--methods", type=int, default=20, help="in each of two bands")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    need = 2.2e1 * given.objects * given.visits * given.methods
    if shutil.disk_usage(given.folder).free < need:
        print(f"{need / 1e9:.0f} GB of free disk are needed in {given.folder}", file=sys.stderr)
        return 2
    print(carried(given.folder / "field.h5", given.objects, given.visits, given.methods))
    return 0


if __name__ == "__main__":
    sys.exit(main())
