"""Box statistics against photutils and astropy, their errors against the scatter they give."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.stats import SigmaClip, biweight_location, biweight_midvariance, sigma_clipped_stats
from hypothesis import given, settings
from hypothesis import strategies as st
from photutils.aperture import ApertureStats, RectangularAperture

from lightledger.domain.methods import BOX_METHODS, Method
from lightledger.photometry.boxes import Boxes, box_statistics

SIDES = (3, 7, 13, 20)
METHODS = [Method(kind, float(side)) for side in SIDES for kind in BOX_METHODS]


def statistics(image: np.ndarray, x: object, y: object, methods: list[Method] = METHODS) -> Boxes:
    return box_statistics(image, x, y, [m.size for m in methods], methods)  # type: ignore[arg-type]


def ratio_like(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Values around 1 with outliers, and none in half of the pixels."""
    rng = np.random.default_rng(seed)
    image = rng.normal(1.0, 0.2, shape).astype("f4")
    image[rng.random(shape) < 0.02] += 30
    image[rng.random(shape) < 0.5] = np.nan
    return image


def test_agrees_with_photutils() -> None:
    rng = np.random.default_rng(1)
    image = ratio_like((300, 280), 1)
    x, y = rng.uniform(-4, 285, (2, 300))
    ours = statistics(image, x, y)
    inside = (x > -1) & (x < 280) & (y > -1) & (y < 300)
    x, y = x[inside], y[inside]
    mask = np.isnan(image)
    away = []
    for side in SIDES:
        box = RectangularAperture(np.transpose([x, y]), side, side)
        plain = ApertureStats(image, box, mask=mask, sum_method="center")
        clip = SigmaClip(3.0, maxiters=10)
        clipped = ApertureStats(image, box, mask=mask, sum_method="center", sigma_clip=clip)
        expected = {
            "median": plain.median,
            "biweight": plain.biweight_location,
            "clipped": clipped.mean,
        }
        for kind, theirs in expected.items():
            row = METHODS.index(Method(kind, float(side)))
            value = ours.value[row][inside]
            np.testing.assert_array_equal(np.isnan(value), np.isnan(theirs))
            away.append(np.abs(value - theirs)[~np.isnan(value)])
    assert (np.concatenate(away) < 1e-6).mean() > 0.999
    assert np.concatenate(away).max() < 1e-3


def test_values_and_errors_are_the_formulas() -> None:
    image = ratio_like((60, 60), 2)
    x, y, side = 30.3, 28.8, 13
    half = side / 2
    row, column = np.mgrid[:60, :60]
    inside = (column >= x - half) & (column < x + half) & (row >= y - half) & (row < y + half)
    v = image[inside]
    v = v[np.isfinite(v)].astype(np.float64)
    boxes = statistics(image, x, y, [Method(kind, side) for kind in BOX_METHODS])
    assert boxes.n[:2, 0].tolist() == [v.size, v.size]
    spread = 1.4826022185056018 * np.median(np.abs(v - np.median(v)))
    assert boxes.value[0, 0] == pytest.approx(np.median(v), abs=1e-9)
    assert boxes.error[0, 0] == pytest.approx(np.sqrt(np.pi / 2) * spread / np.sqrt(v.size))
    assert boxes.value[1, 0] == pytest.approx(biweight_location(v), abs=1e-9)
    expected = np.sqrt(biweight_midvariance(v, c=6.0) / v.size)
    assert boxes.error[1, 0] == pytest.approx(expected)
    mean, _, std = sigma_clipped_stats(v, sigma=3.0, maxiters=10)
    assert boxes.value[2, 0] == pytest.approx(mean, abs=1e-9)
    n = boxes.n[2, 0]
    assert 0 < n < v.size
    assert boxes.error[2, 0] == pytest.approx(std / np.sqrt(n - 1))


