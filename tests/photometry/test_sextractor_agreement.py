"""Our apertures against SExtractor's own output on the same frames, frozen and live."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from lightledger.domain.methods import Method
from lightledger.photometry.apertures import circle_sums, clean_planes
from lightledger.photometry.footprints import Footprints, FootprintSpec
from lightledger.photometry.geometry import Geometry


def _load_freeze() -> ModuleType:
    path = Path(__file__).parent / "frozen" / "sextractor.py"
    spec = importlib.util.spec_from_file_location("sextractor_freeze", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


freeze = _load_freeze()
RADII = np.array(freeze.DIAMETERS) / 2
VARIANCE = np.full((freeze.SIZE, freeze.SIZE), freeze.SIGMA**2, np.float32)


def test_subpixel_circles_agree_with_frozen_sextractor() -> None:
    frozen = freeze.read_frozen()
    sums = circle_sums(
        freeze.make_frame(),
        VARIANCE,
        None,
        frozen["x"],
        frozen["y"],
        RADII,
        subpixels=True,
        linear_error=True,
    )
    assert frozen["x"].size > 60
    difference = np.abs(sums.flux - frozen["flux"]) / frozen["error"]
    assert np.percentile(difference, 95) < 1e-5
    assert difference.max() < 1e-4
    np.testing.assert_allclose(np.sqrt(sums.variance), frozen["error"], rtol=1e-6)


def test_exact_circles_agree_with_frozen_sextractor() -> None:
    frozen = freeze.read_frozen()
    image = freeze.make_frame()
    geometry = Geometry.of_positions(frozen["x"], frozen["y"], image.shape)
    footprints = Footprints.build(geometry, FootprintSpec.of_radii(RADII))
    for flux in (
        circle_sums(image, None, None, frozen["x"], frozen["y"], RADII).flux,
        footprints.sums(clean_planes(image)).flux[0],
    ):
        difference = np.abs(flux - frozen["flux"]) / frozen["error"]
        assert np.percentile(difference, 95) < 0.1
        # from r = 3 on also each radius for itself
        assert np.all(np.percentile(difference[1:], 95, axis=1) < 0.1)


def _command() -> str:
    command = shutil.which("source-extractor") or shutil.which("sex")
    if command is None:
        pytest.skip("source-extractor is not installed; the frozen catalogues stand for it")
    return command


def test_frozen_catalogue_is_what_sextractor_gives_today() -> None:
    live, frozen = freeze.run_sextractor(_command()), freeze.read_frozen()
    assert live["x"].size == frozen["x"].size
    for name, array in frozen.items():
        np.testing.assert_allclose(live[name], array, rtol=1e-5, atol=1e-5)


NEIGHBOURS = {"NONE": "keep", "CORRECT": "mirror", "BLANK": "mask"}


def _compare(
    theirs: dict[str, np.ndarray], field: dict[str, np.ndarray], mask: str
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Differences in sigma and ratios of the errors, rows AUTO, ISO and the circles.

    Where the flux is negative SExtractor forgets the Kron radius, and there is no comparing.
    Objects of a pixel or two lie on whole pixels, where sub-pixels lie on the circle itself.
    """
    n = theirs["x"].size
    large = np.bincount(theirs["segmentation"].ravel(), minlength=n + 1)[1:] >= 5
    known = large & (theirs["kron"] > 0)
    assert known.sum() > 0.97 * large.sum()
    geometry = Geometry(
        x=theirs["x"],
        y=theirs["y"],
        a=theirs["a"],
        b=theirs["b"],
        theta=np.radians(theirs["theta"].astype(np.float64)),
        kron=np.where(known, theirs["kron"], 3.5),
        label=np.arange(1, n + 1),
        segmentation=theirs["segmentation"],
        shape=theirs["segmentation"].shape,
    ).take(known)
    planes = clean_planes(field["visit"], sigma=field["visit_rms"])
    methods = (Method("auto"), Method("iso"), *(Method("aper_r", float(r)) for r in RADII))
    difference = {}
    for convention in ("sextractor", "exact"):
        spec = FootprintSpec(methods, NEIGHBOURS[mask], convention)
        sums = Footprints.build(geometry, spec).sums(planes, linear_error=True)
        difference[convention] = (
            np.abs(sums.flux[0] - theirs["flux"][:, known]) / theirs["error"][:, known]
        )
        if convention == "sextractor":
            ratio = np.sqrt(sums.variance) / theirs["error"][:, known]
    return difference, ratio


@pytest.fixture(scope="module")
def fields() -> dict[str, dict[str, np.ndarray]]:
    return {name: freeze.make_field(*getattr(freeze, name)) for name in ("SMALL", "LARGE")}


@pytest.mark.parametrize("mask", NEIGHBOURS)
@pytest.mark.parametrize("size", ["SMALL", "LARGE"])
def test_dual_image_mode_with_and_without_neighbours(
    fields: dict[str, dict[str, np.ndarray]], mask: str, size: str
) -> None:
    if size == "SMALL":
        theirs = freeze.read_dual(mask)
    else:
        theirs = freeze.run_dual(_command(), fields[size], mask)
    difference, ratio = _compare(theirs, fields[size], mask)
    whole, exact = difference["sextractor"], difference["exact"]
    assert whole.shape[1] > (200 if size == "SMALL" else 1000)
    # AUTO by whole pixels, ISO, circles by 5 x 5 sub-pixels
    p95 = np.percentile(whole, 95, axis=1)
    assert np.all(p95 < (1e-5 if mask == "NONE" else 1e-4)), p95
    assert np.all(np.mean(whole < 0.1, axis=1) > 0.99)
    assert np.percentile(whole[1], 99) < 1e-5  # an isophote has no neighbours
    assert np.all(np.percentile(np.abs(ratio - 1), 95, axis=1) < 1e-4)
    assert np.percentile(exact[2:], 95) < 0.1
