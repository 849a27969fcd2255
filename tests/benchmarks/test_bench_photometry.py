"""CPU time of the photometry kernels beside sep and photutils, in one run.

    pytest tests/benchmarks/test_bench_photometry.py --benchmark-only

The suite skips them without that option. Each checks that both give the same answer, and keeps
the ratio of CPU times (ours over theirs) in ``extra_info``; ratios of one run can be compared
between machines, times cannot.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import photutils.aperture as pa
import pytest
import sep

from lightledger.domain import Measuring
from lightledger.domain.methods import parse_method
from lightledger.photometry.apertures import CleanPlanes, clean_planes
from lightledger.photometry.background import annulus_background, mesh_background
from lightledger.photometry.direct import DirectApertures
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import Base, MeasureSpec, Place, Planes, measure

SIDE = 4096
N_OBJECT = 57_700
RADII = np.array([3.0, 5.0])
CIRCLES = FootprintSpec.of_radii(RADII)


class Field:
    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self.image = rng.normal(100.0, 5.0, (SIDE, SIDE)).astype(np.float32)
        self.sigma = np.full_like(self.image, 5.0)
        self.x, self.y = rng.uniform(0, SIDE - 1, (2, N_OBJECT))
        for x, y in zip(self.x[:500].astype(int), self.y[:500].astype(int), strict=True):
            self.image[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4] += rng.uniform(1e3, 5e4)
        self.geometry = Geometry.of_positions(self.x, self.y, self.image.shape)
        self.planes: CleanPlanes = clean_planes(self.image, None, sigma=self.sigma)

    def direct(self, rows: slice) -> DirectApertures:
        geometry = self.geometry.take(rows)
        return DirectApertures(geometry, CIRCLES, geometry.x, geometry.y, np.eye(2), None)


@pytest.fixture(scope="module")
def field() -> Field:
    return Field()


def cpu(function: Callable[[], Any], rounds: int = 3) -> tuple[float, Any]:
    """Least CPU seconds of a few rounds, and the result."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        result = function()
        times.append(time.process_time() - start)
    return min(times), result


