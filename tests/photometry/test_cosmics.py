"""L.A.Cosmic against astroscrappy with full medians, and what it must leave alone."""

from __future__ import annotations

import astroscrappy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import maximum_filter
from scipy.special import erf

from lightledger.photometry.cosmics import Cleaned, remove_cosmics

#: astroscrappy takes outer pixels as they are in place of their medians.
INNER = np.s_[8:-8, 8:-8]


def pixel_gaussian(shape: tuple[int, int], x: float, y: float, fwhm: float) -> np.ndarray:
    """A Gaussian of flux 1, integrated over the pixels."""
    width = fwhm / 2.3548 * np.sqrt(2)
    of_y, of_x = (
        np.diff(erf((np.arange(n + 1) - 0.5 - at) / width)) / 2
        for n, at in zip(shape, (y, x), strict=True)
    )
    return np.outer(of_y, of_x)


def struck_field(size: int, seed: int, fwhm: float = 3.0) -> dict[str, np.ndarray]:
    """Stars on an uneven depth, with short tracks of cosmics and regions of nan."""
    rng = np.random.default_rng(seed)
    shape = (size, size)
    row, column = np.mgrid[:size, :size]
    truth = 20.0 + 3.0 * column / size
    for _ in range(size**2 // 300):
        x, y = rng.uniform(0, size, 2)
        near = np.s_[max(0, int(y) - 15) : int(y) + 16, max(0, int(x) - 15) : int(x) + 16]
        r2 = (column[near] - x) ** 2 + (row[near] - y) ** 2
        truth[near] += 10 ** rng.uniform(0.5, 4) * 0.07 * np.exp(-2.77 * r2 / fwhm**2)
    depth = 4 + 2 * np.sin(column / size * 9) * np.cos(row / size * 7)
    depth[: size // 3, : size // 4] = 1.0  # an edge of coverage
    sigma = np.sqrt(4 / depth + (truth - 20) / 60)
    image = rng.normal(truth, sigma)
    hit = np.zeros(shape, bool)
    for _ in range(size**2 // 600):
        x, y = rng.uniform(0, size, 2)
        angle, energy = rng.uniform(0, np.pi), rng.exponential(60) + 8
        for step in range(rng.integers(1, 5)):
            j, i = int(y + step * np.sin(angle)), int(x + step * np.cos(angle))
            if 0 <= j < size and 0 <= i < size:
                image[j, i] += energy
                hit[j, i] = True
    sigma[hit] *= 1.5  # its photons are in the given noise
    bad = column + row < size / 12
    for _ in range(6):
        j, i = rng.integers(0, size - 20, 2)
        bad[j : j + rng.integers(1, 20), i : i + rng.integers(1, 20)] = True
    image[bad] = sigma[bad] = np.nan
    planes = {"image": image.astype("f4"), "sigma": sigma.astype("f4"), "bad": bad}
    return planes | {"truth": truth, "hit": hit}


def oracle(image: np.ndarray, sigma: np.ndarray, bad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return astroscrappy.detect_cosmics(
        np.where(bad, 20, image), inmask=bad, invar=np.where(bad, 1, sigma) ** 2,
        sigclip=4.5, sigfrac=0.3, objlim=5.0, gain=1.0, readnoise=0.0, satlevel=np.inf, niter=4,
        sepmed=False, cleantype="medmask", fsmode="median",
    )  # fmt: skip


def cleaned(field: dict[str, np.ndarray]) -> Cleaned:
    return remove_cosmics(field["image"], field["sigma"], field["bad"])


@pytest.mark.parametrize(("seed", "fwhm"), [(1, 3.0), (2, 1.8)])
def test_same_mask_as_astroscrappy(seed: int, fwhm: float) -> None:
    field = struck_field(320, seed, fwhm)
    ours = cleaned(field)
    mask, image = oracle(field["image"], field["sigma"], field["bad"])
    both = (mask & ours.mask)[INNER].sum()
    assert both > 200
    assert both > 0.98 * mask[INNER].sum()
    assert both > 0.98 * ours.mask[INNER].sum()
    # of an even number of pixels around, ours is the median, theirs the lower middle one
    at = np.zeros_like(mask)
    at[INNER] = (mask & ours.mask)[INNER]
    assert np.median(np.abs(image - ours.image)[at] / field["sigma"][at]) < 0.2


def test_what_is_replaced_is_what_was_there() -> None:
    field = struck_field(320, 3)
    result = cleaned(field)
    found = result.mask & field["hit"]
    assert found.sum() > 0.8 * (field["hit"] & ~field["bad"]).sum()
    noise = np.sqrt(1.0 + (field["truth"] - 20) / 60)
    away = np.abs(result.image - field["truth"])[found] / noise[found]
    assert np.median(away) < 0.5
    np.testing.assert_array_equal(
        result.image[~result.mask], field["image"][~result.mask]
    )  # nan included
    assert result.n_pixel == result.mask.sum()
    assert not (result.mask & field["bad"]).any()


@pytest.mark.parametrize("fwhm", [1.5, 1.7, 2.8])
def test_cores_of_undersampled_stars_stay(fwhm: float) -> None:
    # before the pixels blur them, IRAC's stars have 1.4 to 1.7 native pixels, 2.8 in its mosaics
    rng = np.random.default_rng(4)
    truth = np.full((400, 400), 5.0)
    for j in range(20, 390, 20):
        for i in range(20, 390, 20):
            x, y = rng.uniform(8.5, 9.5, 2)
            flux = 10 ** rng.uniform(1, 5)
            truth[j - 9 : j + 10, i - 9 : i + 10] += flux * pixel_gaussian((19, 19), x, y, fwhm)
    sigma = np.sqrt(1.0 + (truth - 5) / 100)
    image = rng.normal(truth, sigma).astype("f4")
    result = remove_cosmics(image, sigma.astype("f4"), np.zeros(image.shape, bool))
    assert not (result.mask & (truth - 5 > 4 * sigma)).any()
    assert result.n_pixel < 5


def test_cosmics_are_found_up_to_the_edges_but_not_beside_bad_pixels() -> None:
    rng = np.random.default_rng(5)
    image = rng.normal(100.0, 1.0, (60, 60)).astype("f4")
    places = [(0, 0), (0, 30), (59, 59), (30, 59), (1, 20), (58, 3), (30, 30), (45, 10)]
    for j, i in places:
        image[j, i] += 50
    bad = np.zeros(image.shape, bool)
    bad[30, 31] = bad[47, 10] = True
    image[bad] = np.nan
    result = remove_cosmics(image, np.ones_like(image), bad)
    found = np.zeros(image.shape, bool)
    found[tuple(np.transpose([p for p in places if p != (30, 30)]))] = True
    assert result.mask[found].all()
    assert np.abs(result.image[found] - 100).max() < 2
    # and beyond them at most a neighbour that noise lifts above the lower threshold
    assert not (result.mask & ~maximum_filter(found, 3)).any()
    assert result.n_pixel < 2 * found.sum()


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 40), st.integers(1, 40), st.floats(0, 1), st.floats(0, 0.5),
    st.integers(1, 6), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_any_frame_of_hot_and_bad_pixels(
    ny: int, nx: int, hot: float, missing: float, iterations: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    image = rng.normal(0.0, 1.0, (ny, nx)).astype("f4")
    image[rng.random((ny, nx)) < hot] *= 1e5
    bad = rng.random((ny, nx)) < missing
    image[bad] = rng.choice([np.nan, np.inf, 1e30])
    sigma = np.where(bad, rng.choice([np.nan, 0.0, -1.0]), 1.0).astype("f4")
    before = image.copy()
    result = remove_cosmics(image, sigma, bad, iterations=iterations)
    np.testing.assert_array_equal(image, before)
    assert result.n_pixel == result.mask.sum()
    assert not (result.mask & bad).any()
    assert np.isfinite(result.image[~bad]).all()
    np.testing.assert_array_equal(result.image[~result.mask], image[~result.mask])
    sources = maximum_filter(~bad & ~result.mask, 5, mode="constant", cval=False)
    np.testing.assert_array_equal(result.bad, bad | (result.mask & ~sources))


def test_a_frame_of_pure_hot_pixels() -> None:
    rng = np.random.default_rng(6)
    image = rng.choice([0.0, 1e6], (300, 200)).astype("f4")
    result = remove_cosmics(image, np.full_like(image, 0.1), np.zeros(image.shape, bool))
    assert 0 < result.n_pixel <= image.size
    assert np.isfinite(result.image).all()


@pytest.mark.parametrize("value", [np.nan, 0.0, 65535.0])
def test_frames_without_contrast_have_no_cosmics(value: float) -> None:
    image = np.full((50, 40), value, np.float32)
    result = remove_cosmics(image, np.ones_like(image), ~np.isfinite(image))
    assert result.n_pixel == 0
    assert not result.mask.any()
    np.testing.assert_array_equal(result.image, image)
