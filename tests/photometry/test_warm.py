"""Warming the kernels in a child process spares every later process all compilation.

The cache is that of all tests, which find compiled here what they need: it may hold more than
warming puts there, so what is asked is which machine code is in use, wherever it came from.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# What production does, in other sizes than warming does.
PRODUCTION = """
from dataclasses import replace
import numpy as np
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

from lightledger.analysis.epochs import Epochs
from lightledger.analysis.masks import Filters
from lightledger.analysis.moving import Moving
from lightledger.analysis.pairs import add_stetson
from lightledger.analysis.running import Clip
from lightledger.analysis.statistics import Curves, summarise
from lightledger.analysis.zeropoints import solve_zero_points
value = rng.normal(100, 5, (30, 60)).astype("f4")
error, flags = np.ones_like(value), np.zeros(value.shape, "u2")
setup = np.array(["a"] * 30 + ["b"] * 30, dtype=object)
epochs = Epochs.of({"mjd_utc_mid": np.arange(60.0), "setup": setup})
zero = solve_zero_points(value, error, flags, np.arange(20))
plain = Curves(value, error, flags, epochs)
corrected = Curves(value, error, flags, epochs, zero, 0, np.full(60, 1.5))
for filters in (Filters(), Filters(clip=Clip(3.0)), Filters(clip=Clip(3.0, 2.0))):
    for curves in (plain, corrected):
        add_stetson([summarise(curves, filters), summarise(curves, filters, "moments")], only=0)
        if filters.clip.plain and not filters.clip.sigma:
            Moving(curves, filters).to(filters)
"""
# What is in use after warming, and what production adds.
IN_USE = """
import gc
from numba.core.dispatcher import Dispatcher

def in_use():
    kernels = [k for k in gc.get_objects() if issubclass(type(k), Dispatcher)]
    ours = [k for k in kernels if k.py_func.__module__.startswith("lightledger.")]
    return {(k.py_func.__qualname__, types) for k in ours for types in k.overloads}

for room in ("photometry", "analysis"):
    exec(f"from lightledger.{room}.warm import warm_kernels; warm_kernels()")
warmed = in_use()
exec(PRODUCTION)
print("warmed", len(warmed), "added", in_use() - warmed)
"""
COMPILED = """
from numba.core import event
compiled = []
class Listener(event.Listener):
    def on_start(self, e): compiled.append(str(e.data["dispatcher"]))
    def on_end(self, e): pass
event.register("numba:compile", Listener())
exec(PRODUCTION)
print("compiled", sorted(set(compiled)))
"""


def run(code: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"PRODUCTION = {PRODUCTION!r}\n{code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(maxsplit=3)


def test_nothing_is_compiled_after_warming(tmp_path: Path) -> None:
    _, warmed, _, added = run(IN_USE, tmp_path)
    assert int(warmed) > 10
    assert added.strip() == "set()"
    assert run(COMPILED, tmp_path) == ["compiled", "[]"]
