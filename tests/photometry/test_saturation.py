"""Saturation level: known detectors are found, single stars are not mistaken for one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lightledger.photometry.saturation import pile_up, saturation_level


def stars(
    shape: tuple[int, int],
    peaks: np.ndarray,
    width: float,
    *,
    seed: int,
    noise: float = 5.0,
    whole_pixels: bool = False,
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    image = rng.normal(100.0, noise, shape) if noise else np.full(shape, 100.0)
    for peak in peaks:
        x, y = rng.uniform(5, shape[1] - 6), rng.uniform(5, shape[0] - 6)
        if whole_pixels:
            x, y = np.floor(x) + 0.5, np.floor(y) + 0.5
        image += peak * np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * width**2))
    return image


def bright(seed: int, n: int = 60, width: float = 2.0) -> np.ndarray:
    """60 stars, of which a dozen would pass 20,000."""
    peaks = 10 ** np.random.default_rng(seed).uniform(2, 5, n)
    return stars((200, 200), peaks, width, seed=seed)


def test_recipe_before_header_before_histogram() -> None:
    image = np.minimum(bright(1), 20_000)
    assert saturation_level(image, 50_000.0, 12_000.0) == 12_000
    assert saturation_level(image, 50_000.0) == 50_000
    assert saturation_level(image) == pytest.approx(20_000)


@pytest.mark.parametrize("nonsense", [None, np.nan, np.inf, 0.0, -1.0])
def test_nonsense_in_the_header_is_ignored(nonsense: float | None) -> None:
    assert saturation_level(np.minimum(bright(1), 20_000), nonsense) == pytest.approx(20_000)


@pytest.mark.parametrize("seed", range(5))
def test_clipped_counts_are_found(seed: int) -> None:
    counts = np.minimum(np.round(bright(seed)), 4095).astype(np.int16)
    assert saturation_level(counts) == 4095


def test_pile_up_spread_by_flat_fielding_and_clipped_again_is_found() -> None:
    rng = np.random.default_rng(3)
    raw = np.minimum(bright(3, n=120), 63_500 / 3)
    flat = rng.normal(1.0, 0.01, raw.shape)
    image = np.minimum(raw / flat, 65_535 / 3)
    assert pile_up(image) == pytest.approx(63_500 / 3, rel=0.03)


def test_one_saturated_star_is_enough() -> None:
    image = np.minimum(stars((100, 100), np.array([90_000.0, 500.0]), 2.5, seed=4), 30_000)
    assert pile_up(image) == 30_000


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    peak=st.floats(200, 1e6),
    width=st.floats(0.7, 8),
    noise=st.sampled_from([0.0, 1.0, 20.0]),
    whole=st.booleans(),
)
@example(seed=0, peak=200.0, width=3.0, noise=0.0, whole=True)  # rings of eight equal pixels
def test_one_bright_star_is_no_pile_up(
    seed: int, peak: float, width: float, noise: float, whole: bool
) -> None:
    image = stars((64, 64), np.array([peak]), width, seed=seed, noise=noise, whole_pixels=whole)
    assert pile_up(image) == np.inf


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), width=st.floats(1.0, 3.0))
def test_unsaturated_field_has_no_level(seed: int, width: float) -> None:
    assert pile_up(bright(seed, width=width)) == np.inf


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((30, 30)),
        np.full((30, 30), 65_535.0),
        np.full((30, 30), np.nan),
        np.full((1, 1), 3.0),
        np.random.default_rng(0).normal(0, 1, (50, 50)),
        np.random.default_rng(0).poisson(2.0, (50, 50)),
    ],
    ids=["zeros", "constant", "nan", "one pixel", "noise", "few counts"],
)
def test_frames_without_stars_have_no_level(image: np.ndarray) -> None:
    assert pile_up(image) == np.inf


def test_bad_pixels_do_not_make_a_pile_up() -> None:
    image = bright(6, width=1.5)
    image[50:60, 50:60] = 1e7
    bad = np.zeros(image.shape, bool)
    bad[50:60, 50:60] = True
    assert pile_up(image, bad) == np.inf
    assert pile_up(image) == 1e7


@pytest.mark.real
def test_real_series(real_data: Path) -> None:
    from astropy.io import fits

    files = sorted((real_data / "hatp32_microobservatory" / "images").iterdir())
    assert {saturation_level(fits.getdata(f)) for f in files[::20]} == {4095.0}
    files = sorted((real_data / "lowell_5945_field" / "images").iterdir())
    levels = [saturation_level(fits.getdata(f, 1)) for f in files[::15]]
    assert 60_000 < min(levels) <= max(levels) < 65_000
    files = sorted((real_data / "spitzer_hd209458_ch1" / "bcd").glob("*bcd.fits"))
    assert {pile_up(np.median(fits.getdata(f), axis=0)) for f in files[::40]} == {np.inf}