def compare(benchmark: Any, ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[Any, Any]:
    ours()  # compiled
    our_time, our_result = cpu(ours)
    their_time, their_result = cpu(theirs, 2)
    benchmark.extra_info |= {
        "cpu_ms": round(1e3 * our_time, 1),
        "their_cpu_ms": round(1e3 * their_time, 1),
        "ratio": round(our_time / their_time, 3),
    }
    print("\n", benchmark.extra_info)
    benchmark.pedantic(ours, rounds=3)
    return our_result, their_result


def sep_circles(field: Field) -> list[Any]:
    options = {"err": field.sigma, "subpix": 0}
    return [sep.sum_circle(field.image, field.x, field.y, r, **options) for r in RADII]


def test_direct_circles_and_sep(benchmark: Any, field: Field) -> None:
    ours, theirs = compare(
        benchmark,
        lambda: field.direct(slice(None)).sums(field.planes, linear_error=True),
        lambda: sep_circles(field),
    )
    for k in range(2):
        assert np.percentile(np.abs(ours.flux[0, k] - theirs[k][0]) / theirs[k][1], 99) < 1e-4


def test_direct_circles_and_photutils(benchmark: Any, field: Field) -> None:
    few = slice(0, 3000)
    apertures = [
        pa.CircularAperture(np.column_stack([field.x[few], field.y[few]]), r) for r in RADII
    ]
    ours, theirs = compare(
        benchmark,
        lambda: field.direct(few).sums(field.planes),
        lambda: pa.aperture_photometry(field.image, apertures, error=field.sigma),
    )
    np.testing.assert_allclose(ours.flux[0, 0], theirs["aperture_sum_0"], rtol=1e-5)
    np.testing.assert_allclose(ours.flux[0, 1], theirs["aperture_sum_1"], rtol=1e-5)


def test_gather_through_footprints_and_sep(benchmark: Any, field: Field) -> None:
    footprints = Footprints.build(field.geometry, CIRCLES)
    planes = replace(field.planes, subtract=(np.zeros_like(field.image),))
    ours, theirs = compare(
        benchmark,
        lambda: footprints.sums(planes, linear_error=True),
        lambda: sep_circles(field),
    )
    for k in range(2):
        assert np.percentile(np.abs(ours.flux[0, k] - theirs[k][0]) / theirs[k][1], 99) < 1e-4


def test_gather_of_the_whole_set_and_sep(benchmark: Any, field: Field) -> None:
    """AUTO, ISO and four circles on two images at once, beside sep's ellipses and circles."""
    rng = np.random.default_rng(2)
    labels = np.zeros(field.image.shape, np.int32)
    for i, (x, y) in enumerate(zip(field.x.astype(int), field.y.astype(int), strict=True)):
        labels[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = i + 1
    geometry = replace(
        field.geometry,
        a=rng.uniform(1.2, 2.4, N_OBJECT),
        b=np.full(N_OBJECT, 1.1),
        theta=rng.uniform(-1.5, 1.5, N_OBJECT),
        label=np.arange(1, N_OBJECT + 1),
        segmentation=labels,
    )
    methods = tuple(map(parse_method, ("auto", "iso", "aper_r2", "aper_r3", "aper_r4", "aper_r5")))
    footprints = Footprints.build(geometry, FootprintSpec(methods, "keep"))
    planes = replace(field.planes, images=(field.image, field.image.copy()))

    def theirs() -> list[Any]:
        options = {"err": field.sigma, "subpix": 0}
        shape = geometry.a, geometry.b, geometry.theta, geometry.kron
        found = []
        for image in planes.images:
            image = np.array(image)
            found.append(sep.sum_ellipse(image, field.x, field.y, *shape, **options))
            found += [sep.sum_circle(image, field.x, field.y, r, **options) for r in (2, 3, 4, 5)]
        return found

    ours, other = compare(benchmark, lambda: footprints.sums(planes, linear_error=True), theirs)
    benchmark.extra_info["n_weight"] = footprints.rows.weights.size
    for k, row in enumerate((0, 2, 3, 4, 5)):
        for image in range(2):
            flux, error, _ = other[5 * image + k]
            assert np.percentile(np.abs(ours.flux[image, row] - flux) / error, 99) < 1e-4


def test_building_footprints(benchmark: Any, field: Field) -> None:
    built = benchmark.pedantic(
        Footprints.build, (field.geometry, CIRCLES), rounds=3, warmup_rounds=1
    )
    benchmark.extra_info["n_weight"] = built.rows.weights.size


def test_mesh_background_and_sep(benchmark: Any, field: Field) -> None:
    ours, theirs = compare(
        benchmark,
        lambda: mesh_background(field.planes.image, field.planes.bad, 64).level,
        lambda: sep.Background(field.image, bw=64, bh=64).back(),
    )
    assert np.percentile(np.abs(ours - theirs), 95) < 0.005 * 5


def test_annulus_background(benchmark: Any, field: Field) -> None:
    planes = field.planes
    sky = benchmark.pedantic(
        annulus_background,
        (planes.image, planes.bad, field.x, field.y, 10.0, 15.0),
        rounds=3,
        warmup_rounds=1,
    )
    assert np.median(sky.level) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("on_grid", [True, False])
def test_one_frame_measured(benchmark: Any, field: Field, on_grid: bool) -> None:
    spec = MeasureSpec(Measuring(radii_px=tuple(RADII), background="mesh"))
    footprints = Footprints.build(field.geometry, CIRCLES) if on_grid else None
    planes = Planes(field.image, field.sigma, np.ones_like(field.image))
    place = Place(field.x, field.y, same_grid=on_grid)
    benchmark.pedantic(
        measure,
        (planes, place, Base(field.geometry, footprints), spec, 3.0),
        rounds=3,
        warmup_rounds=1,
    )
