"""The footprint matrix W: the same numbers as direct circles, and files that can be trusted."""

from __future__ import annotations

import mmap
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sep
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.photometry.apertures import circle_sums, clean_planes
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry

RADII = np.array([2.0, 3.0, 5.5])


def circles(x: np.ndarray, y: np.ndarray, shape: tuple[int, ...]) -> Footprints:
    ny, nx = shape
    return Footprints.build(Geometry.of_positions(x, y, (ny, nx)), FootprintSpec.of_radii(RADII))


@pytest.fixture(scope="module")
def field() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    image = rng.normal(50.0, 4.0, (150, 170)).astype(np.float32)
    image[rng.random(image.shape) < 0.01] = np.nan
    return {
        "image": image,
        "variance": rng.uniform(9, 25, image.shape).astype(np.float32),
        "bad": rng.random(image.shape) < 0.01,
        "level": rng.normal(50, 1, image.shape).astype(np.float32),
        "coverage": rng.integers(0, 5, image.shape).astype(np.float32),
        "x": np.append(rng.uniform(-4, 174, 400), np.nan),
        "y": np.append(rng.uniform(-4, 154, 400), 3.0),
    }


def test_same_numbers_as_direct_circles(field: dict[str, np.ndarray]) -> None:
    footprints = circles(field["x"], field["y"], field["image"].shape)
    options = {"subtract": field["level"], "coverage": field["coverage"]}
    planes = field["image"], field["variance"], field["bad"]
    image, variance, bad = planes
    through_w = footprints.sums(clean_planes(image, bad, variance=variance, **options))
    direct = circle_sums(*planes, field["x"], field["y"], RADII, **options)
    error = np.sqrt(direct.variance)
    assert np.all(np.abs(through_w.flux[0] - direct.flux) <= 1e-4 * error + 1e-12)
    for name in ("variance", "area", "bad_area", "full_area", "coverage"):
        np.testing.assert_allclose(
            getattr(through_w, name), getattr(direct, name), rtol=1e-5, atol=1e-3, err_msg=name
        )
    np.testing.assert_array_equal(through_w.peak, direct.peak)


def test_agrees_with_sep(field: dict[str, np.ndarray]) -> None:
    x, y = field["x"][:-1], field["y"][:-1]
    image = np.nan_to_num(field["image"])
    footprints = circles(x, y, image.shape)
    sums = footprints.sums(clean_planes(image, variance=field["variance"]), linear_error=True)
    for k, radius in enumerate(RADII):
        flux, error, _ = sep.sum_circle(
            image, x, y, radius, err=np.sqrt(field["variance"]), subpix=0
        )
        assert np.all(np.abs(sums.flux[0, k] - flux) <= 1e-4 * error + 1e-6)
        np.testing.assert_allclose(np.sqrt(sums.variance[k]), error, rtol=1e-4, atol=1e-6)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_every_row_holds_the_area_on_the_image(seed: int, ny: int, nx: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-6, 18, (2, 9))
    footprints = circles(x, y, (ny, nx))
    sums = circle_sums(np.ones((ny, nx), np.float32), None, None, x, y, RADII)
    rows = footprints.rows
    area = np.array([rows.weights[a:b].sum() for a, b in pairwise(rows.indptr)])
    by_object = area.reshape(9, RADII.size)
    np.testing.assert_allclose(by_object.T, sums.area[:, footprints.order], rtol=1e-5, atol=1e-6)
    assert rows.pixels.size == 0 or rows.pixels.max() < ny * nx


def test_saved_and_mapped_gives_the_same(field: dict[str, np.ndarray], tmp_path: Path) -> None:
    built = circles(field["x"], field["y"], field["image"].shape)
    built.save(tmp_path / "w")
    loaded = Footprints.load(tmp_path / "w")
    # numbers are paged in from the file: nothing was copied
    owner = loaded.rows.weights
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    assert isinstance(owner.base, mmap.mmap)
    assert loaded.shape == built.shape
    assert loaded.n_object == field["x"].size
    planes = clean_planes(field["image"], variance=field["variance"])
    for name in ("flux", "variance", "area"):
        np.testing.assert_array_equal(
            getattr(loaded.sums(planes), name), getattr(built.sums(planes), name)
        )


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        (name, harm)
        for name in (
            "pixel_ptr",
            "pixels",
            "indptr",
            "firsts",
            "weights",
            "order",
            "shape",
            "spec",
        )
        for harm in ("missing", "cut", "foreign", "wild")
        if (name, harm) != ("weights", "wild")  # any number is a weight
    ],
)
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, name: str, harm: str) -> None:
    circles(np.array([5.0, 9.0]), np.array([5.0, 2.0]), (12, 12)).save(tmp_path)
    path = tmp_path / f"{name}.npy"
    if harm == "missing":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:-4])
    elif harm == "foreign":
        path.write_bytes(b"PK\x03\x04 not an array")
    else:
        array = np.load(path)
        np.save(path, np.full(array.shape, -7).astype(array.dtype))
    with pytest.raises(LightledgerError) as caught:
        Footprints.load(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_grid_is_refused() -> None:
    footprints = circles(np.array([5.0]), np.array([5.0]), (12, 12))
    with pytest.raises(ValueError, match="grid"):
        footprints.sums(clean_planes(np.ones((12, 13))))


def test_no_objects_at_all(tmp_path: Path) -> None:
    footprints = circles(np.empty(0), np.empty(0), (12, 12))
    footprints.save(tmp_path)
    sums = Footprints.load(tmp_path).sums(clean_planes(np.ones((12, 12))))
    assert sums.flux.shape == (1, 3, 0)
