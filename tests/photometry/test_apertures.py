"""Exact circles: against geometry, sep and photutils, and with everything that can be missing."""

from __future__ import annotations

import numpy as np
import photutils.aperture as pa
import pytest
import sep
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lightledger.photometry.apertures import circle_sums, memory_order
from lightledger.photometry.kernels.overlap import pixel_overlap


@pytest.fixture(scope="module")
def field() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Image, sigma map and 500 positions of which some are cut by the edge."""
    rng = np.random.default_rng(1)
    image = rng.normal(100.0, 5.0, (200, 180)).astype(np.float32)
    sigma = rng.uniform(3.0, 7.0, image.shape).astype(np.float32)
    return image, sigma, rng.uniform(-3, 183, 500), rng.uniform(-3, 203, 500)


RADII = np.array([0.4, 1.0, 3.0, 5.0, 9.3])


def test_agrees_with_sep(field: tuple[np.ndarray, ...]) -> None:
    image, sigma, x, y = field
    sums = circle_sums(image, sigma**2, None, x, y, RADII, linear_error=True)
    for k, radius in enumerate(RADII):
        flux, error, _ = sep.sum_circle(image, x, y, radius, err=sigma, subpix=0)
        touched = error > 0
        assert np.abs(sums.flux[k] - flux)[touched].max() < 1e-4 * error[touched].max()
        np.testing.assert_array_less(
            np.abs(sums.flux[k] - flux)[touched], 1e-4 * error[touched] + 1e-6
        )
        np.testing.assert_allclose(np.sqrt(sums.variance[k]), error, rtol=1e-4, atol=1e-6)


def test_agrees_with_photutils(field: tuple[np.ndarray, ...]) -> None:
    image, sigma, x, y = field
    sums = circle_sums(image, sigma**2, None, x, y, RADII)
    for k, radius in enumerate(RADII):
        aperture = pa.CircularAperture(np.column_stack([x, y]), radius)
        table = pa.aperture_photometry(image.astype(np.float64), aperture, method="exact")
        np.testing.assert_allclose(
            sums.flux[k], np.nan_to_num(table["aperture_sum"]), rtol=1e-6, atol=1e-5
        )


def test_error_is_the_square_root_of_w2_s2() -> None:
    image = np.zeros((21, 21), np.float32)
    sums = circle_sums(image, np.full_like(image, 4.0), None, [10.2], [9.7], [3.0])
    weights = pa.CircularAperture((10.2, 9.7), 3.0).to_mask(method="exact").data
    assert sums.variance[0, 0] == pytest.approx(4.0 * (weights**2).sum(), rel=1e-6)
    assert np.isnan(sums.weight2[0, 0])  # needed where nothing is known of the pixels' noise
    plain = circle_sums(image, None, None, [10.2], [9.7], [3.0])
    assert plain.weight2[0, 0] == pytest.approx((weights**2).sum(), rel=1e-6)
    linear = circle_sums(
        image, np.full_like(image, 4.0), None, [10.2], [9.7], [3.0], linear_error=True
    )
    # SExtractor's way makes the error 6 % larger at r = 3
    assert np.sqrt(linear.variance / sums.variance)[0, 0] == pytest.approx(1.06, abs=0.02)


@settings(deadline=None)  # the first call compiles
@given(
    dx=st.floats(-12, 12),
    dy=st.floats(-12, 12),
    radius=st.floats(1e-3, 10),
)
@example(0.0, 0.0, 0.3)
@example(0.5, 0.5, 0.7)
@example(0.0, 0.5, 0.5)
def test_overlap_is_a_fraction_with_the_symmetries_of_the_circle(
    dx: float, dy: float, radius: float
) -> None:
    fraction = pixel_overlap(dx, dy, radius)
    assert -1e-12 <= fraction <= 1 + 1e-12
    for a, b in ((-dx, dy), (dx, -dy), (dy, dx)):
        assert pixel_overlap(a, b, radius) == pytest.approx(fraction, abs=1e-10)
    far = np.hypot(abs(dx) + 0.5, abs(dy) + 0.5)
    near = np.hypot(max(abs(dx) - 0.5, 0), max(abs(dy) - 0.5, 0))
    if far <= radius:
        assert fraction == pytest.approx(1, abs=1e-12)
    if near >= radius:
        assert fraction == 0


@settings(deadline=None)
@given(x=st.floats(11, 20), y=st.floats(11, 20), radius=st.floats(1e-2, 10))
def test_area_is_that_of_the_circle(x: float, y: float, radius: float) -> None:
    sums = circle_sums(np.ones((32, 32), np.float32), None, None, [x], [y], [radius])
    assert sums.area[0, 0] == pytest.approx(np.pi * radius**2, rel=1e-6)
    assert sums.full_area[0, 0] == pytest.approx(np.pi * radius**2, rel=1e-6)
    assert sums.flux[0, 0] == pytest.approx(sums.area[0, 0], rel=1e-6)


@st.composite
def broken_images(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    ny, nx = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    image = rng.normal(0, 10, (ny, nx)).astype(np.float32)
    kinds = rng.random((ny, nx))
    image[kinds < 0.1] = np.nan
    image[kinds > 0.95] = rng.choice([np.inf, -np.inf])
    bad = rng.random((ny, nx)) < 0.1
    x, y = rng.uniform(-8, 22, (2, 12))
    x[0] = np.nan
    return image, bad, x, y


@settings(deadline=None)
@given(broken_images(), st.floats(0.05, 30))
def test_nothing_bad_is_summed_and_nothing_is_lost(
    broken: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], radius: float
) -> None:
    image, bad, x, y = broken
    sums = circle_sums(image, np.ones_like(image), bad, x, y, [radius])
    unusable = bad | ~np.isfinite(image)
    clean = np.where(unusable, 0, image).astype(np.float64)
    for i in range(1, x.size):
        mask = pa.CircularAperture((x[i], y[i]), radius).to_mask(method="exact")
        weights = mask.to_image(image.shape)
        weights = np.zeros(image.shape) if weights is None else weights
        expected = {
            "flux": (weights * clean).sum(),
            "area": weights.sum(),
            "bad_area": weights[unusable].sum(),
            "variance": (weights**2)[~unusable].sum(),
        }
        for name, value in expected.items():
            assert getattr(sums, name)[0, i] == pytest.approx(value, rel=1e-6, abs=1e-5), name
        inside = (weights > 1e-9) & ~unusable
        if inside.any():
            assert sums.peak[0, i] == image[inside].max()
    assert sums.area[0, 0] == 0
    assert np.isnan(sums.peak[0, 0])


def test_radii_of_each_object_and_order_of_the_catalogue(field: tuple[np.ndarray, ...]) -> None:
    image, _, x, y = field
    rng = np.random.default_rng(2)
    radii = rng.uniform(0.5, 8, (2, x.size))
    sums = circle_sums(image, None, None, x, y, radii)
    for i in (0, 17, 499):
        one = circle_sums(image, None, None, x[i], y[i], radii[:, i])
        np.testing.assert_array_equal(one.flux[:, 0], sums.flux[:, i])


def test_background_is_subtracted_on_the_way_but_not_from_the_peak() -> None:
    image = np.full((20, 20), 7.0, np.float32)
    level = np.full((20, 20), 5.0, np.float32)
    sums = circle_sums(image, None, None, [10], [10], [2.0], subtract=level)
    assert sums.flux[0, 0] == pytest.approx(2 * np.pi * 4)
    assert sums.peak[0, 0] == 7


def test_coverage_is_averaged_and_its_absence_is_bad() -> None:
    image = np.ones((20, 40), np.float32)
    coverage = np.full((20, 40), 6.0, np.float32)
    coverage[:, 20:] = np.nan
    sums = circle_sums(image, None, None, [10, 30, 19.5], [10] * 3, [3.0], coverage=coverage)
    np.testing.assert_allclose(sums.coverage[0], [6, 0, 3], rtol=1e-6)
    np.testing.assert_allclose(sums.bad_area[0] / sums.area[0], [0, 1, 0.5], rtol=1e-6)


@pytest.mark.parametrize("wild", [1e300, -1e300, np.inf, np.nan])
def test_wild_positions_sum_nothing(wild: float) -> None:
    sums = circle_sums(np.ones((9, 9), np.float32), None, None, [wild, 4], [4, wild], [3.0])
    assert not sums.area.any()
    assert not sums.flux.any()


def test_variance_that_is_no_variance_is_bad() -> None:
    image = np.ones((9, 9), np.float32)
    variance = np.ones((9, 9), np.float32)
    variance[4, 4], variance[4, 5] = np.nan, -1
    sums = circle_sums(image, variance, None, [4], [4], [3.0])
    assert sums.bad_area[0, 0] == 2


def test_big_endian_and_integer_images_are_measured_alike() -> None:
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 4000, (30, 30))
    flux = [
        circle_sums(counts.astype(kind), None, None, [15], [15], [4.0]).flux[0, 0]
        for kind in ("<f4", ">f4", ">i2", "<u2", "<f8")
    ]
    assert len(set(flux)) == 1


def test_planes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        circle_sums(np.ones((4, 4)), np.ones((4, 5)), None, [1], [1], [1.0])


def test_memory_order_is_a_permutation_also_with_nan() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 1000, (2, 300))
    x[3] = y[7] = np.nan
    order = memory_order(x, y)
    assert sorted(order) == list(range(300))
    strip = np.nan_to_num(y, nan=-1.0)[order] // 16
    assert np.all(np.diff(strip) >= 0)
