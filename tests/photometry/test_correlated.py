"""Correlated-noise factors: white noise gives 1, mosaics what their interpolation makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import convolve, gaussian_filter, map_coordinates

from lightledger.domain.methods import Method, parse_method
from lightledger.photometry.correlated import (
    MIN_APERTURES,
    Subtracted,
    TypicalSizes,
    noise_factors,
)
from lightledger.photometry.geometry import Geometry

METHODS = tuple(map(parse_method, ("auto", "iso", "aper_r2", "aper_r3", "aper_r10", "median_7px")))
SIZES = TypicalSizes(auto=60.0, iso=25.0, fwhm_px=3.0)


def factors(image: np.ndarray, sigma: float, methods: tuple[Method, ...] = METHODS) -> np.ndarray:
    planes = image.astype(np.float32), np.full(image.shape, sigma, np.float32)
    return noise_factors(*planes, np.zeros(image.shape, bool), None, methods, SIZES)


def mosaic(n_dither: int, side: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean of dithered frames of unit noise, interpolated linearly to pixels of half the size.

    And the error of each pixel by propagation.
    """
    rng = np.random.default_rng(seed)
    total, variance = np.zeros((side, side)), np.zeros((side, side))
    axis = np.arange(side) / 2 + 1
    for _ in range(n_dither):
        frame = rng.normal(size=(side // 2 + 4, side // 2 + 4))
        y, x = axis + rng.uniform(), axis + rng.uniform()
        total += map_coordinates(frame, np.meshgrid(y, x, indexing="ij"), order=1)
        share_y, share_x = ((1 - f) ** 2 + f**2 for f in (y % 1, x % 1))
        variance += np.outer(share_y, share_x)
    return total / n_dither, np.sqrt(variance) / n_dither


def test_independent_pixels_have_no_factor() -> None:
    image = np.random.default_rng(1).normal(0.0, 2.0, (1024, 1024))
    np.testing.assert_allclose(factors(image, 2.0), 1.0, atol=0.03)


def test_errors_that_differ_from_pixel_to_pixel() -> None:
    rng = np.random.default_rng(2)
    sigma = rng.uniform(0.5, 3.0, (800, 800)).astype(np.float32)
    image = rng.normal(0.0, 1.0, sigma.shape).astype(np.float32) * sigma
    found = noise_factors(image, sigma, np.zeros(sigma.shape, bool), None, METHODS, SIZES)
    np.testing.assert_allclose(found, 1.0, atol=0.03)


def test_smoothed_noise_against_its_correlation() -> None:
    """Sum over a stamp of weights w: sqrt(w' C w / w' w) with C known, here by a convolution."""
    white = np.random.default_rng(3).normal(size=(1500, 1500))
    smooth = gaussian_filter(white, 1.2, mode="wrap")
    delta = np.zeros((101, 101))
    delta[50, 50] = 1.0
    sigma = np.sqrt(np.sum(gaussian_filter(delta, 1.2, truncate=8) ** 2))
    found = factors(smooth, sigma, (Method("aper_r", 3.0), Method("aper_r", 8.0)))
    for radius, factor in zip((3.0, 8.0), found, strict=True):
        w = disc(radius)
        expected = np.sqrt(np.sum(gaussian_filter(w, 1.2, truncate=8) ** 2) / np.sum(w**2)) / sigma
        assert factor == pytest.approx(expected, rel=0.04)


def disc(radius: float) -> np.ndarray:
    """Part of each of 101 x 101 pixels that is in a circle around the central one."""
    axis = (np.arange(1010) + 0.5) / 10 - 50.5
    fine = np.hypot(axis[:, None], axis) <= radius
    return fine.reshape(101, 10, 101, 10).mean(axis=(1, 3))


@pytest.mark.parametrize("n_dither", [3, 12])
def test_mosaics_on_pixels_of_half_the_size(n_dither: int) -> None:
    """Linear interpolation at all phases: correlation of the cubic B-spline, whatever the depth."""
    image, sigma = mosaic(n_dither, 1200, 4)
    found = noise_factors(
        image.astype(np.float32), sigma.astype(np.float32), np.zeros(image.shape, bool), None,
        tuple(map(parse_method, ("aper_r2", "aper_r10"))), SIZES,
    )  # fmt: skip
    one = np.array([1 / 48, 1 / 6, 23 / 48, 2 / 3, 23 / 48, 1 / 6, 1 / 48])
    one /= one[3]
    for radius, factor in zip((2.0, 10.0), found, strict=True):
        w = disc(radius)
        covariance = convolve(w, np.outer(one, one), mode="constant")
        assert factor == pytest.approx(np.sqrt(np.sum(w * covariance) / np.sum(w**2)), rel=0.06)
    assert found[0] == pytest.approx(2.3, abs=0.25)
    assert found[1] == pytest.approx(3.0, abs=0.2)


def test_objects_and_bad_pixels_are_no_sky() -> None:
    rng = np.random.default_rng(5)
    image = rng.normal(size=(600, 600)).astype(np.float32)
    segmentation = np.zeros(image.shape, np.int32)
    segmentation[::40, ::40] = 1
    image[segmentation > 0] = 1e6
    bad = rng.random(image.shape) < 0.002
    image[bad] = np.nan
    ones = np.ones_like(image)
    found = noise_factors(image, ones, bad, segmentation, METHODS, SIZES)
    np.testing.assert_allclose(found, 1.0, atol=0.05)


def test_no_sky_no_factor() -> None:
    image = np.random.default_rng(6).normal(size=(200, 200)).astype(np.float32)
    full = np.ones(image.shape, np.int32)
    nothing = np.zeros(image.shape, bool)
    assert np.isnan(noise_factors(image, np.ones_like(image), nothing, full, METHODS, SIZES)).all()
    # room for small apertures, none for large ones
    full[::8, :] = full[1::8, :] = full[2::8, :] = full[3::8, :] = full[4::8, :] = 0
    found = noise_factors(image, np.ones_like(image), nothing, full, METHODS, SIZES)
    assert np.isfinite(found[2])
    assert np.isnan(found[4])
    assert MIN_APERTURES == 30
    small = noise_factors(image[:15], np.ones_like(image[:15]), nothing[:15], None, METHODS, SIZES)
    assert np.isnan(small[4])


def test_unknown_sizes_and_boxes() -> None:
    image = np.random.default_rng(7).normal(size=(300, 300))
    unknown = TypicalSizes(np.nan, np.nan, np.nan)
    names = ("auto", "iso", "aper_f1.5", "template", "median_7px")
    planes = image.astype(np.float32), np.ones(image.shape, np.float32)
    bad = np.zeros(image.shape, bool)
    found = noise_factors(*planes, bad, None, tuple(map(parse_method, names)), unknown)
    assert np.isnan(found[:4]).all()
    assert found[4] == pytest.approx(1.0, abs=0.05)


def test_typical_sizes_of_a_geometry() -> None:
    segmentation = np.zeros((20, 20), np.int32)
    segmentation[2:5, 2:5], segmentation[10:12, 10:15] = 1, 2
    geometry = Geometry(
        x=np.array([3.0, 12.0, np.nan]), y=np.array([3.0, 10.0, np.nan]), a=np.full(3, 2.0),
        b=np.ones(3), theta=np.zeros(3), kron=np.full(3, 3.0), label=np.array([1, 2, 0]),
        segmentation=segmentation, shape=(20, 20),
    )  # fmt: skip
    sizes = TypicalSizes.of(geometry, 2.5, scale=2.0)
    assert sizes.auto == pytest.approx(4 * np.pi * 18)
    assert sizes.iso == pytest.approx(4 * 9.5)


def test_the_same_seed_gives_the_same_factor() -> None:
    image = np.random.default_rng(8).normal(size=(300, 300))
    assert np.array_equal(factors(image, 1.0), factors(image, 1.0))


def test_the_coadd_is_taken_off_at_its_scale() -> None:
    rng = np.random.default_rng(9)
    coadd = np.zeros((400, 400), np.float32)
    coadd[::9, ::7] = rng.uniform(100, 1000, coadd[::9, ::7].shape)
    coadd = gaussian_filter(coadd, 1.5)
    image = (1.3 * coadd + rng.normal(0, 0.1, coadd.shape)).astype(np.float32)
    coadd[:, :3] = np.nan
    level, noise = np.full(coadd.shape, 7, np.float32), np.full(coadd.shape, 0.05, np.float32)
    off = Subtracted.of(image + 7, level, coadd, noise)
    assert off.scale == pytest.approx(1.3, abs=0.01)
    planes = image + 7, np.full_like(image, 0.1), np.zeros(image.shape, bool), None
    found = noise_factors(*planes, METHODS, SIZES, off=off)
    np.testing.assert_allclose(found, 1.0, atol=0.05)
    assert Subtracted.of(image, level, coadd * 0, noise + 1).scale == 1  # nothing to scale by
