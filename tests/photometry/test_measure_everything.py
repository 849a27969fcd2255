"""One visit in every way: against noiseless truth, on other grids, and with each setting turned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from lightledger.domain import DEFAULT_MASK, Flag, Measuring, measurements_of
from lightledger.photometry.footprints import Footprints
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import Base, Measured, MeasureSpec, Place, Planes, measure
from lightledger.photometry.onframe import PixelMap

SHAPE = (330, 360)
SKY, SIGMA, BRIGHTER = 30.0, 1.0, 1.2
EVERYTHING = Measuring(
    images=("sci", "clean", "ratio"),
    methods=("auto", "iso", "aper"),
    ratio_methods=("median", "biweight", "clipped", "template", "auto", "iso", "aper"),
    boxes_px=(3, 7),
    radii_px=(2.0, 4.0),
    radii_fwhm=(1.5,),
    background="mesh",
    neighbours="keep",
)
ALL = measurements_of(EVERYTHING)


@dataclass(frozen=True)
class Field:
    x: np.ndarray
    y: np.ndarray
    flux: np.ndarray
    base: Base
    model: np.ndarray

    def render(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Surface brightness at reference positions of any shape."""
        total = np.zeros(np.shape(x))
        for i in range(self.x.size):
            total += self.flux[i] * _profile(self, i, x, y)
        return total


