"""Warming the kernels in a child process spares every later process all compilation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What production does, in other sizes than warming does, counting what is compiled.
MEASURE = """
import numpy as np
from numba.core import event
compiled = []
class Listener(event.Listener):
    def on_start(self, e): compiled.append(str(e.data["dispatcher"]))
    def on_end(self, e): pass
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import MeasureSpec, Planes, measure
from lightledger.photometry.onframe import PixelMap
from lightledger.photometry.stack import Layer, stack
from lightledger.photometry.stars import find_stars
event.register("numba:compile", Listener())
rng = np.random.default_rng(0)
image = rng.normal(100, 5, (120, 130)).astype("f4")
image[50:55, 60:65] = 9e4
image[90:120] = np.nan
x, y = rng.uniform(-5, 130, (2, 50))
here = Geometry.of_positions(x, y, image.shape)
built = Footprints.build(here, FootprintSpec.of_radii((2.0, 4.0)))
built.save("w")
for footprints in (None, built, Footprints.load("w")):
    for background in ("none", "annulus", "mesh"):
        for sigma in (None, np.ones_like(image)):
            for coverage in (None, np.ones_like(image)):
                spec = MeasureSpec((2.0, 4.0), (1.5,), background, (6.0, 12.0), mesh_px=32)
                measure(Planes(image, sigma, coverage), x, y, spec, 3.0, footprints)
image.flags.writeable = False
find_stars(image, np.isnan(image))
find_stars(image.copy())
same = PixelMap.of_affine(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), (100, 90))
layers = [Layer(lambda: image, same), Layer(lambda: image.copy(), same)]
stack(layers, (100, 90))
stack(layers, (100, 90), budget_bytes=4 * 90 * 2 * 70)
print("compiled", len(compiled), sorted(set(compiled)))
"""


def run(code: list[str], folder: Path) -> str:
    env = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    env.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, *code], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the cache folder is set the Linux way")
def test_nothing_is_compiled_after_warming(tmp_path: Path) -> None:
    run(["-m", "lightledger.photometry.warm"], tmp_path)
    cached = list((tmp_path / "cache" / "lightledger" / "kernels").rglob("*.nbi"))
    assert len(cached) > 10
    assert run(["-c", MEASURE], tmp_path).startswith("compiled 0 ")
