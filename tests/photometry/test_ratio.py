"""Ratios to the coadd: a change of 20 % reads 1.20, with errors that hold."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.domain.methods import Method
from lightledger.photometry.apertures import circle_sums
from lightledger.photometry.boxes import box_statistics
from lightledger.photometry.ratio import mean_ratio, ratio_plane, ratio_variance, template

NOISE = 0.02
BOXES = [Method("median", 3), Method("biweight", 3), Method("biweight", 7)]


def stars(n_side: int, flux: float, spacing: int = 24) -> tuple[np.ndarray, ...]:
    """Equal stars of FWHM 3 px on a grid: image, labels of what is near them, x, y."""
    size = n_side * spacing
    row, column = np.mgrid[:size, :size].astype(np.float64)
    grid = np.arange(n_side) * spacing + spacing / 2
    rng = np.random.default_rng(n_side)
    y, x = (v.ravel() + rng.uniform(-0.5, 0.5, n_side**2) for v in np.meshgrid(grid, grid))
    truth, labels = np.zeros((size, size)), np.zeros((size, size), np.int32)
    for k, (at_x, at_y) in enumerate(zip(x, y, strict=True)):
        near = np.s_[int(at_y) - 10 : int(at_y) + 11, int(at_x) - 10 : int(at_x) + 11]
        r2 = (column[near] - at_x) ** 2 + (row[near] - at_y) ** 2
        truth[near] += flux * np.exp(-r2 / (2 * 1.27**2)) / (2 * np.pi * 1.27**2)
        labels[near][r2 < 16] = k + 1
    return truth, labels, x, y


@pytest.mark.parametrize(("visit_pedestal", "coadd_pedestal"), [(3.0, 0.0), (0.0, 3.0), (3.0, 3.0)])
def test_twenty_per_cent_read_as_twenty_per_cent(
    visit_pedestal: float, coadd_pedestal: float
) -> None:
    """Pedestals of 3 sigma do not matter once they are off, and spoil the ratio until then."""
    rng = np.random.default_rng(1)
    truth, labels, x, y = stars(12, flux=150.0)
    bad = np.zeros(truth.shape, bool)
    coadd = (truth + rng.normal(coadd_pedestal, NOISE, truth.shape)).astype("f4")
    visit = (1.2 * truth + rng.normal(visit_pedestal, 1.0, truth.shape)).astype("f4")
    off = np.full(truth.shape, visit_pedestal, np.float32)
    flat = coadd - np.float32(coadd_pedestal)
    ratio = ratio_plane(visit, flat, NOISE, bad, 50.0, subtract=off)
    value = box_statistics(ratio, x, y, [3, 3, 7], BOXES).value.mean(axis=1)
    assert value[:2] == pytest.approx(1.2, abs=0.02)
    fitted = template(visit, 1.0, bad, flat, NOISE, labels, np.arange(1, x.size + 1), 5.0,
                      subtract=off)  # fmt: skip
    assert fitted.value.mean() == pytest.approx(1.2, abs=0.005)
    left_in = ratio_plane(visit, coadd, NOISE, bad, 50.0)
    spoilt = box_statistics(left_in, x, y, [3, 3, 7], BOXES).value.mean(axis=1)
    assert (np.abs(spoilt[:2] - 1.2) > 0.03).all()


def test_the_template_is_the_weighted_fit_and_its_error_holds() -> None:
    rng = np.random.default_rng(2)
    truth, labels, x, _ = stars(20, flux=60.0)
    sigma = np.sqrt(0.5 + truth / 20 + (np.arange(truth.shape[1]) % 3)).astype("f4")
    visit = rng.normal(0.7 * truth, sigma).astype("f4")
    coadd, bad = truth.astype("f4"), rng.random(truth.shape) < 0.1
    visit[bad] = np.nan
    label = np.arange(1, x.size + 1)
    fitted = template(visit, sigma, bad, coadd, NOISE, labels, label, 5.0)
    pulls = (fitted.value - 0.7) / fitted.error
    assert abs(pulls.mean()) < 0.2
    assert 0.9 < pulls.std() < 1.1
    used = (labels == 7) & ~bad & (coadd > 5 * np.float32(NOISE))
    c, s, w = (v[used].astype(np.float64) for v in (coadd, visit, sigma**-2.0))
    assert fitted.value[6] == pytest.approx((w * c * s).sum() / (w * c * c).sum())
    assert fitted.error[6] == pytest.approx((w * c * c).sum() ** -0.5)
    assert fitted.n[6] == used.sum()


def test_objects_without_pixels_have_no_template() -> None:
    truth, labels, _, _ = stars(2, flux=100.0)
    image, bad = truth.astype("f4"), np.zeros(truth.shape, bool)
    bad[labels == 2] = True
    fitted = template(image, 1.0, bad, image, NOISE, labels, [1, 2, 0, 9, 1], 5.0)
    assert fitted.value[[0, 4]] == pytest.approx(1.0)
    assert fitted.n[0] == fitted.n[4] > 0
    assert np.isnan(fitted.value[[1, 2, 3]]).all()
    assert np.isnan(fitted.error[[1, 2, 3]]).all()
    assert (fitted.n[[1, 2, 3]] == 0).all()
    nobody = template(image, 1.0, bad, image, NOISE, labels, [], 5.0)
    assert nobody.value.shape == (0,)


def test_there_is_a_ratio_only_where_the_coadd_is_significant() -> None:
    coadd = np.array([[10.0, 4.9, -8.0, np.nan, 10.0, 10.0, 0.0]], np.float32)
    visit = np.array([[5.0, 5.0, 5.0, 5.0, np.nan, 5.0, 5.0]], np.float32)
    bad = np.array([[False] * 5 + [True] + [False]])
    expected = np.array([[0.5, *[np.nan] * 6]], np.float32)
    for noise in (1.0, np.ones_like(coadd)):
        np.testing.assert_array_equal(ratio_plane(visit, coadd, noise, bad, 5.0), expected)
    missing = np.full_like(coadd, np.nan)  # the coadd does not cover, or its noise is not known
    assert np.isnan(ratio_plane(visit, coadd, missing, bad, 5.0)).all()
    # noise and threshold of 0 leave no division by 0
    np.testing.assert_array_equal(
        np.isnan(ratio_plane(visit, coadd, 0.0, bad, 0.0)),
        [[False, False, True, True, True, True, True]],
    )


def test_mean_ratio_over_apertures() -> None:
    rng = np.random.default_rng(3)
    truth, _, x, y = stars(10, flux=400.0)
    coadd, bad = truth.astype("f4"), np.zeros(truth.shape, bool)
    visit = rng.normal(1.3 * truth, 0.5).astype("f4")
    ratio = ratio_plane(visit, coadd, NOISE, bad, 5.0)
    variance = ratio_variance(0.5, coadd, ratio)
    np.testing.assert_array_equal(np.isnan(variance), np.isnan(ratio))
    sums = circle_sums(ratio, variance, None, x, y, np.array([2.0, 9.0]))
    value, error = mean_ratio(sums, sums.flux)
    pulls = (value - 1.3) / error
    assert (np.abs(pulls.mean(axis=1)) < 0.4).all()
    assert ((pulls.std(axis=1) > 0.8) & (pulls.std(axis=1) < 1.2)).all()
    nowhere = circle_sums(np.full_like(ratio, np.nan), variance, None, x, y, np.array([2.0]))
    value, error = mean_ratio(nowhere, nowhere.flux)
    assert np.isnan(value).all()
    assert np.isnan(error).all()
