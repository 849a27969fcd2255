"""One frame measured: right values, right errors, and a flag for everything that is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import DEFAULT_MASK, Flag, LightledgerError, Measuring, is_good
from lightledger.photometry.apertures import circle_sums
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import (
    Base,
    Measured,
    MeasureSpec,
    Place,
    Planes,
)
from lightledger.photometry.measure import measure as measure_visit


def circles(
    radii_px: tuple[float, ...],
    radii_fwhm: tuple[float, ...] = (),
    background: str = "annulus",
    annulus_px: tuple[float, ...] = (),
    mesh_px: int = 64,
    **of_frame: float,
) -> MeasureSpec:
    """Circles on `sci`, neighbours left in."""
    measuring = Measuring(
        images=("sci",),
        methods=("aper",),
        radii_px=radii_px,
        radii_fwhm=radii_fwhm,
        background=background,
        annulus_px=annulus_px,
        mesh_px=mesh_px,
        neighbours="keep",
    )
    return MeasureSpec(measuring, **of_frame)


def measure(
    planes: Planes,
    x: np.ndarray,
    y: np.ndarray,
    spec: MeasureSpec,
    fwhm_px: float,
    footprints: Footprints | None = None,
    uncertain: bool = False,
    scale: float = 1.0,
) -> Measured:
    matrix = scale * np.eye(2, 3)
    place = Place(x, y, matrix, same_grid=footprints is not None, uncertain=uncertain)
    base = Base(Geometry.of_positions(x, y, planes.image.shape), footprints)
    return measure_visit(planes, place, base, spec, fwhm_px)


SPEC = circles((3.0, 5.0), background="none")
STEP = 30.0  # pixels between stars of the simulated field


def _circles(
    x: np.ndarray, y: np.ndarray, shape: tuple[int, int], radii: tuple[float, ...] | list[float]
) -> Footprints:
    return Footprints.build(Geometry.of_positions(x, y, shape), FootprintSpec.of_radii(radii))


def flat(value: float = 2.0, shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    return np.full(shape, value, np.float32)


def simulated(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Noiseless electrons above a sky of 400, positions, and where neighbours crowd.

    5329 stars of 3 to 3,000 sigma (in r = 3), Gaussian of sigma 1.5 px; every other has a
    neighbour 5 px away of up to its own brightness.
    """
    rng = np.random.default_rng(seed)
    n = 73
    size = int(STEP * n)
    grid = STEP * (np.arange(n) + 0.5)
    x, y = (v.ravel() + rng.uniform(-0.5, 0.5, n * n) for v in np.meshgrid(grid, grid))
    flux = np.sqrt(np.pi * 9 * 400.0) * 10 ** rng.uniform(np.log10(3), np.log10(3000), n * n)
    crowded = np.arange(n * n) % 2 == 0
    angle = rng.uniform(0, 2 * np.pi, n * n)
    model = np.zeros((size, size))
    row, column = np.mgrid[-12:13, -12:13].astype(np.float64)
    for i in range(n * n):
        parts = [(x[i], y[i], flux[i])]
        if crowded[i]:
            neighbour = flux[i] * rng.uniform(0.1, 1)
            parts.append((x[i] + 5 * np.cos(angle[i]), y[i] + 5 * np.sin(angle[i]), neighbour))
        for px, py, f in parts:
            ix, iy = round(px), round(py)
            stamp = np.exp(-((column + ix - px) ** 2 + (row + iy - py) ** 2) / 4.5)
            top, left = max(iy - 12, 0), max(ix - 12, 0)
            part = model[top : iy + 13, left : ix + 13]
            part += (
                f
                * stamp[top - iy + 12 :, left - ix + 12 :][: part.shape[0], : part.shape[1]]
                / (2 * np.pi * 2.25)
            )
    return model, x, y, crowded


@pytest.fixture(scope="module")
def field() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return simulated()


