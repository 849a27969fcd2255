"""What must hold for apertures of every kind on every grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sep
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.domain.methods import Method, parse_method
from lightledger.photometry.apertures import CleanPlanes, Sums, clean_planes
from lightledger.photometry.direct import DirectApertures
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.kernels.overlap import ellipse_overlap
from lightledger.photometry.onframe import PixelMap, sample_labels

METHODS = tuple(map(parse_method, ("auto", "iso", "aper_r2", "aper_r3.5")))
SHAPE = (60, 70)
EVERYTHING = ("variance", "area", "bad_area", "full_area", "peak", "coverage", "cosmic_area")


def field(seed: int, n: int = 12, margin: float = -4.0) -> Geometry:
    """Ellipses of all kinds, square isophotes that may touch and hide each other."""
    rng = np.random.default_rng(seed)
    ny, nx = SHAPE
    x, y = rng.uniform(margin, nx - 1 - margin, n), rng.uniform(margin, ny - 1 - margin, n)
    segmentation = np.zeros(SHAPE, np.int32)
    for i in range(n):
        row, column = int(max(y[i] - 1, 0)), int(max(x[i] - 1, 0))
        segmentation[row : row + 3, column : column + 3] = i + 1
    a = rng.uniform(0.6, 2.5, n)
    return Geometry(
        x=x,
        y=y,
        a=a,
        b=a * rng.uniform(0.2, 1, n),
        theta=rng.uniform(-4, 4, n),
        kron=rng.uniform(2, 4, n),
        label=np.where(rng.random(n) < 0.9, np.arange(1, n + 1), 0),
        segmentation=segmentation,
        shape=SHAPE,
    )


def planes_of(seed: int, shape: tuple[int, int] = SHAPE) -> CleanPlanes:
    """Two images, backgrounds, sigmas, coverage, cosmic rays and bad pixels of every kind."""
    rng = np.random.default_rng(seed)
    image = rng.normal(100, 5, shape).astype(np.float32)
    image[rng.random(shape) < 0.02] = np.nan
    sigma = rng.uniform(3, 7, shape).astype(np.float32)
    coverage = rng.integers(1, 5, shape).astype(np.float32)
    planes = clean_planes(image, rng.random(shape) < 0.02, sigma=sigma, coverage=coverage)
    clean = image - rng.exponential(1, shape).astype(np.float32)
    levels = rng.normal(100, 1, (2, *shape)).astype(np.float32)
    return replace(
        planes, images=(image, clean), subtract=tuple(levels), cosmic=rng.random(shape) < 0.1
    )


seeds = st.integers(0, 2**32 - 1)
neighbours = st.sampled_from(["mirror", "mask", "keep"])
conventions = st.sampled_from(["exact", "sextractor"])


def assert_same(one: Sums, other: Sums, **tolerance: float) -> None:
    np.testing.assert_allclose(one.flux, other.flux, **tolerance)
    for name in EVERYTHING:
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), err_msg=name, **tolerance
        )


@pytest.mark.parametrize("ratio", [1.0, 0.6, 0.15])
def test_ellipses_agree_with_sep(ratio: float) -> None:
    rng = np.random.default_rng(3)
    n, shape = 300, (200, 180)
    image = rng.normal(100, 5, shape).astype(np.float32)
    sigma = rng.uniform(3, 7, shape).astype(np.float32)
    geometry = replace(
        Geometry.of_positions(rng.uniform(-3, 183, n), rng.uniform(-3, 203, n), shape),
        a=rng.uniform(0.8, 3, n),
        theta=rng.uniform(-1.57, 1.57, n),
        kron=rng.uniform(2.5, 5, n),
    )
    geometry = replace(geometry, b=ratio * geometry.a)
    spec = FootprintSpec((Method("auto"),), convention="exact")
    sums = Footprints.build(geometry, spec).sums(clean_planes(image, sigma=sigma), True)
    ellipse = geometry.x, geometry.y, geometry.a, geometry.b, geometry.theta, geometry.kron
    flux, error, _ = sep.sum_ellipse(image, *ellipse, err=sigma, subpix=0)
    touched = error > 0
    # Single precision of the weights: 6e-8 of a flux of up to 20,000
    assert np.all(np.abs(sums.flux[0, 0] - flux)[touched] < 1e-4 * error[touched])
    np.testing.assert_allclose(np.sqrt(sums.variance[0]), error, rtol=1e-4, atol=1e-6)


@settings(deadline=None)
@given(seed=seeds)
def test_overlap_with_an_ellipse_is_that_of_fine_sub_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, ratio, theta, dx, dy = rng.uniform([0.3, 0.1, -4, -3, -3], [4, 1, 4, 3, 3])
    c, s = np.cos(theta), np.sin(theta)
    inverse = c / a, s / a, -s / (ratio * a), c / (ratio * a)
    fine = (np.arange(200) + 0.5) / 200 - 0.5
    x, y = np.meshgrid(dx + fine, dy + fine)
    ux, uy, vx, vy = inverse
    inside = (ux * x + uy * y) ** 2 + (vx * x + vy * y) ** 2 < 1
    overlap = ellipse_overlap(dx, dy, *inverse)
    assert overlap == pytest.approx(inside.mean(), abs=2e-3)
    assert -1e-12 < overlap < 1 + 1e-12


@settings(deadline=None, max_examples=30)
@given(seed=seeds, neighbours=neighbours, convention=conventions, linear=st.booleans())
def test_direct_is_w_on_the_same_grid(
    seed: int, neighbours: str, convention: str, linear: bool
) -> None:
    geometry, planes = field(seed), planes_of(seed)
    spec = FootprintSpec(METHODS, neighbours, convention)
    through_w = Footprints.build(geometry, spec).sums(planes, linear)
    place = geometry.x, geometry.y, np.eye(2), geometry.segmentation
    direct = DirectApertures(geometry, spec, *place).sums(planes, linear)
    assert_same(through_w, direct, rtol=0, atol=0)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, convention=conventions)
def test_a_mirror_without_neighbours_changes_nothing(seed: int, convention: str) -> None:
    geometry, planes = field(seed, n=1), planes_of(seed)
    geometry = replace(geometry, label=np.ones(1, np.int32))  # what there is, is its own
    sums = [
        Footprints.build(geometry, FootprintSpec(METHODS, way, convention)).sums(planes)
        for way in ("keep", "mirror", "mask")
    ]
    assert_same(sums[0], sums[1], rtol=0, atol=0)
    assert_same(sums[0], sums[2], rtol=0, atol=0)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, neighbours=neighbours, convention=conventions)
def test_nothing_bad_is_summed_and_nothing_is_lost(
    seed: int, neighbours: str, convention: str
) -> None:
    """Sums are what the rows of W say, pixel by pixel; areas add up; fluxes are linear."""
    geometry, planes = field(seed), planes_of(seed)
    footprints = Footprints.build(geometry, FootprintSpec(METHODS, neighbours, convention))
    sums, rows = footprints.sums(planes), footprints.rows
    w = np.zeros((len(METHODS), geometry.n_object, SHAPE[0] * SHAPE[1]))
    for place, i in enumerate(footprints.order):
        mine = rows.pixels[rows.pixel_ptr[place] : rows.pixel_ptr[place + 1]]
        for k in range(len(METHODS)):
            row = place * len(METHODS) + k
            weights = rows.weights[rows.indptr[row] : rows.indptr[row + 1]]
            first = rows.firsts[row]
            w[k, i, mine[first : first + weights.size]] = weights
    bad = planes.bad.ravel()
    good = np.where(bad, 0, 1.0)
    for image, level, flux in zip(planes.images, planes.subtract, sums.flux, strict=True):
        value = np.where(bad, 0, image.ravel().astype(np.float64) - level.ravel())
        np.testing.assert_allclose(flux, w @ value, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(sums.variance, w**2 @ (good * planes.variance.ravel()), rtol=1e-6)
    np.testing.assert_allclose(sums.area, w.sum(axis=2), rtol=1e-9)
    np.testing.assert_allclose(sums.bad_area, w @ (1 - good), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(sums.cosmic_area, w @ planes.cosmic.ravel(), atol=1e-9)
    assert np.all(sums.full_area >= sums.area)
    if neighbours != "keep":
        # No pixel of another object enters, whatever way it came.
        others = geometry.segmentation.ravel() != 0
        for i in np.flatnonzero(geometry.label > 0):
            theirs = others & (geometry.segmentation.ravel() != geometry.label[i])
            assert not w[:, i, theirs].any()
    if neighbours == "keep" and convention == "exact":
        ellipse = np.pi * geometry.kron**2 * geometry.a * geometry.b
        np.testing.assert_allclose(sums.full_area[0], ellipse, rtol=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, neighbours=neighbours, convention=conventions)
def test_a_quarter_turn_of_frame_and_objects_changes_nothing(
    seed: int, neighbours: str, convention: str
) -> None:
    geometry, planes = field(seed), planes_of(seed)
    ny, nx = SHAPE

    def turned(plane: np.ndarray) -> np.ndarray:
        return np.rot90(plane, -1).copy()  # (x, y) -> (ny - 1 - y, x)

    there = Geometry(
        x=ny - 1 - geometry.y,
        y=geometry.x,
        a=geometry.a,
        b=geometry.b,
        theta=geometry.theta + np.pi / 2,
        kron=geometry.kron,
        label=geometry.label,
        segmentation=turned(geometry.segmentation),
        shape=(nx, ny),
    )
    other = CleanPlanes(
        tuple(map(turned, planes.images)),
        turned(planes.bad),
        turned(planes.variance),
        turned(planes.coverage),
        tuple(map(turned, planes.subtract)),
        turned(planes.cosmic),
    )
    spec = FootprintSpec(METHODS, neighbours, convention)
    one = Footprints.build(geometry, spec).sums(planes)
    assert_same(one, Footprints.build(there, spec).sums(other), rtol=1e-5, atol=1e-3)
    # The same by mapping, from the grid that was not turned.
    matrix = np.array([[0.0, -1.0, ny - 1.0], [1.0, 0.0, 0.0]])
    labels = sample_labels(geometry.segmentation, PixelMap.of_inverse(matrix, (nx, ny)), (nx, ny))
    np.testing.assert_array_equal(labels, there.segmentation)
    mapped = DirectApertures(geometry, spec, there.x, there.y, matrix, labels).sums(other)
    assert_same(one, mapped, rtol=1e-5, atol=1e-3)


def test_on_a_finer_grid_the_apertures_cover_the_same_sky() -> None:
    geometry = field(5, margin=12.0)
    ny, nx = SHAPE
    fine = (3 * ny, 3 * nx)
    matrix = np.array([[3.0, 0.0, 1.0], [0.0, 3.0, 1.0]])
    labels = sample_labels(geometry.segmentation, PixelMap.of_inverse(matrix, fine), fine)
    spec = FootprintSpec(METHODS, "keep")
    sky = np.random.default_rng(1).normal(10, 1, SHAPE).astype(np.float32)
    coarse = Footprints.build(geometry, spec).sums(clean_planes(sky))
    there = 3 * geometry.x + 1, 3 * geometry.y + 1
    finer = DirectApertures(geometry, spec, *there, matrix, labels).sums(
        clean_planes(np.kron(sky, np.ones((3, 3))) / 9)
    )
    np.testing.assert_allclose(finer.full_area / 9, coarse.full_area, rtol=1e-5)
    np.testing.assert_allclose(finer.flux, coarse.flux, rtol=1e-5)


def test_isophotes_that_leave_the_frame_lack_what_is_outside() -> None:
    geometry = field(8, margin=3.0)
    spec = FootprintSpec((Method("iso"),))
    matrix = np.array([[1.0, 0.0, -30.0], [0.0, 1.0, 0.0]])
    labels = sample_labels(geometry.segmentation, PixelMap.of_inverse(matrix, SHAPE), SHAPE)
    place = geometry.x - 30, geometry.y, matrix, labels
    here = Footprints.build(geometry, spec).sums(clean_planes(np.ones(SHAPE)))
    there = DirectApertures(geometry, spec, *place).sums(clean_planes(np.ones(SHAPE)))
    np.testing.assert_allclose(there.full_area, here.area)
    assert (there.area < here.area).any()
    assert ((there.area > 0) & (there.area < here.area)).any()


def test_what_an_added_position_lies_on_is_not_its_neighbour() -> None:
    geometry = field(2, n=6, margin=12.0)
    added = replace(geometry, label=np.where(np.arange(6) == 3, 0, geometry.label))
    planes = planes_of(2)
    for way in ("mirror", "mask"):
        spec = FootprintSpec((Method("aper_r", 3.0), Method("iso")), way)
        known, unknown = (Footprints.build(g, spec).sums(planes) for g in (geometry, added))
        np.testing.assert_allclose(known.flux[:, 0], unknown.flux[:, 0], rtol=1e-12)
        assert unknown.area[1, 3] == 0  # no isophote of its own


def test_a_large_object_is_measured_as_any() -> None:
    shape = (400, 420)
    geometry = Geometry.of_positions([200.0, 30.0], [190.0, 30.0], shape, radius=50.0)
    spec = FootprintSpec((Method("auto"), Method("aper_r", 3.0)))
    footprints = Footprints.build(geometry, spec)
    # The small circle leaves out what it can of the pixels of the large ellipse.
    assert np.diff(footprints.rows.indptr)[1] < 10 * 350
    sums = footprints.sums(clean_planes(np.ones(shape)))
    assert sums.flux[0, 0, 0] == pytest.approx(np.pi * 175**2, rel=1e-6)
    assert sums.flux[0, 1, 1] == pytest.approx(np.pi * 9, rel=1e-6)


def test_circles_in_units_of_the_fwhm_follow_the_others() -> None:
    geometry, planes = field(4), planes_of(4)
    place = geometry.x, geometry.y, np.eye(2), geometry.segmentation
    spec = FootprintSpec((Method("auto"),), "mirror", "sextractor")
    sums = DirectApertures(geometry, spec, *place, fwhm_circles=(3.5,)).sums(planes)
    circle = replace(spec, methods=(Method("aper_r", 3.5),))
    alone = Footprints.build(geometry, circle).sums(planes)
    np.testing.assert_allclose(sums.flux[:, 1], alone.flux[:, 0], rtol=1e-12)


def test_what_is_not_finite_stays_in_the_apertures_that_it_is_in() -> None:
    geometry = Geometry.of_positions([20.0, 40.0], [20.0, 40.0], SHAPE)
    spec = FootprintSpec.of_radii((2.0, 5.0))
    level, image = np.zeros(SHAPE, np.float32), np.full(SHAPE, -3.0, np.float32)
    level[20, 24], image[40, 40] = np.nan, -1.0  # in the larger circle of the first alone
    planes = CleanPlanes((image,), np.zeros(SHAPE, bool), subtract=(level,))
    sums = Footprints.build(geometry, spec).sums(planes)
    np.testing.assert_array_equal(np.isnan(sums.flux[0]), [[False, False], [True, False]])
    assert sums.flux[0, 0, 0] == pytest.approx(-3 * 4 * np.pi, rel=1e-6)
    np.testing.assert_array_equal(sums.peak, [[-3, -1], [-3, -1]])


def test_what_has_no_footprint_is_refused() -> None:
    for spec in ({"methods": (Method("median", 3.0),)}, {"neighbours": "eat"}):
        with pytest.raises(LightledgerError):
            FootprintSpec(**{"methods": ()} | spec)