def _profile(field: Any, i: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """An ellipse of semi-axes 2.2 and 1.6 px, turned by 0.5 rad."""
    dx, dy = x - field.x[i], y - field.y[i]
    along, across = dx * np.cos(0.5) + dy * np.sin(0.5), dy * np.cos(0.5) - dx * np.sin(0.5)
    return np.exp(-0.5 * ((along / 2.2) ** 2 + (across / 1.6) ** 2)) / (2 * np.pi * 2.2 * 1.6)


@pytest.fixture(scope="module")
def field() -> Field:
    rng = np.random.default_rng(4)
    grid_x, grid_y = np.meshgrid(np.arange(20, 345, 32.0), np.arange(20, 315, 32.0))
    x, y = (g.ravel() + rng.uniform(-2, 2, g.size) for g in (grid_x, grid_y))
    flux = 10 ** rng.uniform(2.6, 4.2, x.size)
    row, column = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    bare = Field(x, y, flux, None, np.zeros(SHAPE))  # type: ignore[arg-type]
    model, labels = np.zeros(SHAPE), np.zeros(SHAPE, np.int32)
    for i in range(x.size):
        one = flux[i] * _profile(bare, i, column, row)
        labels[one > 1.0] = i + 1
        model += one
    geometry = Geometry(
        x=x, y=y, a=np.full(x.size, 2.2), b=np.full(x.size, 1.6), theta=np.full(x.size, 0.5),
        kron=np.full(x.size, 3.5), label=np.arange(1, x.size + 1), segmentation=labels,
        shape=SHAPE,
    )  # fmt: skip
    spec = MeasureSpec(EVERYTHING)
    base = Base(
        geometry,
        Footprints.build(geometry, spec.on_grid),
        model.astype(np.float32),
        np.full(SHAPE, 0.1, np.float32),
    )
    return Field(x, y, flux, base, model)


def here(field: Field) -> Place:
    return Place(field.x, field.y, same_grid=True)


def visit(field: Field, seed: int = 0) -> np.ndarray:
    slope = np.linspace(-1, 1, SHAPE[1])
    noise = np.random.default_rng(seed).normal(0, SIGMA, SHAPE)
    return (SKY + slope + BRIGHTER * field.model + noise).astype(np.float32)


def planes(image: np.ndarray, sigma: float = SIGMA) -> Planes:
    return Planes(image, np.full(image.shape, sigma, np.float32))


def row_of(measured: Measured, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    k = measured.measurements.index(name)
    return measured.value[k], measured.error[k], measured.flags[k]


def fraction_inside(field: Field, i: int, name: str) -> float:
    """Light of object i in a footprint, whose pixels are weighed by 20 x 20 points in each."""
    step = (np.arange(20) + 0.5) / 20 - 0.5
    at_x, at_y = round(field.x[i]), round(field.y[i])
    x = (at_x + np.arange(-12, 13))[:, None] + step
    y = (at_y + np.arange(-12, 13))[:, None] + step
    x, y = np.meshgrid(x.ravel(), y.ravel())
    dx, dy = x - field.x[i], y - field.y[i]
    kind = name.partition("-")[2]
    if kind == "auto":
        along, across = dx * np.cos(0.5) + dy * np.sin(0.5), dy * np.cos(0.5) - dx * np.sin(0.5)
        inside = (along / 2.2) ** 2 + (across / 1.6) ** 2 <= 3.5**2
    elif kind == "iso":
        labels = field.base.geometry.segmentation
        assert labels is not None
        inside = labels[np.rint(y).astype(int), np.rint(x).astype(int)] == i + 1
    else:
        radius = 1.5 * 4.4 if "f" in kind else float(kind[6:])
        inside = np.hypot(dx, dy) <= radius
    return float(_profile(field, i, np.rint(x), np.rint(y))[inside].sum() / 400)


@pytest.mark.parametrize("name", [n for n in ALL if not n.startswith("ratio")])
def test_fluxes_are_those_of_the_noiseless_model(field: Field, name: str) -> None:
    rows = np.arange(0, field.x.size, 4)
    truth = np.array([BRIGHTER * field.flux[i] * fraction_inside(field, i, name) for i in rows])
    pulls = []
    for seed in range(6):
        got = measure(planes(visit(field, seed)), here(field), field.base, SPEC, 4.4)
        value, error, flags = row_of(got, name)
        assert not (flags & DEFAULT_MASK).any()
        # 400 points weigh a pixel to some thousandths
        pulls.append((value[rows] - truth) / np.hypot(error[rows], 0.002 * truth))
    assert abs(np.mean(pulls)) < 0.35
    assert 0.7 < np.std(pulls) < 1.2


SPEC = MeasureSpec(EVERYTHING)


@pytest.mark.parametrize("name", [n for n in ALL if n.startswith("ratio")])
def test_ratios_are_how_much_brighter_it_is(field: Field, name: str) -> None:
    pulls = []
    for seed in range(4):
        got = measure(planes(visit(field, seed)), here(field), field.base, SPEC, 4.4)
        value, error, flags = row_of(got, name)
        assert np.isfinite(value).all()
        assert not (flags & DEFAULT_MASK).any()
        pulls.append((value - BRIGHTER) / error)
    robust = 1.4826 * np.median(np.abs(np.concatenate(pulls)))
    # the median's formal error takes the pixels of a box as alike, which those of a star are not
    assert 0.3 < robust < 1.5
    assert abs(np.median(pulls)) < 0.35


def test_cosmic_rays_are_gone_from_clean_and_flagged_in_both(field: Field) -> None:
    image = visit(field)
    (hit,) = np.nonzero(field.flux < 2000)
    hit = hit[::3]
    for i in hit:  # beside the core, inside every aperture but the smallest
        image[round(field.y[i]) + 2, round(field.x[i]) + 2] += 3000.0
    got = measure(planes(image), here(field), field.base, SPEC, 4.4)
    plain = measure(planes(visit(field)), here(field), field.base, SPEC, 4.4)
    assert got.n_cosmic >= hit.size
    for method in ("auto", "aper_r4"):
        sci, error, sci_flags = row_of(got, f"sci-{method}")
        clean, _, clean_flags = row_of(got, f"clean-{method}")
        before = row_of(plain, f"sci-{method}")[0]
        assert np.all(sci[hit] - before[hit] > 1000)
        left = np.abs(clean[hit] - before[hit])  # a median of its neighbours is not the pixel
        assert np.all(left < 0.3 * (sci[hit] - before[hit]))
        assert np.median(left) < 8 * np.median(error[hit])
        for flags in (sci_flags, clean_flags):
            assert np.all(flags[hit] & Flag.COSMIC_RAY)
    flags = row_of(got, "ratio-median_7px")[2]
    assert np.all(flags[hit] & Flag.COSMIC_RAY)
    untouched = np.setdiff1d(np.arange(field.x.size), hit)
    assert (flags[untouched] & Flag.COSMIC_RAY).mean() < 0.05


@pytest.mark.parametrize(
    "matrix",
    [
        np.array([[1.0, 0.0, 7.3], [0.0, 1.0, -4.6]]),
        np.array([[0.94, -0.34, 70.0], [0.34, 0.94, -20.0]]),
        np.array([[1.35, 0.05, 5.0], [-0.05, 1.3, 20.0]]),
        np.array([[-0.8, 0.1, 320.0], [0.1, 0.8, 10.0]]),
    ],
    ids=["shifted", "turned", "finer", "mirrored and coarser"],
)
def test_other_grids_give_the_same(field: Field, matrix: np.ndarray) -> None:
    shape = (460, 500)
    row, column = np.mgrid[: shape[0], : shape[1]].astype(float)
    back = np.linalg.inv(matrix[:, :2])
    x, y = np.tensordot(back, np.array([column, row]) - matrix[:, 2][:, None, None], 1)
    image = (SKY + BRIGHTER * field.render(x, y)).astype(np.float32)
    at = matrix[:, :2] @ np.array([field.x, field.y]) + matrix[:, 2:]
    place = Place(*at, matrix, pixel_map=PixelMap.of_inverse(matrix, shape, step=32))
    spec = replace(SPEC, flux_factor=1 / abs(np.linalg.det(matrix[:, :2])))
    image += np.random.default_rng(1).normal(0, 0.01, shape).astype(np.float32)
    there = measure(planes(image, 0.01), place, field.base, spec, 4.4 * place.scale)
    same = measure(
        planes((SKY + BRIGHTER * field.model).astype(np.float32), 0.01),
        here(field), field.base, SPEC, 4.4,
    )  # fmt: skip
    whole = (np.array(place.x) > 15) & (place.x < shape[1] - 15)
    whole &= (np.array(place.y) > 15) & (place.y < shape[0] - 15)
    assert whole.sum() > 30
    for name in ALL:
        value, _, flags = row_of(there, name)
        expected = row_of(same, name)[0]
        assert not (flags[whole] & DEFAULT_MASK).any(), name
        # isophotes are whole pixels: of coarser pixels some more or fewer of the faint rim
        allowed = 0.04 if "iso" in name else 0.025
        apart = np.abs(value / expected - 1)[whole]
        assert np.median(apart) < allowed, (name, np.median(apart))
        assert np.percentile(apart, 90) < 3 * allowed, (name, np.percentile(apart, 90))


TURNED: dict[str, tuple[dict[str, Any], Any]] = {
    "omit": ({"omit": ("clean-aper_r2",)}, lambda a, b: "clean-aper_r2" not in b.measurements),
    "images": ({"images": ("sci",)}, lambda a, b: all(m[:3] == "sci" for m in b.measurements)),
    "cosmic_sigma": ({"cosmic_sigma": 1e6}, lambda a, b: a.n_cosmic > 0 == b.n_cosmic),
    "ratio_sigma": (
        {"ratio_sigma": 1e9},
        lambda a, b: np.all(row_of(b, "ratio-median_7px")[2] & Flag.NOT_FINITE),
    ),
    "convention": (
        {"convention": "sextractor"},
        lambda a, b: np.all(row_of(b, "sci-aper_r2")[1] > 1.03 * row_of(a, "sci-aper_r2")[1]),
    ),
    "background": (
        {"background": "none"},
        lambda a, b: np.all(row_of(b, "sci-aper_r4")[0] > row_of(a, "sci-aper_r4")[0] + 1000),
    ),
    "clip_sigma": (
        {"clip_sigma": 0.5},
        lambda a, b: not np.allclose(*(row_of(v, "ratio-clipped_7px")[0] for v in (a, b))),
    ),
    "biweight_constant": (
        {"biweight_constant": 2.0},
        lambda a, b: not np.allclose(*(row_of(v, "ratio-biweight_7px")[0] for v in (a, b))),
    ),
}


@pytest.mark.parametrize("setting", TURNED)
def test_every_setting_is_heard(field: Field, setting: str) -> None:
    change, differs = TURNED[setting]
    image = visit(field)
    image[160, 160] += 2000.0
    spec = MeasureSpec(replace(EVERYTHING, **change))
    base = replace(field.base, footprints=Footprints.build(field.base.geometry, spec.on_grid))
    as_it_was = measure(planes(image), here(field), field.base, SPEC, 4.4)
    turned = measure(planes(image), here(field), base, spec, 4.4)
    assert turned.measurements == spec.measurements
    assert differs(as_it_was, turned)


def test_neighbours_are_left_in_masked_or_mirrored(field: Field) -> None:
    """A neighbour's light is in the sum, cut out, or replaced by what lies opposite."""
    geometry = field.base.geometry
    labels = np.array(geometry.segmentation)
    i = 40
    x, y = round(field.x[i]), round(field.y[i])
    labels[y - 3 : y + 4, x + 5 : x + 12] = field.x.size + 1
    image = visit(field)
    image[y - 3 : y + 4, x + 5 : x + 12] += 100.0
    sums = {}
    for neighbours in ("keep", "mask", "mirror"):
        spec = MeasureSpec(replace(EVERYTHING, neighbours=neighbours))
        shape = replace(geometry, segmentation=labels)
        base = replace(field.base, geometry=shape, footprints=Footprints.build(shape, spec.on_grid))
        got = measure(planes(image), here(field), base, spec, 4.4)
        sums[neighbours] = row_of(got, "sci-aper_f1.5")[0][i], row_of(got, "sci-auto")[0][i]
    alone = measure(planes(visit(field)), here(field), field.base, SPEC, 4.4)
    truth = row_of(alone, "sci-aper_f1.5")[0][i], row_of(alone, "sci-auto")[0][i]
    for k in range(2):
        assert sums["keep"][k] > truth[k] + 300
        assert sums["mask"][k] < truth[k] + 20
        assert abs(sums["mirror"][k] - truth[k]) < 60


def test_clean_without_any_noise_model_is_no_number_and_says_so(field: Field) -> None:
    got = measure(Planes(visit(field)), here(field), field.base, SPEC, 4.4)
    value, _, flags = row_of(got, "clean-auto")
    assert np.isnan(value).all()
    assert np.all(flags & Flag.FRAME_PROBLEM)
    assert np.isfinite(row_of(got, "sci-auto")[0]).all()
    assert "cosmic rays" in got.note
    image = visit(field)
    image[160, 160] += 2000.0
    with_gain = measure(Planes(image), here(field), field.base, replace(SPEC, gain=1.5), 4.4)
    assert np.isfinite(row_of(with_gain, "clean-auto")[0]).all()
    assert with_gain.n_cosmic >= 1
    assert with_gain.note == ""


def test_objects_outside_uncovered_saturated_or_without_isophote(field: Field) -> None:
    image = visit(field)
    x, y = field.x.copy(), field.y.copy()
    x[0] = -30.0
    empty, hot = 45, int(field.flux.argmax())
    coverage = np.ones(SHAPE, np.float32)
    square = np.s_[round(y[empty]) - 14 : round(y[empty]) + 15, round(x[empty]) - 14 :][:2]
    coverage[square[0], round(x[empty]) - 14 : round(x[empty]) + 15] = 0
    image[round(y[hot]), round(x[hot])] = 9e4
    label = np.array(field.base.geometry.label)
    label[30] = 0
    geometry = replace(field.base.geometry, x=x, label=label)
    base = replace(field.base, geometry=geometry, footprints=None)
    spec = replace(SPEC, saturation=float(image.max()))
    sigma = np.full(SHAPE, SIGMA, np.float32)
    got = measure(Planes(image, sigma, coverage), Place(x, y, same_grid=True), base, spec, 4.4)
    for name in ALL:
        value, error, flags = row_of(got, name)
        assert flags[0] == Flag.OUTSIDE, name
        assert flags[empty] == Flag.NO_COVERAGE, name
        assert np.isnan(value[[0, empty]]).all(), name
        assert np.isnan(error[[0, empty]]).all(), name
        assert flags[hot] & Flag.SATURATED, name
        shapeless = "iso" in name or "template" in name
        assert bool(flags[30] & Flag.NOT_FINITE) == shapeless, name
        assert np.isnan(value[30]) == shapeless, name


def test_pixels_without_a_usable_sigma_are_counted(field: Field) -> None:
    image, sigma = visit(field), np.full(SHAPE, SIGMA, np.float32)
    sigma[10:12, 10:20] = 0
    sigma[30, 30], sigma[31, 31], sigma[32, 32] = -1, np.nan, np.inf
    image[50, 50] = np.nan  # that one has no value anyway
    sigma[50, 50] = np.nan
    got = measure(Planes(image, sigma), here(field), field.base, SPEC, 4.4)
    assert got.n_no_sigma == 23
