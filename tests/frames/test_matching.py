"""Which star is which: found where it is so, refused where it is not."""

from __future__ import annotations

from pathlib import Path

import astroalign
import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.frames.matching import (
    MatchError,
    apply_affine,
    common_shift,
    match_stars,
)
from lightledger.photometry.stars import find_stars

SIDE = 600.0


def transform(angle: float, scale: float, mirrored: bool, dx: float, dy: float) -> np.ndarray:
    """About the middle of the frame."""
    c, s = scale * np.cos(np.radians(angle)), scale * np.sin(np.radians(angle))
    linear = np.array([[c, -s], [s, c]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0])
    middle = np.array([SIDE / 2, SIDE / 2])
    return np.column_stack([linear, middle + np.array([dx, dy]) - linear @ middle])


def observed(
    rng: np.random.Generator, reference: np.ndarray, matrix: np.ndarray, lost: float, false: float
) -> np.ndarray:
    """What a frame shows of the reference stars: cut, jittered, some lost, some spurious."""
    placed = np.column_stack(apply_affine(matrix, *reference.T))
    inside = ((placed > 0) & (placed < SIDE)).all(axis=1)
    seen = placed[inside & (rng.random(len(placed)) >= lost)]
    seen = seen + rng.normal(0, 0.1, seen.shape)
    spurious = rng.uniform(0, SIDE, (int(false * len(seen)), 2))
    places = rng.integers(0, len(seen) + 1, len(spurious))
    return np.insert(seen, places, spurious, axis=0)


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(15, 200),
    angle=st.floats(0, 360),
    scale=st.floats(0.95, 1.05),
    mirrored=st.booleans(),
    dx=st.floats(-150, 150),
    dy=st.floats(-100, 100),
)
@settings(max_examples=60, deadline=None)
def test_moved_turned_scaled_mirrored_fields_are_found(
    seed: int, n: int, angle: float, scale: float, mirrored: bool, dx: float, dy: float
) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.uniform(0, SIDE, (n, 2))
    truth = transform(angle, scale, mirrored, dx, dy)
    frame = observed(rng, reference, truth, lost=0.1, false=0.2)
    if len(frame) < 12:
        return
    match = match_stars(*frame.T, *reference.T)
    corners = np.array([[100.0, 100], [500, 100], [100, 500], [500, 500]]).T
    off = np.subtract(apply_affine(match.matrix, *corners), apply_affine(truth, *corners))
    assert np.abs(off).max() < 1.5
    assert match.rms_px < 0.4
    assert match.mirrored == mirrored
    assert match.n_matched <= len(frame)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 200), m=st.integers(5, 200))
@settings(max_examples=60, deadline=None)
def test_unrelated_fields_are_refused(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    frame, reference = rng.uniform(0, SIDE, (n, 2)), rng.uniform(0, SIDE, (m, 2))
    with pytest.raises(MatchError):
        match_stars(*frame.T, *reference.T)


def test_same_stars_give_the_identity() -> None:
    stars = np.random.default_rng(1).uniform(0, SIDE, (40, 2)).T
    match = match_stars(*stars, *stars)
    np.testing.assert_allclose(match.matrix, [[1, 0, 0], [0, 1, 0]], atol=1e-9)
    assert match.n_matched == 40


def test_mirror_images_can_be_forbidden() -> None:
    stars = np.random.default_rng(2).uniform(0, SIDE, (50, 2))
    flipped = stars * [-1, 1] + [SIDE, 0]
    assert match_stars(*flipped.T, *stars.T).mirrored
    with pytest.raises(MatchError):
        match_stars(*flipped.T, *stars.T, mirror=False)


def test_meridian_flip() -> None:
    stars = np.random.default_rng(3).uniform(0, SIDE, (50, 2))
    match = match_stars(*(SIDE - stars).T, *stars.T)
    np.testing.assert_allclose(match.matrix, [[-1, 0, SIDE], [0, -1, SIDE]], atol=1e-6)
    assert not match.mirrored


def test_other_scale_is_refused() -> None:
    stars = np.random.default_rng(4).uniform(0, SIDE, (50, 2))
    with pytest.raises(MatchError):
        match_stars(*(1.3 * stars).T, *stars.T)


def test_too_few_stars_say_how_many() -> None:
    few, many = np.arange(6.0).reshape(2, 3), np.random.default_rng(5).uniform(0, SIDE, (2, 30))
    with pytest.raises(MatchError, match="3 stars found in the frame"):
        match_stars(*few, *many)
    with pytest.raises(LightledgerError, match="3 stars found in the reference"):
        match_stars(*many, *few)
    with pytest.raises(MatchError):
        match_stars([], [], [], [])


def test_strange_lists_never_break_it() -> None:
    line = np.column_stack([np.arange(20.0) * 10, np.zeros(20)])
    same = np.ones((20, 2))
    grid = np.array([[x, y] for x in range(5) for y in range(5)], float) * 40
    good = np.random.default_rng(6).uniform(0, SIDE, (30, 2))
    for odd in (line, same, np.full((20, 2), np.nan)):
        with pytest.raises(MatchError):
            match_stars(*odd.T, *good.T)
        with pytest.raises(MatchError):
            match_stars(*odd.T, *odd.T)
    with pytest.raises(MatchError):
        match_stars(*grid.T, *good.T)


def test_agrees_with_astroalign() -> None:
    rng = np.random.default_rng(7)
    reference = rng.uniform(0, SIDE, (60, 2))
    frame = observed(rng, reference, transform(12.0, 1.01, False, 60, -40), lost=0.05, false=0.1)
    theirs, _ = astroalign.find_transform(reference, frame)
    ours = match_stars(*frame.T, *reference.T)
    np.testing.assert_allclose(
        np.column_stack(apply_affine(ours.matrix, *reference.T)), theirs(reference), atol=0.5
    )


def test_common_shift_of_a_catalogue() -> None:
    rng = np.random.default_rng(8)
    places = rng.uniform(0, SIDE, (80, 2))
    stars = np.vstack([places[:60] + np.array([1.2, -0.4]), rng.uniform(0, SIDE, (40, 2))])
    shift = common_shift(*stars.T, *places.T)
    assert (shift.dx, shift.dy) == (pytest.approx(1.2, abs=0.05), pytest.approx(-0.4, abs=0.05))
    assert 60 <= shift.n_common <= 65
    assert common_shift([], [], *places.T).n_common == 0


@pytest.mark.real
def test_drifting_series_without_wcs(real_data: Path) -> None:
    """Frames drift by over 250 px; every one is identified, the last as astroalign does."""
    paths = sorted((real_data / "hatp32_microobservatory/images").iterdir())[::4]
    stars = [find_stars(fits.getdata(path).astype(np.float32)) for path in paths]
    reference = stars[0]
    matched, target = 0, []
    for found in stars:
        try:
            match = match_stars(found.x, found.y, reference.x, reference.y)
        except MatchError:
            continue
        matched += match.rms_px < 0.3
        target.append(np.array(apply_affine(match.matrix, 423.2, 286.0)))
    assert matched == len(paths)
    assert np.ptp(target, axis=0)[0] > 250
    last = stars[-1]
    theirs, _ = astroalign.find_transform(
        np.column_stack([reference.x, reference.y])[:60], np.column_stack([last.x, last.y])[:60]
    )
    np.testing.assert_allclose(target[-1], theirs([[423.2, 286.0]])[0], atol=0.5)
