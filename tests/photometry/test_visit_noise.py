"""The noise factors of a measured visit: what was put into it, on the coadd's grid and off it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from lightledger.domain import Measuring, noise_factors
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import Base, MeasureSpec, Place, Planes, measure
from lightledger.photometry.onframe import PixelMap

SHAPE = (500, 520)
MEASURING = Measuring(
    images=("sci", "ratio"), methods=("auto", "aper"), ratio_methods=("median",), boxes_px=(7,),
    radii_px=(2.0, 4.0), background="mesh", mesh_px=64, neighbours="keep",
)  # fmt: skip


@pytest.fixture(scope="module")
def field() -> tuple[Base, np.ndarray]:
    rng = np.random.default_rng(0)
    points = np.zeros(SHAPE)
    x, y = rng.integers(20, 480, (2, 60))
    points[y, x] = rng.uniform(2e3, 2e4, 60)
    coadd = gaussian_filter(points, 1.5).astype(np.float32)
    geometry = Geometry(
        x=x.astype(float), y=y.astype(float), a=np.full(60, 1.5), b=np.full(60, 1.5),
        theta=np.zeros(60), kron=np.full(60, 3.5), label=np.arange(1, 61),
        segmentation=(coadd > 1.0).astype(np.int32), shape=SHAPE,
    )  # fmt: skip
    return Base(geometry, flat=coadd, noise=np.full(SHAPE, 0.02, np.float32)), coadd


def text_of(base: Base, image: np.ndarray, place: Place, sigma: float | None = 1.0) -> str:
    known = None if sigma is None else np.full(image.shape, sigma, np.float32)
    measured = measure(Planes(image.astype(np.float32), known), place, base, SPEC, 3.5)
    return measured.noise_factors


SPEC = MeasureSpec(MEASURING)


def here(base: Base) -> Place:
    return Place(base.geometry.x, base.geometry.y, same_grid=True)


def test_white_and_smooth_noise_under_scaled_objects(field: tuple[Base, np.ndarray]) -> None:
    base, coadd = field
    white = np.random.default_rng(1).normal(size=SHAPE)
    text = text_of(base, 40.0 + 1.2 * coadd + white, here(base))
    for method in ("auto", "aper_r2", "aper_r4", "median_7px"):
        assert noise_factors([text], method)[0] == pytest.approx(1.0, abs=0.06)
    smooth = gaussian_filter(white, 1.0)
    text = text_of(base, 40.0 + 1.2 * coadd + smooth / smooth.std(), here(base))
    small, large = (noise_factors([text], m)[0] for m in ("aper_r2", "aper_r4"))
    assert 1.8 < small < large < 3.6  # 2 sqrt(pi) pixels is where it ends


def test_on_another_grid(field: tuple[Base, np.ndarray]) -> None:
    base, coadd = field
    matrix = np.array([[1.0, 0.0, 3.0], [0.0, 1.0, -2.0]])
    image = 40.0 + np.roll(coadd, (-2, 3), (0, 1)) + np.random.default_rng(2).normal(size=SHAPE)
    place = Place(
        base.geometry.x + 3, base.geometry.y - 2, matrix,
        pixel_map=PixelMap.of_inverse(matrix, SHAPE),
    )  # fmt: skip
    assert noise_factors([text_of(base, image, place)], "auto")[0] == pytest.approx(1.0, abs=0.06)


def test_nothing_is_said_without_an_error_map_or_a_coadd(field: tuple[Base, np.ndarray]) -> None:
    base, coadd = field
    image = 40.0 + coadd + np.random.default_rng(3).normal(size=SHAPE)
    assert text_of(base, image, here(base), sigma=None) == ""
    assert text_of(Base(base.geometry), image, here(base)) == ""
