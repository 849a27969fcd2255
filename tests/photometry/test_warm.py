"""Warming the kernels in a child process spares every later process all compilation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What production does, in other sizes than warming does, counting what is compiled.
MEASURE = """
from dataclasses import replace
import numpy as np
from numba.core import event
compiled = []
class Listener(event.Listener):
    def on_start(self, e): compiled.append(str(e.data["dispatcher"]))
    def on_end(self, e): pass
from lightledger.domain import Measuring
from lightledger.photometry.footprints import Footprints
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import Base, MeasureSpec, Place, Planes, measure
from lightledger.photometry.coadd import flatten
from lightledger.photometry.kron import kron_radii
from lightledger.photometry.onframe import PixelMap
from lightledger.photometry.stack import Layer, stack
from lightledger.photometry.stars import find_stars, stars_at
from lightledger.photometry.apertures import circle_sums
event.register("numba:compile", Listener())
rng = np.random.default_rng(0)
image = rng.normal(100, 5, (120, 130)).astype("f4")
image[50:55, 60:65] = 9e4
image[90:120] = np.nan
x, y = rng.uniform(-5, 130, (2, 50))
labels = np.zeros(image.shape, "i4")
labels[40:60, 50:70] = 7
plain = Geometry.of_positions(x, y, image.shape)
here = replace(plain, segmentation=labels, label=np.full(50, 7))
one = np.ones_like(image)
turn = np.array([[0.9, 0.1, 2.0], [-0.1, 0.9, 5.0]])
everything = Measuring(
    images=("sci", "clean", "ratio"), methods=("auto", "iso", "aper"), mesh_px=32,
    radii_px=(2.0, 4.0), radii_fwhm=(1.5,), annulus_px=(6.0, 12.0),
    ratio_methods=("median", "biweight", "clipped", "template", "auto", "iso"),
)
for neighbours in ("mirror", "mask", "keep"):
    for background in ("none", "annulus", "mesh"):
        measuring = replace(everything, background=background, neighbours=neighbours)
        spec = MeasureSpec(measuring, gain=2.0)
        built = Footprints.build(here, spec.on_grid)
        built.save("w")
        for footprints in (None, built, Footprints.load("w")):
            same_grid = footprints is not None
            there = None if same_grid else PixelMap.of_inverse(turn, image.shape)
            matrix = np.eye(2, 3) if same_grid else turn
            place = Place(x, y, matrix, same_grid, there)
            for sigma, coverage in ((None, None), (one, None), (one, one), (None, one)):
                planes = Planes(image, sigma, coverage)
                measure(planes, place, Base(here, footprints, image, one), spec, 3.0)
image.flags.writeable = False
find_stars(image, np.isnan(image))
stars = find_stars(image.copy())
stars_at(image, np.isnan(image), stars.x, stars.y)
same = PixelMap.of_affine(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), (100, 90))
layers = [Layer(lambda: image, same), Layer(lambda: image.copy(), same)]
stack(layers, (100, 90))
stack(layers, (100, 90), budget_bytes=4 * 90 * 2 * 70)
surface = flatten(image)
kron_radii(surface, replace(here, segmentation=np.zeros((120, 130), "i4")))
circle_sums(np.ones((270, 280), "f4"), None, None, [140], [130], [150.0])
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
