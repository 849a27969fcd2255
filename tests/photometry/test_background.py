"""Mesh background against sep, local sky against known skies, both with everything missing."""

from __future__ import annotations

import numpy as np
import pytest
import sep
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.photometry.background import (
    MIN_SKY_PIXELS,
    annulus_background,
    frame_sky,
    mesh_background,
)


def starry(shape: tuple[int, int], n_star: int, slope: float, seed: int) -> np.ndarray:
    """Noise of 5 on a smooth sky, with Gaussian stars of sigma 2 px."""
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    image = rng.normal(100.0, 5.0, shape)
    image += slope * np.sin(column / 200.0) * np.cos(row / 200.0)
    for _ in range(n_star):
        x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        flux = 10 ** rng.uniform(2, 4.5)
        near = np.s_[max(0, int(y) - 12) : int(y) + 13, max(0, int(x) - 12) : int(x) + 13]
        r2 = (column[near] - x) ** 2 + (row[near] - y) ** 2
        image[near] += flux / (8 * np.pi) * np.exp(-r2 / 8)
    return image.astype(np.float32)


@pytest.mark.parametrize(
    ("shape", "box", "n_star"),
    [((512, 512), 64, 0), ((640, 500), 64, 600), ((400, 333), 32, 150), ((300, 300), 64, 0)],
)
def test_mesh_agrees_with_sep(shape: tuple[int, int], box: int, n_star: int) -> None:
    image = starry(shape, n_star, 4.0, seed=7)
    ours = mesh_background(image, None, box)
    theirs = sep.Background(image, bw=box, bh=box)
    difference = np.abs(ours.level - theirs.back()) / theirs.globalrms
    assert np.percentile(difference, 95) < 0.005
    assert difference.max() < 0.15
    assert ours.median == pytest.approx(theirs.globalback, abs=1e-4 * theirs.globalrms)
    assert ours.rms == pytest.approx(theirs.globalrms, rel=1e-4)


def test_mesh_with_masked_pixels_agrees_with_sep() -> None:
    image = starry((320, 320), 50, 0.0, seed=8)
    bad = np.random.default_rng(1).random(image.shape) < 0.05
    image[bad] = np.nan
    ours = mesh_background(image, None, 64)
    theirs = sep.Background(np.nan_to_num(image), mask=bad, bw=64, bh=64)
    difference = np.abs(ours.level - theirs.back()) / theirs.globalrms
    assert np.percentile(difference, 95) < 0.005
    assert difference.max() < 0.15


@pytest.mark.parametrize(
    ("bias", "slope", "box", "holes", "p95"),
    [
        (0.0, 0.0, 64, True, 0.005),
        (3000.0, 0.0, 64, True, 0.005),
        (5.0, 0.2, 128, False, 0.005),
        # on a slope it matters which meshes count as empty, and how they are filled
        (-50.0, 0.05, 33, True, 0.01),
        (5.0, 0.2, 128, True, 0.03),
    ],
)
def test_mesh_agrees_with_sep_on_bias_gradients_and_holes(
    bias: float, slope: float, box: int, holes: bool, p95: float
) -> None:
    """Without data: a corner and blocks, one of them as large as a mesh."""
    image = starry((500, 470), 300, 4.0, seed=21)
    row, column = np.mgrid[:500, :470]
    image += np.float32(bias) + (slope * (row - 0.5 * column)).astype(np.float32)
    bad = (row + column < 90) & holes
    for y, x, height, width in ((130, 200, 140, 100), (300, 40, 9, 60), (440, 400, 30, 30)):
        bad[y : y + height, x : x + width] = holes
    image[bad] = np.nan
    ours = mesh_background(image, None, box)
    theirs = sep.Background(np.nan_to_num(image), mask=bad, bw=box, bh=box)
    # sep's spline is half a pixel off along y, which a slope shows
    reference = theirs.back() + np.float32(0.5 * slope)
    difference = np.abs(ours.level - reference)[~bad] / theirs.globalrms
    assert np.percentile(difference, 95) < p95
    assert difference.max() < 0.15


def test_only_meshes_that_changed_are_done_again() -> None:
    image = starry((500, 470), 100, 4.0, seed=22)
    image[:20, :30] = np.nan
    first = mesh_background(image, None, 64)
    same = mesh_background(image + 1, None, 64, like=first, changed=image < -99)
    np.testing.assert_array_equal(same.grid, first.grid)
    rng = np.random.default_rng(1)
    cleaned, changed = image.copy(), rng.random(image.shape) < 1e-4
    changed &= np.isfinite(image)
    cleaned[changed] += 500
    again = mesh_background(cleaned, None, 64, like=first, changed=changed)
    anew = mesh_background(cleaned, None, 64)
    np.testing.assert_array_equal(again.level, anew.level)
    assert (again.median, again.rms) == (anew.median, anew.rms)
    assert 0 < (first.modes != again.modes).sum() < again.modes.size


