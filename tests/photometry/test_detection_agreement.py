"""Detection against SExtractor's own on the same coadd, frozen and live."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from scipy.spatial import cKDTree
from tests.photometry.frozen import detecting

from lightledger.domain import Measuring
from lightledger.ingest.objects import from_detection
from lightledger.ingest.shapes import Columns, with_shapes
from lightledger.photometry.coadd import WHITE_FILTER_NOISE, Surface, filter_noise, flatten
from lightledger.photometry.detection import Detection, detect
from lightledger.photometry.kron import BLENDED, ISOLATED


@pytest.fixture(scope="module")
def surface() -> Surface:
    return flatten(detecting.make_field())


@pytest.fixture(scope="module")
def found(surface: Surface) -> Detection:
    """At SExtractor's very threshold: its DETECT_THRESH is in sigma of the unfiltered coadd."""
    sigma = detecting.THRESHOLD * detecting.FILTER_NOISE / filter_noise(surface)
    return detect(surface, sigma)


@pytest.fixture(scope="module")
def objects(surface: Surface, found: Detection) -> Columns:
    columns = from_detection(found.objects, None)
    measuring = Measuring(kron_cap=False)
    return with_shapes(columns, surface, found.segmentation, found, measuring, 3.0)


def test_the_same_objects_are_found(objects: Columns, found: Detection) -> None:
    theirs = detecting.read_frozen()
    there = np.column_stack([theirs["XWIN_IMAGE"] - 1, theirs["YWIN_IMAGE"] - 1])
    here = np.column_stack([objects["x"], objects["y"]])
    apart, _ = cKDTree(here).query(there)
    assert (apart < 2).mean() > 0.99  # complete
    assert np.percentile(apart, 95) < 0.15
    assert np.median(apart) < 0.01
    apart, _ = cKDTree(there).query(here)
    assert (apart < 2).mean() > 0.98  # reliable
    ours, sextractor = found.segmentation > 0, theirs["segmentation"] > 0
    assert (ours & sextractor).sum() / (ours | sextractor).sum() > 0.98


def test_shapes_fluxes_and_kron_radii_agree(objects: Columns) -> None:
    theirs = detecting.read_frozen()
    there = np.column_stack([theirs["XWIN_IMAGE"] - 1, theirs["YWIN_IMAGE"] - 1])
    apart, mine = cKDTree(np.column_stack([objects["x"], objects["y"]])).query(there)
    clean = (apart < 2) & (theirs["FLAGS"] == 0)
    mine = mine[clean]

    def ratio(column: str, name: str) -> np.ndarray:
        return np.abs(objects[column][mine] / theirs[name][clean] - 1)

    for column, name in (("a_px", "A_IMAGE"), ("b_px", "B_IMAGE")):
        assert np.median(ratio(column, name)) < 1e-4
        assert np.percentile(ratio(column, name), 95) < 0.02
    assert np.median(ratio("kron_radius", "KRON_RADIUS")) < 0.005
    assert np.percentile(ratio("kron_radius", "KRON_RADIUS"), 95) < 0.08
    assert np.median(ratio("detection_flux", "FLUX_ISO")) < 1e-3
    assert np.percentile(ratio("detection_flux", "FLUX_ISO"), 95) < 0.05
    long = theirs["A_IMAGE"][clean] > 1.2 * theirs["B_IMAGE"][clean]
    turned = (objects["theta_deg"][mine] - theirs["THETA_IMAGE"][clean] + 90) % 180 - 90
    assert np.percentile(np.abs(turned[long]), 95) < 3.0


def test_frozen_is_what_sextractor_finds_today() -> None:
    command = shutil.which("source-extractor") or shutil.which("sex")
    if command is None:
        pytest.skip("source-extractor is not installed; the frozen catalogue stands for it")
    live, frozen = detecting.run_sextractor(command), detecting.read_frozen()
    assert live["NUMBER"].size == frozen["NUMBER"].size
    for name, array in frozen.items():
        np.testing.assert_allclose(live[name], array, rtol=1e-5, atol=1e-5)


def test_correlated_noise_raises_the_threshold() -> None:
    """As many peaks of mere noise pass in a mosaic with correlated noise as in white noise."""
    white = np.random.default_rng(2).normal(0, 1, (500, 500)).astype(np.float32)
    smooth = (
        white + np.roll(white, 1, 0) + np.roll(white, 1, 1) + np.roll(white, (1, 1), (0, 1))
    ) / 2
    assert filter_noise(flatten(white)) == pytest.approx(WHITE_FILTER_NOISE, rel=0.05)
    assert filter_noise(flatten(smooth)) > 1.5 * WHITE_FILTER_NOISE
    assert len(detect(flatten(white), 4.0)) <= 4
    assert len(detect(flatten(smooth), 4.0)) <= 6


def blended_field() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stars like each other, a hundred alone and forty beside a bright one; and their places."""
    rng = np.random.default_rng(5)
    image = rng.normal(0, 1, (620, 620)).astype(np.float32)
    yy, xx = np.mgrid[:620, :620]
    places = np.stack(np.meshgrid(np.arange(12), np.arange(12))).reshape(2, -1).T * 50 + 35.0
    places += rng.uniform(-3, 3, places.shape)
    beside = np.arange(len(places)) % 3 == 0
    for k, (x, y) in enumerate(places):
        near = (slice(int(y) - 30, int(y) + 31), slice(int(x) - 30, int(x) + 31))
        r2 = (xx[near] - x) ** 2 + (yy[near] - y) ** 2
        image[near] += 60 / (1 + r2 / 9) ** 2.5
        if beside[k]:
            r2 = (xx[near] - x - 12) ** 2 + (yy[near] - y - 7) ** 2
            image[near] += 900 / (1 + r2 / 9) ** 2.5
    return image, places, beside


def test_blended_objects_keep_the_kron_radii_of_isolated_ones() -> None:
    image, places, beside = blended_field()
    surface = flatten(image, box=128)
    found = detect(surface)
    columns = from_detection(found.objects, None)
    apart, row = cKDTree(np.column_stack([columns["x"], columns["y"]])).query(places)
    assert (apart[~beside] < 1).all()
    ours = (apart < 1) & beside
    assert ours.sum() > 30
    alone, blended = row[~beside], row[ours]
    kron = {}
    for cap in (False, True):
        measuring = Measuring(kron_cap=cap, kron_minimum=1.5)
        shaped = with_shapes(columns, surface, found.segmentation, found, measuring, 3.0)
        kron[cap] = shaped["kron_radius"]
        assert (shaped["neighbour_fraction"][blended] > BLENDED).mean() > 0.9
        assert (shaped["neighbour_fraction"][alone] < ISOLATED).all()
    np.testing.assert_array_equal(kron[True][alone], kron[False][alone])
    locus = np.percentile(kron[True][alone], 84.13)
    assert np.median(kron[False][blended]) > 1.01 * locus  # wings of the neighbours
    assert np.median(kron[True][blended]) < 1.01 * locus
