"""A WCS that is right is kept, whatever else the detector and the sky show; a wrong one is not."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io.fits import Header

from lightledger.frames.grid import SkyGrid
from lightledger.ingest.wcscheck import Correction, correction_of
from lightledger.photometry.stars import Stars

SIDE = 256
SIP: dict[str, object] = {
    "A_2_0": 4e-5,
    "A_1_1": -2e-5,
    "B_0_2": 4e-5,
    "B_1_1": 2e-5,
    "A_0_2": 2e-5,
}
DITHERS = [(2.3, 1.1), (11.3, -7.7), (140.2, 3.9)]
Places = np.ndarray


def _grid(dither: tuple[float, float] = (0, 0), turn: float = 0.0, sip: bool = False) -> SkyGrid:
    tail = "-SIP" if sip else ""
    cos, sin = np.cos(np.radians(turn)) / 3600, np.sin(np.radians(turn)) / 3600
    cards: dict[str, object] = {
        "NAXIS": 2,
        "NAXIS1": SIDE,
        "NAXIS2": SIDE,
        "CRVAL1": 120.0,
        "CRVAL2": 30.0,
    }
    cards |= {"CTYPE1": "RA---TAN" + tail, "CTYPE2": "DEC--TAN" + tail}
    cards |= {f"CRPIX{i + 1}": SIDE / 2 + dither[i] for i in (0, 1)}
    cards |= {"CD1_1": -cos, "CD1_2": sin, "CD2_1": sin, "CD2_2": cos}
    if sip:
        cards |= {"A_ORDER": 2, "B_ORDER": 2, **SIP}
    grid = SkyGrid.from_header(Header(cards), (SIDE, SIDE))
    assert grid is not None
    return grid


def _asked(
    rng: np.random.Generator,
    seen: Places,
    grid: SkyGrid,
    reference: Places,
    scatter: float = 0.1,
    sip: bool = False,
) -> Correction:
    """What is made of stars at places (2, n) of a frame, in any order, and of the reference."""
    seen = (seen + rng.normal(0, scatter, seen.shape))[:, rng.permutation(seen.shape[1])]
    x, y = seen[:, ((seen > 0) & (seen < SIDE - 1)).all(axis=0)]
    zeros = np.zeros(x.size)
    stars = Stars(x, y, zeros, zeros, zeros, zeros.astype(bool))
    reference = reference[:, rng.permutation(reference.shape[1])]
    return correction_of(stars, grid, _grid(sip=sip), *reference)


def _anywhere(rng: np.random.Generator, n: int) -> Places:
    return rng.uniform(5, SIDE - 5, (2, n))


def _moved(places: Places, by: tuple[float, float]) -> Places:
    return places + np.array(by)[:, None]


@pytest.fixture(params=range(5))
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    return np.random.default_rng(request.param)


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize(("n_star", "n_kept"), [(40, 60), (8, 15), (3, 10), (0, 12)])
def test_images_that_the_detector_keeps_do_not_outweigh_the_stars(
    rng: np.random.Generator, n_star: int, n_kept: int, dither: tuple[float, float]
) -> None:
    stars, kept = _anywhere(rng, n_star), _anywhere(rng, n_kept)
    seen = np.hstack([kept, _moved(stars, dither)])
    assert not _asked(rng, seen, _grid(dither), np.hstack([stars, kept])).needed


@pytest.mark.parametrize("apart", [2.5, 9.0])
def test_double_images_prove_nothing(rng: np.random.Generator, apart: float) -> None:
    stars = _moved(there := _anywhere(rng, 20), (3.3, 2.1))
    seen = np.hstack([stars, _moved(stars, (apart, 0))])
    assert not _asked(rng, seen, _grid((3.3, 2.1)), there).needed


@pytest.mark.parametrize("n", [6, 8, 15])
def test_centroids_of_faint_stars_prove_nothing(rng: np.random.Generator, n: int) -> None:
    there = _anywhere(rng, n)
    seen = _moved(there, (3.3, 2.1))
    assert not _asked(rng, seen, _grid((3.3, 2.1)), there, scatter=0.7).needed


@pytest.mark.parametrize("share", [0.15, 0.4, 1.0])
def test_distortions_are_left_to_the_wcs_that_knows_them(
    rng: np.random.Generator, share: float
) -> None:
    """Of a few stars in common an affine match is made, which cannot know the distortions."""
    there = _anywhere(rng, 60)
    grid = _grid((90, -70), 30, sip=True)
    x, y = grid.to_pixel(*_grid(sip=True).to_sky(*there))
    seen = np.hstack([np.stack([x, y])[:, rng.random(60) < share], _anywhere(rng, 60)])
    assert not _asked(rng, seen, grid, there, sip=True).needed


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_another_band_may_show_other_stars(rng: np.random.Generator, share: float) -> None:
    there = _anywhere(rng, 200)
    common = _moved(there[:, rng.random(200) < share], (37.3, -22.1))
    seen = np.hstack([common, _anywhere(rng, 200)])[:, :200]
    assert not _asked(rng, seen, _grid((37.3, -22.1)), there).needed


@pytest.mark.parametrize("off", [(0.3, 0.3), (0.45, 0.0), (0.0, -0.45)])
def test_less_than_half_a_pixel_is_nothing(
    rng: np.random.Generator, off: tuple[float, float]
) -> None:
    there = _anywhere(rng, 60)
    assert not _asked(rng, _moved(there, off), _grid(), there).needed


@pytest.mark.parametrize("n_kept", [0, 4])
@pytest.mark.parametrize("off", [(1.2, 0.0), (6.0, 3.0), (20.0, 3.0), (-11.3, 7.7)])
def test_a_wrong_wcs_is_found_out(
    rng: np.random.Generator, off: tuple[float, float], n_kept: int
) -> None:
    """Also where a few hot pixels speak for a WCS that was copied from frame to frame."""
    stars, kept = _anywhere(rng, 30), _anywhere(rng, n_kept)
    seen = np.hstack([_moved(stars, (11.3, -7.7))[:, rng.random(30) < 0.8], kept])
    grid = _grid((11.3 + off[0], -7.7 + off[1]))
    assert _asked(rng, seen, grid, np.hstack([stars, kept])).needed