def test_empty_meshes_are_filled_from_their_neighbours() -> None:
    image = starry((256, 256), 0, 0.0, seed=9)
    image[:128, :128] = np.nan
    level = mesh_background(image, None, 64).level
    assert np.isfinite(level).all()
    assert np.abs(level - 100).max() < 1


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_any_size_of_image_and_mesh(ny: int, nx: int, box: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.normal(100.0, 5.0, (ny, nx)).astype(np.float32)
    image[rng.random((ny, nx)) < 0.2] = np.nan
    background = mesh_background(image, None, box)
    assert background.level.shape == (ny, nx)
    assert background.level.dtype == np.float32
    if np.isfinite(background.median):
        assert np.isfinite(background.level).all()
        assert 70 < background.median < 130
        assert np.isfinite(background.rms_at(np.array([0.0, nx]), np.array([0.0, ny]))).all()


def test_small_image_is_one_mesh() -> None:
    background = mesh_background(starry((32, 32), 0, 0.0, seed=3), None, 64)
    assert background.grid.shape == (1, 1)
    assert np.ptp(background.level) == 0
    assert background.level[0, 0] == pytest.approx(100, abs=1)


def test_frame_without_a_good_pixel_gives_nan_and_no_error() -> None:
    image = np.full((70, 70), np.nan, np.float32)
    assert np.isnan(mesh_background(image, None).level).all()
    assert np.isnan(frame_sky(image, None)).all()
    sky = annulus_background(image, None, np.array([30.0]), np.array([30.0]), 5, 10)
    assert np.isnan(sky.level).all()
    assert sky.n_pixel[0] == 0


@pytest.mark.parametrize("value", [0.0, 7.5, -3.0])
def test_constant_image(value: float) -> None:
    image = np.full((100, 100), value, np.float32)
    background = mesh_background(image, None, 32)
    np.testing.assert_allclose(background.level, value, atol=1e-6)
    assert background.rms == 0
    sky = annulus_background(image, None, np.array([50.0]), np.array([50.0]), 5, 10)
    assert (sky.level[0], sky.rms[0], sky.error[0]) == (value, 0, 0)


def test_median_of_whole_counts_is_finer_than_one_count() -> None:
    rng = np.random.default_rng(10)
    truth = 367.3
    counts = np.round(rng.normal(truth, 4.0, (512, 512))).astype(np.float32)
    assert mesh_background(counts, None, 64).median == pytest.approx(truth, abs=0.1)
    x, y = rng.uniform(30, 480, (2, 300))
    sky = annulus_background(counts, None, x, y, 10, 20)
    assert np.median(sky.level) == pytest.approx(truth, abs=0.03)
    assert 0.8 < np.std(sky.level - truth) / np.median(sky.error) < 1.2


def test_local_sky_and_its_error_are_right() -> None:
    rng = np.random.default_rng(11)
    image = rng.normal(50.0, 3.0, (900, 900)).astype(np.float32)
    grid = np.arange(20, 890, 42.0)
    x, y = (v.ravel() for v in np.meshgrid(grid, grid))
    sky = annulus_background(image, None, x, y, 8, 20)
    pulls = (sky.level - 50.0) / sky.error
    assert 0.9 < 1.4826 * np.median(np.abs(pulls)) < 1.1
    assert abs(np.mean(pulls)) < 0.2
    assert np.median(sky.rms) == pytest.approx(3.0, rel=0.01)
    expected = np.sqrt(np.pi / 2) * sky.rms / np.sqrt(sky.n_pixel)
    np.testing.assert_allclose(sky.error, expected)


def test_ring_counts_pixel_centres_on_the_image() -> None:
    row, column = np.mgrid[:40, :50].astype(np.float64)
    # a smooth image without outliers: every pixel of the ring is kept
    image = np.ones((40, 50), np.float32)
    for x, y in ((20.0, 20.0), (20.3, 19.8), (1.0, 2.0), (49.4, 39.0), (-4.0, 10.0)):
        r = np.hypot(column - x, row - y)
        expected = int(((r >= 6) & (r < 11.5)).sum())
        sky = annulus_background(image, None, np.array([x]), np.array([y]), 6, 11.5)
        assert sky.n_pixel[0] == expected


def test_neighbours_hardly_move_the_local_sky() -> None:
    rng = np.random.default_rng(12)
    image = rng.normal(200.0, 5.0, (101, 101)).astype(np.float32)
    row, column = np.mgrid[:101, :101]
    for x, y in ((62, 50), (50, 38), (40, 58)):
        image += 60_000 * np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * 1.5**2))
    sky = annulus_background(image, None, np.array([50.0]), np.array([50.0]), 8, 18)
    assert abs(sky.level[0] - 200) < 4 * sky.error[0]
    assert sky.rms[0] == pytest.approx(5.0, rel=0.15)


def test_half_of_the_ring_at_zero_does_not_take_over() -> None:
    rng = np.random.default_rng(13)
    image = rng.normal(300.0, 5.0, (80, 80)).astype(np.float32)
    image[:, :30] = 0.0  # an overscan that nobody masked
    sky = annulus_background(image, None, np.array([40.0]), np.array([40.0]), 6, 18)
    assert abs(sky.level[0] - 300) < 2


def test_too_few_pixels_give_no_local_sky() -> None:
    image = np.ones((40, 40), np.float32)
    bad = np.ones(image.shape, bool)
    bad[10:14, 24:28] = False
    sky = annulus_background(image, bad, np.array([20.0, np.nan]), np.array([12.0, 5.0]), 3, 12)
    assert np.isnan(sky.level).all()
    assert np.isnan(sky.error).all()
    assert 0 < sky.n_pixel[0] < MIN_SKY_PIXELS
    assert sky.n_pixel[1] == 0


def test_large_annuli_and_many_objects_come_back_in_catalogue_order() -> None:
    row = np.mgrid[:300, :300][0].astype(np.float32)
    rng = np.random.default_rng(14)
    x, y = rng.uniform(60, 240, (2, 700))
    sky = annulus_background(row, None, x, y, 20, 60)
    # the median over a symmetric ring on a slope is the slope at its centre
    assert np.abs(sky.level - y).max() < 0.6
