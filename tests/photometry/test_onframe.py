"""Labels and the coadd at the pixels of frames that are rotated, scaled, distorted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from lightledger.photometry.onframe import PixelMap, sample_image, sample_labels

SAME = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def turned(angle: float, scale: float, dx: float, dy: float) -> np.ndarray:
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, dx], [s, c, dy]])


def test_the_same_grid_is_copied_also_beside_nan() -> None:
    rng = np.random.default_rng(0)
    coadd = rng.normal(size=(70, 130)).astype(np.float32)
    coadd[20, 30] = np.nan
    labels = rng.integers(0, 9, coadd.shape)
    pixel_map = PixelMap.of_affine(SAME, coadd.shape, step=16)
    np.testing.assert_array_equal(sample_image(coadd, pixel_map, coadd.shape), coadd)
    np.testing.assert_array_equal(sample_labels(labels, pixel_map, coadd.shape), labels)


@settings(deadline=None, max_examples=25)
@given(
    angle=st.floats(-3.2, 3.2),
    scale=st.floats(0.4, 2.5),
    dx=st.floats(-40, 90),
    dy=st.floats(-40, 90),
    step=st.integers(1, 100),
    ny=st.integers(1, 60),
    nx=st.integers(1, 60),
)
def test_agrees_with_scipy_on_any_affine_grid(
    angle: float, scale: float, dx: float, dy: float, step: int, ny: int, nx: int
) -> None:
    rng = np.random.default_rng(1)
    coadd = rng.normal(size=(50, 40)).astype(np.float32)
    matrix = turned(angle, scale, dx, dy)
    pixel_map = PixelMap.of_inverse(matrix, (ny, nx), step)
    columns, rows = np.meshgrid(np.arange(nx), np.arange(ny))
    there = np.stack([columns - dx, rows - dy])
    x, y = np.tensordot(np.linalg.inv(matrix[:, :2]), there, 1)
    inside = (x > 0.01) & (x < 38.99) & (y > 0.01) & (y < 48.99)
    outside = (x < -0.01) | (x > 39.01) | (y < -0.01) | (y > 49.01)
    found = sample_image(coadd, pixel_map, (ny, nx), cubic_from=np.inf)
    expected = map_coordinates(coadd.astype(float), [y, x], order=1, mode="nearest")
    np.testing.assert_allclose(found[inside], expected[inside], atol=5e-3)
    assert np.isnan(found[outside]).all()

    labels = np.arange(1, coadd.size + 1).reshape(coadd.shape)
    mine = sample_labels(labels, pixel_map, (ny, nx))
    sure = inside & (np.abs(x % 1 - 0.5) > 0.01) & (np.abs(y % 1 - 0.5) > 0.01)
    nearest = labels[np.rint(y[sure]).astype(int), np.rint(x[sure]).astype(int)]
    np.testing.assert_array_equal(mine[sure], nearest)


def test_a_distorted_map_is_close_between_its_nodes() -> None:
    shape = (300, 280)

    def distorted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x + 3e-5 * (y - 150) ** 2, y - 2e-5 * x**2

    columns, rows = np.meshgrid(*PixelMap.nodes(shape, 16))
    pixel_map = PixelMap(16, *distorted(columns, rows))
    ramp = np.add.outer(3.0 * np.arange(320), np.arange(310)).astype(np.float32)
    found = sample_image(ramp, pixel_map, shape)
    x, y = distorted(*np.meshgrid(np.arange(280.0), np.arange(300.0)))
    good = np.isfinite(found)
    assert good.mean() > 0.9
    assert np.abs(found - (3 * y + x))[good].max() < 0.02


def test_where_the_map_is_nan_nothing_is() -> None:
    pixel_map = PixelMap(4, np.full((2, 2), np.nan), np.zeros((2, 2)))
    assert np.isnan(sample_image(np.ones((9, 9)), pixel_map, (4, 4))).all()
    assert not sample_labels(np.ones((9, 9)), pixel_map, (4, 4)).any()


def test_maps_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="cover"):
        sample_labels(np.ones((9, 9)), PixelMap.of_affine(SAME, (64, 64)), (64, 130))
    with pytest.raises(ValueError, match="inverted"):
        PixelMap.of_inverse(np.zeros((2, 3)), (9, 9))
    with pytest.raises(ValueError, match="shapes"):
        PixelMap(4, np.zeros((2, 2)), np.zeros((3, 2)))
