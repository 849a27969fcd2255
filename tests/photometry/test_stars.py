"""The star finder: known stars found where they are, everything else left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.photometry.stars import Stars, coarse_sky, find_stars, median_fwhm


def field(
    fwhm: float, n: int = 40, side: int = 300, seed: int = 0, sky: float = 100.0
) -> tuple[np.ndarray, np.ndarray]:
    """Well-separated Gaussian stars on noise; returns image and (n, 3) x, y, flux."""
    rng = np.random.default_rng(seed)
    image = rng.normal(sky, 5.0, (side, side))
    sigma = fwhm / 2.3548
    yy, xx = np.mgrid[:side, :side]
    stars: list[tuple[float, float, float]] = []
    while len(stars) < n:
        x, y = rng.uniform(20, side - 20, 2)
        if all(np.hypot(x - a, y - b) > 4 * fwhm + 6 for a, b, _ in stars):
            stars.append((x, y, sigma * 10 ** rng.uniform(3.3, 4.7)))
        elif rng.random() < 0.001:
            break
    for x, y, flux in stars:
        shape = np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * sigma**2))
        image += flux / (2 * np.pi * sigma**2) * shape
    return image.astype(np.float32), np.array(stars)


def nearest(stars: Stars, x: float, y: float) -> tuple[int, float]:
    away = np.hypot(stars.x - x, stars.y - y)
    return int(away.argmin()), float(away.min())


@pytest.mark.parametrize("fwhm", [1.8, 2.5, 4.0, 6.0, 8.0])
def test_positions_fluxes_and_width(fwhm: float) -> None:
    image, truth = field(fwhm, n=25)
    stars = find_stars(image)
    found = [nearest(stars, x, y) for x, y, _ in truth]
    assert max(away for _, away in found) < 0.3
    ratio = [stars.flux[k] / flux for (k, _), (_, _, flux) in zip(found, truth, strict=True)]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.02)
    assert median_fwhm(stars) == pytest.approx(fwhm, rel=0.03)
    assert stars.sky == pytest.approx(100.0, abs=0.5)
    assert stars.noise == pytest.approx(5.0, rel=0.1)
    assert (np.diff(stars.flux) <= 0).all()
    assert not stars.flat.any()


def test_hot_pixels_and_thin_trails_are_no_stars() -> None:
    image, truth = field(4.0, n=20)
    rng = np.random.default_rng(3)
    free = [
        (x, y)
        for x, y in rng.integers(10, 290, (400, 2))
        if np.hypot(truth[:, 0] - x, truth[:, 1] - y).min() > 15
    ][:60]
    for k, (x, y) in enumerate(free):
        image[y, x] += 3000
        if k % 2:
            for step in range(4):
                image[y + step, x + step] += 2500
    stars = find_stars(image)
    for x, y in free:
        assert nearest(stars, x + 1.5, y + 1.5)[1] > 4
    assert all(nearest(stars, x, y)[1] < 0.3 for x, y, _ in truth)


def test_saturated_star_is_one_and_said() -> None:
    image, _ = field(4.0, n=5)
    yy, xx = np.mgrid[:300, :300]
    image += 4e5 * np.exp(-((xx - 150.3) ** 2 + (yy - 149.6) ** 2) / (2 * 1.7**2)).astype("f4")
    image = np.minimum(image, np.float32(4095))
    stars = find_stars(image)
    near = np.hypot(stars.x - 150.3, stars.y - 149.6) < 6
    assert near.sum() == 1
    assert np.hypot(stars.x - 150.3, stars.y - 149.6).min() < 0.3
    assert stars.flat[near].all()
    assert stars.peak[near][0] == 4095


def test_sloping_sky_and_bad_pixels() -> None:
    image, truth = field(3.0, n=25)
    image += np.linspace(0, 800, 300, dtype=np.float32)[None, :]
    image[100:120, :] = np.nan
    bad = np.zeros(image.shape, bool)
    bad[:, 200:210] = True
    image[bad] = 1e6
    stars = find_stars(image, bad)
    assert not (bad[np.round(stars.y).astype(int), np.round(stars.x).astype(int)]).any()
    assert (stars.flux < 1e6).all()
    clear = [
        (x, y) for x, y, _ in truth if abs(y - 110) > 16 and abs(x - 205) > 11
    ]  # fmt: skip
    assert all(nearest(stars, x, y)[1] < 0.3 for x, y in clear)


def test_same_image_same_stars_and_flip_flips_them() -> None:
    image, _ = field(3.0)
    first, second = find_stars(image), find_stars(image.copy())
    for name in ("x", "y", "flux", "fwhm_px", "peak"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    turned = find_stars(np.ascontiguousarray(image[::-1, ::-1]))
    np.testing.assert_allclose(turned.x[:10], 299 - first.x[:10], atol=0.02)


def test_number_is_limited_to_the_brightest() -> None:
    image, truth = field(3.0, n=30)
    stars = find_stars(image, n_max=5)
    assert len(stars) == 5
    brightest = truth[np.argsort(-truth[:, 2])][:3]
    assert all(nearest(stars, x, y)[1] < 0.3 for x, y, _ in brightest)


def test_pure_noise_has_hardly_any_star() -> None:
    noise = np.random.default_rng(5).normal(0, 1, (500, 500)).astype(np.float32)
    assert len(find_stars(noise)) <= 2


@pytest.mark.parametrize(
    "image",
    [
        np.full((40, 40), np.nan, np.float32), np.zeros((40, 40), np.float32),
        np.full((40, 40), 7, np.float32), np.zeros((1, 1), np.float32),
        np.zeros((3, 500), np.float32), np.full((40, 40), np.inf, np.float32),
    ],
)  # fmt: skip
def test_empty_images_have_no_stars(image: np.ndarray) -> None:
    stars = find_stars(image)
    assert len(stars) == 0
    assert np.isnan(median_fwhm(stars))


@given(st.integers(0, 2**32 - 1), st.integers(8, 40), st.integers(8, 40))
@settings(max_examples=40, deadline=None)
def test_any_image_is_survived(seed: int, ny: int, nx: int) -> None:
    rng = np.random.default_rng(seed)
    image = (rng.standard_cauchy((ny, nx)) * 10.0 ** rng.integers(-3, 6)).astype(np.float32)
    image[rng.random((ny, nx)) < 0.1] = rng.choice([np.nan, np.inf, -np.inf, 0.0])
    stars = find_stars(image)
    assert np.isfinite(stars.x).all()
    assert ((stars.x >= 0) & (stars.x <= nx - 1) & (stars.y >= 0) & (stars.y <= ny - 1)).all()


def test_coarse_sky_follows_a_slope() -> None:
    rng = np.random.default_rng(0)
    slope = np.linspace(100, 200, 400, dtype=np.float32)[:, None] * np.ones((1, 300), np.float32)
    image = slope + rng.normal(0, 3, slope.shape).astype(np.float32)
    level, sky, noise = coarse_sky(image, np.zeros(image.shape, bool))
    assert np.abs(level - slope)[40:-40].max() < 3
    assert sky == pytest.approx(150, abs=2)
    assert noise == pytest.approx(5.5, abs=3)


@pytest.mark.real
def test_widths_and_places_agree_with_sextractor(real_data: Path) -> None:
    folder = real_data / "lowell_5945_field"
    path = sorted((folder / "images").glob("*.fz"))[-1]
    image = fits.getdata(path).astype(np.float32)
    name = path.name.removesuffix(".fits.fz") + ".cat"
    table = fits.getdata(folder / "catalogs_sextractor_ldac" / name, 2)
    stars = find_stars(image)
    away = np.hypot(
        stars.x[:, None] - (table["X_IMAGE"] - 1), stars.y[:, None] - (table["Y_IMAGE"] - 1)
    )
    common = away.min(axis=1) < 1
    assert common.mean() > 0.9
    theirs = np.median(table["FWHM_IMAGE"][away.argmin(axis=1)[common]])
    assert np.median(stars.fwhm_px[common]) == pytest.approx(theirs, rel=0.1)


@pytest.mark.real
def test_spitzer_subarray_has_its_one_star(real_data: Path) -> None:
    path = sorted((real_data / "spitzer_hd209458_ch1/bcd").glob("*.fits"))[0]
    stars = find_stars(np.median(fits.getdata(path), axis=0).astype(np.float32))
    assert len(stars) == 1
    assert (stars.x[0], stars.y[0]) == (
        pytest.approx(14.85, abs=0.1),
        pytest.approx(14.8, abs=0.12),
    )
    assert 1.3 < stars.fwhm_px[0] < 2.2