GAIN = 2.0
MODES = {
    "annulus, gain": circles((3.0, 5.0), (1.2,), "annulus", (10.0, 14.0), gain=GAIN),
    "mesh, gain": circles((3.0, 5.0), (1.2,), "mesh", mesh_px=64, gain=GAIN),
    "annulus, unc": circles((3.0, 5.0), (1.2,), "annulus", (10.0, 14.0)),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("same_grid", [True, False])
def test_errors_and_fluxes_of_a_simulated_field(
    field: tuple[np.ndarray, ...], mode: str, same_grid: bool
) -> None:
    model, x, y, crowded = field
    spec = MODES[mode]
    footprints = _circles(x, y, model.shape, spec.measuring.radii_px)
    expected = circle_sums(model / GAIN, None, None, x, y, np.array([3.0, 5.0, 1.2 * 3.53])).flux
    rng = np.random.default_rng(1)
    visits = []
    for _ in range(2):
        image = rng.poisson(model + 400.0).astype(np.float32) / np.float32(GAIN)
        sigma = np.sqrt(model + 400.0).astype(np.float32) / GAIN if "unc" in mode else None
        visits.append(
            measure(Planes(image, sigma), x, y, spec, 3.53, footprints if same_grid else None)
        )
    one, two = visits
    assert one.measurements == ("sci-aper_r3", "sci-aper_r5", "sci-aper_f1.2")
    assert not (one.flags & DEFAULT_MASK).any()
    pulls = (one.value - two.value) / np.hypot(one.error, two.error)
    robust = 1.4826 * np.median(np.abs(pulls - np.median(pulls, axis=1)[:, None]), axis=1)
    assert np.all((robust > 0.95) & (robust < 1.05)), robust
    if mode.startswith("mesh"):
        return  # five stars in every mesh: their wings are sky to it, for any such estimator
    # bias of the fluxes, bin by bin of brightness, for isolated stars and crowded ones
    for which in (crowded, ~crowded):
        for k in range(3):
            off = (one.value[k] + two.value[k] - 2 * expected[k])[which] / 2
            error, flux = one.error[k][which], expected[k][which]
            order = np.argsort(flux)
            for part in np.array_split(order, 3):
                allowed = np.maximum(0.1 * error[part], 1e-3 * np.abs(flux[part]))
                assert abs(np.median(off[part] / allowed)) < 1, (k, mode)


def test_same_numbers_from_footprints_and_directly(field: tuple[np.ndarray, ...]) -> None:
    model, x, y, _ = field
    image = (model + 400).astype(np.float32)
    spec = circles((3.0, 5.0), background="mesh", gain=1.0)
    footprints = _circles(x, y, image.shape, spec.measuring.radii_px)
    through_w = measure(Planes(image), x, y, spec, 3.0, footprints)
    direct = measure(Planes(image), x, y, spec, 3.0)
    assert np.all(np.abs(through_w.value - direct.value) <= 1e-4 * direct.error)
    np.testing.assert_allclose(through_w.error, direct.error, rtol=1e-5)
    np.testing.assert_array_equal(through_w.flags, direct.flags)


def test_units_and_scale() -> None:
    rng = np.random.default_rng(2)
    image = rng.normal(100, 3, (90, 90)).astype(np.float32)
    x, y = rng.uniform(25, 65, (2, 30))
    spec = circles((4.0,), background="annulus", annulus_px=(8.0, 12.0))
    plain = measure(Planes(image), x, y, spec, 3.0)
    scaled = measure(Planes(image), x, y, replace(spec, flux_factor=-2.5), 3.0)
    np.testing.assert_allclose(scaled.value, -2.5 * plain.value, rtol=1e-6)
    np.testing.assert_allclose(scaled.error, 2.5 * plain.error, rtol=1e-6)
    assert scaled.sky == plain.sky
    # reference pixels are half as large as this frame's
    half = circles((8.0,), background="annulus", annulus_px=(16.0, 24.0))
    halved = measure(Planes(image), x, y, half, 3.0, scale=0.5)
    np.testing.assert_array_equal(halved.value, plain.value)


def flags_at(planes: Planes, x: float, y: float, spec: MeasureSpec = SPEC) -> tuple[Flag, float]:
    got = measure(planes, np.array([x]), np.array([y]), spec, 3.0)
    return Flag(int(got.flags[0, 0])), float(got.value[0, 0])


@pytest.mark.parametrize(
    ("x", "y"), [(-0.6, 30), (79.6, 30), (40, -0.6), (40, 59.6), (-500, 30), (np.nan, 30)]
)
def test_outside(x: float, y: float) -> None:
    flags, value = flags_at(Planes(flat()), x, y)
    assert flags == Flag.OUTSIDE
    assert np.isnan(value)


@pytest.mark.parametrize(("x", "y"), [(-0.4, 30), (79.4, 30), (1.0, 57.5)])
def test_truncated_keeps_the_sum_of_what_is_there(x: float, y: float) -> None:
    flags, value = flags_at(Planes(flat()), x, y)
    assert flags == Flag.TRUNCATED
    assert 0 < value < 2 * np.pi * 9 * 0.999


def test_untouched_aperture_has_no_flag_up_to_the_edge() -> None:
    flags, value = flags_at(Planes(flat()), 2.5, 30.0)
    assert flags == Flag(0)
    assert value == pytest.approx(2 * np.pi * 9)


def test_bad_pixels_keep_the_sum_of_the_good_ones() -> None:
    image = flat()
    image[30, 40] = np.nan
    flags, value = flags_at(Planes(image), 40, 30)
    assert flags == Flag.BAD_PIXELS
    assert value == pytest.approx(2 * (np.pi * 9 - 1))
    bad = np.zeros(image.shape, bool)
    bad[30, 40:42] = True
    flags, value = flags_at(Planes(flat(), bad=bad), 40, 30)
    assert flags == Flag.BAD_PIXELS
    assert value == pytest.approx(2 * (np.pi * 9 - 2))


@pytest.mark.parametrize("wrong", [np.nan, 0.0, -1.0, np.inf])
def test_sigma_that_is_no_sigma_is_a_bad_pixel(wrong: float) -> None:
    sigma = flat(1.0)
    sigma[30, 40] = wrong
    flags, _ = flags_at(Planes(flat(), sigma), 40, 30)
    assert flags == Flag.BAD_PIXELS
    flags, value = flags_at(Planes(flat(), flat(wrong)), 40, 30)
    assert flags == Flag.BAD_PIXELS | Flag.NOT_FINITE
    assert np.isnan(value)


def test_no_coverage_with_and_without_a_coverage_plane() -> None:
    image, coverage = flat(), flat(8.0)
    coverage[:, 40:] = 0.0
    flags, value = flags_at(Planes(image, coverage=coverage), 60, 30)
    assert flags == Flag.NO_COVERAGE
    assert np.isnan(value)
    assert flags_at(Planes(image, coverage=coverage), 38, 30)[0] == Flag.BAD_PIXELS
    flags, _ = flags_at(Planes(image, coverage=coverage), 41, 30)
    assert flags == Flag.BAD_PIXELS | Flag.LOW_COVERAGE
    coverage[:, 40:] = np.nan
    assert flags_at(Planes(image, coverage=coverage), 60, 30)[0] == Flag.NO_COVERAGE
    image[:, 40:] = np.nan
    assert flags_at(Planes(image), 60, 30)[0] == Flag.NO_COVERAGE
    # masked, but there: observed, and bad
    masked = np.zeros(image.shape, bool)
    masked[:, 40:] = True
    flags, _ = flags_at(Planes(flat(), bad=masked), 60, 30)
    assert flags == Flag.BAD_PIXELS | Flag.NOT_FINITE


def test_low_coverage() -> None:
    coverage = flat(10.0)
    coverage[:, 60:] = 4.0
    assert flags_at(Planes(flat(), coverage=coverage), 70, 30)[0] == Flag.LOW_COVERAGE
    assert flags_at(Planes(flat(), coverage=coverage), 30, 30)[0] == Flag(0)
    got = measure(Planes(flat(), coverage=coverage), np.array([70.0]), np.array([30.0]), SPEC, 3.0)
    assert got.coverage[0] == 4.0


def test_saturated_from_nine_tenths_of_the_level_wherever_it_comes_from() -> None:
    image = flat()
    image[30, 42] = 900.0
    given_level = replace(SPEC, saturation=1000.0)
    assert flags_at(Planes(image), 40, 30, given_level)[0] == Flag.SATURATED
    assert flags_at(Planes(image), 37, 30, given_level)[0] == Flag(0)  # beyond r = 3
    image[30, 42] = 899.0
    assert flags_at(Planes(image), 40, 30, given_level)[0] == Flag(0)
    rng = np.random.default_rng(3)
    image = rng.normal(100, 2, (60, 80)).astype(np.float32)
    image[28:33, 38:43] = 4095
    got = measure(Planes(image), np.array([40.0]), np.array([30.0]), SPEC, 3.0)
    assert got.saturation == 4095
    assert got.flags[0, 0] == Flag.SATURATED


def test_uncertain_position_is_on_every_point_and_hides_none() -> None:
    got = measure(Planes(flat()), np.array([40.0, -9]), np.array([30.0, 3]), SPEC, 3.0, None, True)
    assert np.all(got.flags & Flag.UNCERTAIN_POSITION)
    assert is_good(got.value, got.flags)[0, 0]


def test_unknown_fwhm_spoils_only_its_own_methods() -> None:
    spec = circles((3.0,), (1.5,), background="none")
    got = measure(Planes(flat()), np.array([40.0]), np.array([30.0]), spec, np.nan)
    assert got.flags[0, 0] == 0
    assert got.flags[1, 0] == Flag.FRAME_PROBLEM | Flag.NOT_FINITE
    assert np.isnan(got.value[1, 0])


def test_flux_may_be_negative() -> None:
    rng = np.random.default_rng(4)
    image = rng.normal(0, 1, (60, 80)).astype(np.float32)
    image[27:34, 37:44] -= 50
    for background in ("none", "mesh", "annulus"):
        spec = circles((3.0,), (), background, (6.0, 12.0), gain=1.0)
        flags, value = flags_at(Planes(image), 40, 30, spec)
        assert flags == Flag(0)
        assert value < -1000


def test_annulus_without_pixels_falls_back_to_the_frame_with_a_larger_error() -> None:
    rng = np.random.default_rng(5)
    image = rng.normal(100, 3, (200, 200)).astype(np.float32)
    bad = np.zeros(image.shape, bool)
    row, column = np.mgrid[:200, :200]
    r = np.hypot(row - 100, column - 100)
    bad[(r > 5.5) & (r < 16)] = True
    spec = circles((4.0,), (), "annulus", (7.0, 14.0))
    got = measure(Planes(image, bad=bad), np.array([100.0, 40]), np.array([100.0, 40]), spec, 3.0)
    assert not got.flags.any()
    assert abs(got.value[0, 0]) < 5 * got.error[0, 0]
    assert got.error[0, 0] > 1.2 * got.error[0, 1]


def test_frame_without_a_good_pixel_is_flagged_not_raised() -> None:
    for background in ("none", "mesh", "annulus"):
        spec = circles((3.0,), (), background, (6.0, 12.0))
        got = measure(Planes(flat(np.nan)), np.array([40.0]), np.array([30.0]), spec, 3.0)
        assert got.flags[0, 0] == Flag.NO_COVERAGE
        assert np.isnan(got.value[0, 0])
        assert np.isnan(got.sky)
        assert got.saturation == np.inf


def test_no_objects() -> None:
    got = measure(Planes(flat()), np.empty(0), np.empty(0), SPEC, 3.0)
    assert got.value.shape == (2, 0)
    spec = circles((3.0,), (), "annulus", (6.0, 12.0))
    assert measure(Planes(flat()), np.empty(0), np.empty(0), spec, 3.0).value.shape == (1, 0)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    background=st.sampled_from(["none", "mesh", "annulus"]),
    with_sigma=st.booleans(),
    with_coverage=st.booleans(),
    on_grid=st.booleans(),
)
def test_every_lost_point_says_why_and_every_unflagged_one_is_finite(
    seed: int, background: str, with_sigma: bool, with_coverage: bool, on_grid: bool
) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(3, 40, 2))
    image = rng.normal(100, 10, shape).astype(np.float32)
    image[rng.random(shape) < rng.choice([0, 0.1, 0.9])] = np.nan
    image[rng.random(shape) < 0.01] = np.inf
    sigma = rng.uniform(-1, 9, shape).astype(np.float32) if with_sigma else None
    coverage = rng.integers(0, 9, shape).astype(np.float32) if with_coverage else None
    x, y = rng.uniform(-10, 50, (2, 25))
    spec = circles((2.0, 4.0), (1.0,), background, (5.0, 9.0), mesh_px=16, gain=1.5)
    footprints = _circles(x, y, shape, spec.measuring.radii_px) if on_grid else None
    got = measure(Planes(image, sigma, coverage), x, y, spec, 3.0, footprints)
    lost = Flag.OUTSIDE | Flag.NO_COVERAGE | Flag.NOT_FINITE
    assert np.array_equal(np.isnan(got.value), (got.flags & lost) != 0)
    assert np.array_equal(np.isnan(got.error), np.isnan(got.value))
    assert np.all(got.error[np.isfinite(got.error)] >= 0)
    assert not np.isinf(got.value).any()
    assert got.value.dtype == got.error.dtype == np.float32
    assert got.flags.dtype == np.uint16
    inside = (np.abs(x - (shape[1] - 1) / 2) <= shape[1] / 2) & (
        np.abs(y - (shape[0] - 1) / 2) <= shape[0] / 2
    )
    assert np.array_equal((got.flags[0] & Flag.OUTSIDE) == 0, inside)


@pytest.mark.parametrize(
    "wrong",
    [
        {"radii_px": ()},
        {"radii_px": (0.0,)},
        {"radii_px": (-3.0,)},
        {"radii_px": (np.nan,)},
        {"background": "magic"},
        {"background": "annulus", "annulus_px": (9.0, 5.0)},
        {"background": "annulus", "annulus_px": (0.0, 0.0)},
    ],
    ids=str,
)
def test_settings_without_sense_are_refused_in_one_line(wrong: dict[str, object]) -> None:
    with pytest.raises(LightledgerError) as caught:
        circles(**({"radii_px": (3.0,), "background": "none"} | wrong))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_footprints_of_other_radii_or_objects_are_refused() -> None:
    x = np.array([20.0])
    footprints = _circles(x, x, (60, 80), [3.0])
    with pytest.raises(ValueError, match="footprints"):
        measure(Planes(flat()), x, x, SPEC, 3.0, footprints)
