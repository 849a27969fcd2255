"""The marker is on the star whatever the frame's parity, binning and distortion; or it is said
that nobody knows.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import turned
from astropy.io import fits
from astropy.wcs import WCS, Sip

import lightledger as ll
from lightledger.library.cutouts import Cutouts
from lightledger.library.frames_of import FrameFinder
from lightledger.library.skyimages import (
    IDENTITY,
    UNPLACED,
    matrix_of,
    place_on,
    side_of,
    visit_image,
)

#: Of each visit: sign of the x axis, how many pixels of the coadd a pixel is wide, distorted.
FRAMES = {"gr1": (1, 1, False), "gr2": (-1, 1, False), "gr3": (1, 2, True), "gr4": (-1, 2, True)}


def grid_of(parity: int, binned: int, distorted: bool) -> WCS:
    wcs = turned.wcs_of()
    wcs.wcs.cd = wcs.wcs.cd @ np.diag([parity * binned, binned])
    wcs.wcs.crpix = np.array([turned.SHAPE[1], turned.SHAPE[0]]) / 2 / binned + (0.3, -0.4)
    if distorted:
        bent = np.zeros((3, 3))
        bent[2, 0], bent[0, 2] = 1e-3, -6e-4
        wcs.wcs.ctype = ["RA---TAN-SIP", "DEC--TAN-SIP"]
        wcs.sip = Sip(bent, bent.T.copy(), None, None, wcs.wcs.crpix)
    return wcs


def render(wcs: WCS, binned: int, seed: int) -> np.ndarray:
    ny, nx = (side // binned for side in turned.SHAPE)
    image = np.random.default_rng(seed).normal(turned.SKY, turned.SIGMA, (ny, nx))
    yy, xx = np.mgrid[:ny, :nx]
    sigma = 1.6
    for star in turned.stars():
        x, y = wcs.all_world2pix(star.ra, star.dec, 0)
        light = np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * sigma**2))
        image += star.flux * light / (2 * math.pi * sigma**2 * binned**2)
    return image.astype(">f4")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("placed")
    frames = turned.write(folder / "frames")
    for k, (visit, (parity, binned, distorted)) in enumerate(FRAMES.items(), 1):
        for old in frames.glob(f"IDF_{visit}_ch1_*"):
            old.unlink()
        wcs = grid_of(parity, binned, distorted)
        image, header = render(wcs, binned, k), turned.header_of(wcs, k)
        assert header["CTYPE1"].endswith("SIP") == distorted
        fits.writeto(frames / f"IDF_{visit}_ch1_sci.fits", image, header)
    return turned.ingest(frames, folder / "field.h5")


def test_the_star_is_under_its_marker(store: Path) -> None:
    with ll.open(store) as field:
        cutouts = Cutouts(field, FrameFinder(field))
        bright = np.argsort(-field.objects["coadd_flux"])[:6]
        for row, frame in enumerate(FRAMES.values()):
            parity, binned, _ = frame
            matrix = matrix_of(field, "ch1", row)
            assert np.sign(np.linalg.det(matrix[:, :2])) == parity
            assert side_of(matrix) == pytest.approx(1 / binned, rel=0.02)
            for index in bright.tolist():
                made = cutouts.of(index, "ch1", row, field.suggested("ch1"))
                there = grid_of(*frame).all_world2pix(field.ra_deg[index], field.dec_deg[index], 0)
                np.testing.assert_allclose(made.place, there, rtol=0, atol=0.01)
                assert place_on(field, "ch1", row, index) == made.place
                patch = next(p for p in made.patches if p.kind == "sci")
                x, y = patch.matrix[:, :2] @ made.around.place + patch.matrix[:, 2]
                yy, xx = np.mgrid[: patch.data.shape[0], : patch.data.shape[1]]
                near = np.hypot(xx - x, yy - y) < 6
                light = np.where(near, patch.data - turned.SKY, 0)
                found = (light * xx).sum() / light.sum(), (light * yy).sum() / light.sum()
                np.testing.assert_allclose(found, (x, y), rtol=0, atol=0.06)


def test_a_frame_that_was_not_placed_is_shown_and_says_so(store: Path) -> None:
    """Without a warning of numpy's: nothing is computed with a place that is not known."""
    with ll.open(store) as field, warnings.catch_warnings():
        warnings.simplefilter("error")
        finder = FrameFinder(field)
        visits = field.visits("ch1")
        placed = np.array(visits["transform"])
        for row, nowhere in ((1, np.nan), (2, 0.0)):
            placed[row] = nowhere
        visits["transform"] = placed
        for row in (1, 2):
            assert matrix_of(field, "ch1", row) is None
            made = Cutouts(field, finder).of(0, "ch1", row, field.suggested("ch1"))
            assert [patch.kind for patch in made.patches] == ["coadd"]
            assert "not known" in made.remarks[0]
            image = visit_image(field, finder, "ch1", row)
            assert image.note == UNPLACED
            np.testing.assert_array_equal(image.matrix, IDENTITY)
