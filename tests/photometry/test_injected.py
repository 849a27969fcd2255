"""Injected fluxes come back, and their errors are what they scatter by: alone and in a crowd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from lightledger.domain.methods import parse_method
from lightledger.photometry.apertures import clean_planes
from lightledger.photometry.direct import DirectApertures
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.onframe import PixelMap, sample_labels

SIDE, SKY, WIDTH = 1200, 20.0, 1.36
METHODS = tuple(map(parse_method, ("auto", "iso", "aper_r2", "aper_r3", "aper_r5")))
#: Edges of the bins, in errors of the flux in the circle of 3 pixels.
BINS = (3.0, 30.0, 300.0, 3000.0)
N_VISIT = 5


@dataclass(frozen=True)
class Field:
    model: np.ndarray  # without noise, float64
    sigma: np.ndarray
    flux: np.ndarray
    strength: np.ndarray  # flux over the error of a circle of 3 pixels
    geometry: Geometry


def _stamps(
    x: np.ndarray, y: np.ndarray, flux: np.ndarray, s: float, shape: tuple[int, int]
) -> Iterator[tuple[tuple[np.ndarray, ...], np.ndarray]]:
    """Where each star's light falls, and how much: Gaussians of width s, pixels."""
    reach = np.arange(-12, 13)
    for i in range(x.size):
        rows, columns = (int(np.rint(v)) + reach for v in (y[i], x[i]))
        rows, columns = (v[(v >= 0) & (v < n)] for v, n in zip((rows, columns), shape, strict=True))
        down, across = (
            np.exp(-0.5 * ((v - c) / s) ** 2) for v, c in ((rows, y[i]), (columns, x[i]))
        )
        yield np.ix_(rows, columns), np.outer(down, across) * (flux[i] / (2 * np.pi * s * s))


def _simulated(n: int, rng: np.random.Generator, grid: bool) -> Field:
    """Round stars; labels go to whom most of a pixel's light comes from."""
    if grid:
        step = SIDE / int(np.sqrt(n) + 1)
        places = np.arange(step / 2, SIDE, step)
        column, row = np.meshgrid(places, places)
        x, y = (v.ravel()[:n] + rng.uniform(-1, 1, n) for v in (column, row))
    else:
        x, y = rng.uniform(5, SIDE - 6, (2, n))
    sigma = (2 + np.add.outer(np.arange(SIDE), np.arange(SIDE)) / SIDE).astype(np.float32)
    local = sigma[y.astype(int), x.astype(int)] * np.sqrt(np.pi) * 3
    flux = local * np.exp(rng.uniform(np.log(BINS[0]), np.log(BINS[-1]), n))
    shape = (SIDE, SIDE)
    model, most = np.zeros((2, *shape))
    labels = np.zeros(shape, np.int32)
    for i, (box, light) in enumerate(_stamps(x, y, flux, WIDTH, shape)):
        model[box] += light
        labels[box] = np.where(light > np.maximum(most[box], sigma[box]), i + 1, labels[box])
        most[box] = np.maximum(most[box], light)
    around = Geometry.of_positions(x, y, shape, radius=WIDTH)
    geometry = replace(
        around,
        b=0.8 * around.b,
        theta=rng.uniform(-1.5, 1.5, n),
        label=np.arange(1, n + 1),
        segmentation=labels,
    )
    return Field(model, sigma, flux, flux / local, geometry)


@pytest.fixture(scope="module", params=["alone", "crowded"])
def field(request: pytest.FixtureRequest) -> Field:
    rng = np.random.default_rng(11)
    return _simulated(4200 if request.param == "alone" else 9000, rng, request.param == "alone")


@pytest.mark.parametrize("neighbours", ["mirror", "mask"])
def test_injected_fluxes_and_pulls(field: Field, neighbours: str) -> None:
    rng = np.random.default_rng(12)
    footprints = Footprints.build(field.geometry, FootprintSpec(METHODS, neighbours))
    truth = footprints.sums(clean_planes(field.model)).flux[0]
    level = np.full(field.model.shape, SKY)
    bad = rng.random(field.model.shape) < 2e-4
    pulls = np.empty((N_VISIT, *truth.shape))
    for visit in range(N_VISIT):
        noise = rng.standard_normal(field.model.shape, np.float32) * field.sigma
        planes = clean_planes(field.model + SKY + noise, bad, sigma=field.sigma, subtract=level)
        sums = footprints.sums(planes)
        # Of some every pixel is another's.
        whole = (sums.bad_area == 0) & (sums.area > 0)
        error = np.sqrt(np.where(whole, sums.variance, np.nan))
        pulls[visit] = (sums.flux[0] - truth) / error
    for k, method in enumerate(METHODS):
        strength = truth[k] / error[k]
        for low, high in pairwise(BINS):
            mine = pulls[:, k, (field.strength >= low) & (field.strength < high)]
            mine = mine[np.isfinite(mine)]
            assert mine.size >= 5000, (str(method), low, mine.size)
            among = strength[(field.strength >= low) & (field.strength < high)]
            allowed = max(0.1, 1e-3 * np.nanmedian(among))
            assert abs(np.median(mine)) < allowed, (str(method), low)
        pairs = np.diff(pulls[:, k], axis=0) / np.sqrt(2)
        pairs = pairs[np.isfinite(pairs)]
        robust = 1.4826 * np.median(np.abs(pairs - np.median(pairs)))
        assert pairs.size >= 5000
        assert 0.95 < robust < 1.05, (str(method), robust)


def test_on_a_turned_frame_the_fluxes_are_those_of_the_stars(field: Field) -> None:
    """The same stars on a frame of another grid: what is in its circles is what they hold."""
    geometry = field.geometry
    angle, scale = 0.3, 0.8
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0]])
    shape = (600, 500)
    matrix[:, 2] = [250.0, 300.0] - matrix[:, :2] @ [SIDE / 2, SIDE / 2]
    x, y = matrix[:, :2] @ np.stack([geometry.x, geometry.y]) + matrix[:, 2:]
    there = PixelMap.of_inverse(matrix, shape)
    labels = sample_labels(geometry.segmentation, there, shape)
    spec = FootprintSpec(tuple(map(parse_method, ("auto", "iso", "aper_r5"))), "keep")
    frame = np.zeros(shape)
    for box, light in _stamps(x, y, field.flux, scale * WIDTH, shape):
        frame[box] += light
    sums = DirectApertures(geometry, spec, x, y, matrix, labels).sums(clean_planes(frame))
    inside = (sums.full_area[0] <= sums.area[0]) & (sums.bad_area == 0).all(axis=0)
    inside &= (x > 8) & (x < shape[1] - 9) & (y > 8) & (y < shape[0] - 9)
    here = Footprints.build(geometry, spec).sums(clean_planes(field.model))
    flux = here.flux[0][:, inside]
    ratio = sums.flux[0][:, inside] / np.where(flux > 0, flux, np.nan)
    assert inside.sum() > 400
    assert np.abs(np.nanmedian(ratio, axis=1) - 1).max() < 5e-3
    # On the edges of some lies a star a thousand times as bright.
    assert np.percentile(np.abs(ratio[[0, 2]] - 1), 90) < 0.02