def test_constants_come_from_the_arguments() -> None:
    image = ratio_like((40, 40), 3)
    v = image[np.isfinite(image)].astype(np.float64)
    boxes = box_statistics(
        image, 19.5, 19.5, [40.0, 40.0], [Method("biweight", 40.0), Method("clipped", 40.0)],
        clip_sigma=1.5, clip_iterations=2, biweight_constant=9.0,
    )  # fmt: skip
    assert boxes.value[0, 0] == pytest.approx(biweight_location(v, c=9.0), abs=1e-9)
    expected = sigma_clipped_stats(v, sigma=1.5, maxiters=2)[0]
    assert boxes.value[1, 0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("side", SIDES)
def test_errors_are_those_of_the_location(side: int) -> None:
    rng = np.random.default_rng(4)
    image = rng.normal(1.0, 0.1, (800, 800)).astype("f4")
    grid = np.arange(12, 788, side + 0.25)
    x, y = (v.ravel() for v in np.meshgrid(grid, grid))
    methods = [Method(kind, side) for kind in BOX_METHODS]
    boxes = statistics(image, x, y, methods)
    np.testing.assert_array_less(np.abs(boxes.value.mean(axis=1) - 1), 0.01)
    ratio = boxes.value.std(axis=1) / np.sqrt(np.mean(boxes.error**2, axis=1))
    np.testing.assert_array_less(np.abs(ratio - 1), 0.15 if side > 3 else 0.35)


@settings(deadline=None, max_examples=80)
@given(
    st.integers(1, 30), st.integers(1, 30), st.floats(0.5, 35), st.floats(-10, 40),
    st.floats(-10, 40), st.floats(0, 1), st.booleans(), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_any_box_on_any_image(
    ny: int, nx: int, side: float, x: float, y: float, missing: float, whole: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    image = rng.normal(0.0, 10.0, (ny, nx))
    image = (np.round(image) if whole else image).astype("f4")
    image[rng.random((ny, nx)) < missing] = rng.choice([np.nan, np.inf, -np.inf])
    row, column = np.mgrid[:ny, :nx]
    inside = (column >= x - side / 2) & (column < x + side / 2)
    inside &= (row >= y - side / 2) & (row < y + side / 2)
    v = image[inside & np.isfinite(image)].astype(np.float64)
    methods = [Method(kind, side) for kind in BOX_METHODS]
    boxes = statistics(image, x, y, methods)
    assert boxes.n[0, 0] == boxes.n[1, 0] == v.size
    if v.size == 0:
        assert np.isnan(boxes.value).all()
        assert np.isnan(boxes.error).all()
        return
    mean, _, _ = sigma_clipped_stats(v, sigma=3.0, maxiters=10)
    expected = [np.median(v), biweight_location(v), mean]
    np.testing.assert_allclose(boxes.value[:, 0], expected, atol=1e-5, rtol=1e-6)
    assert np.isfinite(boxes.error[:2]).all() == (v.size > 1)
    if v.size > 1:
        assert (boxes.error[:2, 0] == 0).all() == (np.ptp(v) == 0)


def test_boxes_of_whole_side_have_all_their_pixels_wherever_they_lie() -> None:
    image = np.ones((40, 40), np.float32)
    for x, y in ((20.0, 20.0), (20.5, 20.5), (19.5, 20.25), (20.999, 19.001)):
        boxes = statistics(image, x, y)
        assert boxes.n[:, 0].tolist() == [int(m.size) ** 2 for m in METHODS]
        assert (boxes.value == 1).all()
        assert (boxes.error == 0).all()


def test_off_the_frame_and_nowhere() -> None:
    image = np.ones((40, 40), np.float32)
    x = np.array([-30.0, np.nan, 1e18, 0.0, np.inf])
    boxes = statistics(image, x, np.array([20.0, 20.0, -1e18, 0.0, 3.0]))
    assert (boxes.n[:, [0, 1, 2, 4]] == 0).all()
    assert np.isnan(boxes.value[:, [0, 1, 2, 4]]).all()
    assert boxes.n[:, 3].tolist() == [int(np.ceil(m.size / 2)) ** 2 for m in METHODS]


def test_frames_of_nan_and_catalogues_of_nobody() -> None:
    nothing = statistics(np.full((30, 30), np.nan, "f4"), [5.0], [5.0])
    assert np.isnan(nothing.value).all()
    assert statistics(np.ones((30, 30), "f4"), [], []).value.shape == (len(METHODS), 0)


def test_one_pixel_has_a_value_and_no_error() -> None:
    image = np.full((9, 9), np.nan, np.float32)
    image[4, 4] = 2.5
    boxes = statistics(image, 4.0, 4.0)
    assert (boxes.value == 2.5).all()
    assert np.isnan(boxes.error).all()


def test_many_objects_come_back_in_catalogue_order() -> None:
    rng = np.random.default_rng(5)
    image = np.arange(500, dtype=np.float32)[None, :].repeat(400, axis=0)
    x, y = rng.uniform(20, 370, (2, 9000))
    boxes = statistics(image, x, y)
    assert np.abs(boxes.value - x).max() <= 0.5 + 1e-6


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        box_statistics(np.ones((5, 5), "f4"), 2, 2, [3.0], [])
    with pytest.raises(ValueError, match="do not fit"):
        box_statistics(np.ones((5, 5), "f4"), 2, 2, [0.0], [Method("median", 3.0)])
    with pytest.raises(ValueError, match="twice"):
        box_statistics(np.ones((5, 5), "f4"), 2, 2, [3.0, 3.0], [Method("median", 3.0)] * 2)
