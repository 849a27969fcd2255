"""A coadd of visits: where things were stays, what was there once goes."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.domain import Cancelled, LightledgerError
from lightledger.photometry import stack as stack_module
from lightledger.photometry.onframe import PixelMap
from lightledger.photometry.stack import Layer, Stack, choose_best, flux_ratio, stack
from lightledger.photometry.stars import find_stars

IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


def stacked(
    images: list[tuple[np.ndarray, np.ndarray]],
    shape: tuple[int, int],
    scales: list[float] | None = None,
    budget_bytes: int = 1 << 24,
) -> Stack:
    scales = scales or [1.0] * len(images)
    layers = [
        Layer(lambda data=data: data, PixelMap.of_affine(matrix, shape), scale)
        for (data, matrix), scale in zip(images, scales, strict=True)
    ]
    return stack(layers, shape, budget_bytes=budget_bytes)


def star_image(
    side: int, stars: list[tuple[float, float, float]], seed: int, noise: float = 2.0
) -> np.ndarray:
    yy, xx = np.mgrid[:side, :side]
    image = np.random.default_rng(seed).normal(500.0, noise, (side, side))
    for x, y, peak in stars:
        image += peak * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * 1.5**2))
    return image.astype(np.float32)


def shifted(dx: float, dy: float) -> np.ndarray:
    return np.array([[1.0, 0, dx], [0, 1, dy]])


def test_stars_of_moved_frames_fall_on_each_other() -> None:
    stars = [(60.0, 50.0, 900.0), (120.0, 140.0, 300.0), (30.5, 150.2, 500.0)]
    images = []
    for k, (dx, dy) in enumerate([(0, 0), (5.5, -3.2), (-8, 12.7), (20.1, 4), (0.3, 0.6)]):
        moved = [(x + dx, y + dy, peak) for x, y, peak in stars]
        images.append((star_image(200, moved, k), shifted(dx, dy)))
    made = stacked(images, (200, 200))
    found = find_stars(made.coadd)
    for x, y, peak in stars:
        k = int(np.hypot(found.x - x, found.y - y).argmin())
        assert np.hypot(found.x[k] - x, found.y[k] - y) < 0.1
        assert found.peak[k] == pytest.approx(peak, rel=0.2)
    assert made.coverage.max() == 5
    assert made.coverage[199, 0] < 5  # not all frames reach the corner
    assert np.median(made.coadd[50:150, 70:110]) == pytest.approx(0, abs=0.3)


def test_one_off_events_and_bad_pixels_vanish() -> None:
    images = []
    for k in range(8):
        data = star_image(100, [(50, 50, 400)], k)
        data[10 + 5 * k, 20] += 5000  # a cosmic ray in one frame
        data[80, 10 + 5 * k] = np.nan
        images.append((data, IDENTITY))
    made = stacked(images, (100, 100))
    assert made.coadd[:, 20].max() < 8
    assert np.isfinite(made.coadd).all()
    assert made.coverage[80, 10] == 7
    assert made.coverage[0, 0] == 8


def test_pixels_without_data_are_nan() -> None:
    made = stacked([(star_image(50, [], 0), shifted(-20, 0))], (50, 50))
    assert np.isnan(made.coadd[:, :20]).all()
    assert np.isfinite(made.coadd[:, 20:]).all()
    assert (made.coverage == np.isfinite(made.coadd)).all()


def test_small_pieces_give_the_same_bytes() -> None:
    images = [(star_image(90, [(40, 40, 100)], k), shifted(0.3 * k, -0.7 * k)) for k in range(5)]
    whole = stacked(images, (90, 90))
    pieces = stacked(images, (90, 90), budget_bytes=4 * 90 * 5 * 7)
    assert whole.coadd.tobytes() == pieces.coadd.tobytes()
    assert whole.coverage.tobytes() == pieces.coverage.tobytes()


def test_rotation_and_mirror() -> None:
    stars = [(30.0, 60.0, 500.0), (70.0, 20.0, 500.0)]
    flipped = [(99 - x, 99 - y, peak) for x, y, peak in stars]
    mirrored = [(99 - x, y, peak) for x, y, peak in stars]
    made = stacked(
        [
            (star_image(100, stars, 0), IDENTITY),
            (star_image(100, flipped, 1), np.array([[-1.0, 0, 99], [0, -1, 99]])),
            (star_image(100, mirrored, 2), np.array([[-1.0, 0, 99], [0, 1, 0]])),
        ],
        (100, 100),
    )
    found = find_stars(made.coadd)
    assert len(found) == 2
    assert (
        np.hypot(found.x[:, None] - [30, 70], found.y[:, None] - [60, 20]).min(axis=0).max() < 0.1
    )


def test_scales_bring_frames_together() -> None:
    stars = [(20.0 + 12 * k, 80.0 - 11 * k, 400.0 + 40 * k) for k in range(6)]
    clear = star_image(100, stars, 0)
    cloudy = star_image(100, [(x, y, peak / 2) for x, y, peak in stars], 1)
    found_clear, found_cloudy = find_stars(clear), find_stars(cloudy)
    ratio = flux_ratio(found_cloudy, found_clear, IDENTITY)
    assert ratio == pytest.approx(2.0, rel=0.03)
    made = stacked([(clear, IDENTITY), (cloudy, IDENTITY)], (100, 100), scales=[1.0, ratio])
    assert made.coadd[80, 20] == pytest.approx(400, rel=0.05)
    assert np.isnan(flux_ratio(find_stars(np.zeros((50, 50), "f4")), found_clear, IDENTITY))


def test_depth_grows_with_the_root_of_the_number() -> None:
    """Noise of wide apertures, which resampling does not smooth away, against sqrt(N)."""
    rng = np.random.default_rng(4)
    noise = {}
    for n in (1, 4, 16, 60):
        images = [
            (
                rng.normal(50, 3, (256, 256)).astype(np.float32),
                shifted(*rng.uniform(-2, 2, 2)) if n > 1 else IDENTITY,
            )
            for _ in range(n)
        ]
        made = stacked(images, (256, 256))
        inside = made.coadd[10:250, 10:250].reshape(24, 10, 24, 10).mean(axis=(1, 3))
        noise[n] = inside.std() * 10
        assert made.coverage[130, 130] == n
        # the weight is the inverse variance of the mean, of what was not clipped
        assert np.median(made.weight) == pytest.approx(n / 9, rel=0.12)
    for n, measured in noise.items():
        assert measured == pytest.approx(3 / np.sqrt(n), rel=0.12)


def test_visits_weigh_by_their_sky() -> None:
    rng = np.random.default_rng(5)
    sigmas = [1.0, 1.0, 1.0, 10.0, 10.0, 10.0]
    images = [(rng.normal(0, s, (200, 200)).astype(np.float32), IDENTITY) for s in sigmas]
    best = np.sqrt(1 / sum(1 / s**2 for s in sigmas))
    assert stacked(images, (200, 200)).coadd.std() == pytest.approx(best, rel=0.1)


def test_through_a_map_of_another_scale_and_rotation() -> None:
    stars = [(60.0, 50.0, 900.0), (120.0, 140.0, 700.0), (30.5, 150.2, 500.0)]
    turn = np.radians(30)
    half = 0.5 * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = np.column_stack([half, [60.0, 10.0]])
    placed = [(*(matrix[:, :2] @ (x, y) + matrix[:, 2]), peak) for x, y, peak in stars]
    yy, xx = np.mgrid[:200, :200]
    small = np.random.default_rng(6).normal(500.0, 2, (200, 200)).astype(np.float32)
    for x, y, peak in placed:  # the same sky, on pixels twice as large
        small += (peak * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * 0.75**2))).astype("f4")
    found = find_stars(stacked([(small, matrix)], (200, 200)).coadd)
    for x, y, _ in stars:
        assert np.hypot(found.x - x, found.y - y).min() < 0.2


def test_groups_are_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    images = []
    for k in range(12):
        data = star_image(80, [(40, 40, 300)], k)
        data[5 + 5 * k, 20] += 5000
        images.append((data, IDENTITY))
    whole = stacked(images, (80, 80))
    monkeypatch.setattr(stack_module, "GROUP", 5)
    parts = stacked(images, (80, 80))
    assert (parts.coverage == whole.coverage).all()
    assert parts.coadd[:, 20].max() < 8
    np.testing.assert_allclose(parts.coadd, whole.coadd, atol=2.0)


def test_stopping_stops() -> None:
    def stop(done: int) -> None:
        if done == 2:
            raise Cancelled("enough")

    layer = Layer(lambda: star_image(50, [], 0), PixelMap.of_affine(IDENTITY, (50, 50)))
    with pytest.raises(Cancelled):
        stack([layer] * 5, (50, 50), step=stop)


def test_nothing_to_stack_is_said() -> None:
    with pytest.raises(LightledgerError, match="no images"):
        stack([], (10, 10))


def test_best_visits_are_sharp_dark_and_show_the_field() -> None:
    fwhm = np.array([3.0, 2.0, 2.0, 2.0, np.nan, 2.0])
    sky = np.array([100.0, 100, 400, 100, 100, 100])
    matched = np.array([50, 50, 50, 20, 50, 0])
    assert choose_best(1, fwhm, sky, matched).tolist() == [1]
    assert choose_best(2, fwhm, sky, matched).tolist() == [0, 1]
    assert choose_best(10, fwhm, sky, matched).tolist() == [0, 1, 2, 3, 4, 5]
    assert 4 not in choose_best(4, fwhm, sky, matched)


def test_a_subtracted_sky_decides_nothing() -> None:
    assert choose_best(1, [3.0, 2.0], [-0.1, 0.2], [9, 9]).tolist() == [1]
