"""Detection in a child process: what is found, and how it ends when it must."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import sep
from astropy.io import fits

from lightledger.domain import Cancelled, LightledgerError
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import match_stars
from lightledger.photometry import detection_child
from lightledger.photometry.coadd import flatten
from lightledger.photometry.detection import COLUMNS, detect
from lightledger.photometry.onframe import PixelMap
from lightledger.photometry.stack import Layer, choose_best, flux_ratio, stack
from lightledger.photometry.stars import find_stars, median_fwhm

STARS = [(60.3, 50.8, 800.0), (150.0, 140.5, 200.0), (30.5, 150.2, 90.0), (156.5, 143.0, 150.0)]


def objects_of(
    image: np.ndarray, weight: np.ndarray | None = None, sigma: float = 5.0
) -> dict[str, np.ndarray]:
    return detect(flatten(image, weight), sigma).objects


def coadd(seed: int = 0) -> np.ndarray:
    yy, xx = np.mgrid[:200, :220]
    image = np.random.default_rng(seed).normal(50.0, 2.0, (200, 220))
    for x, y, peak in STARS:
        image += peak * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * 1.6**2))
    return image.astype(np.float32)


def test_finds_the_stars_deblended_with_all_columns() -> None:
    found = objects_of(coadd())
    assert set(found) == set(COLUMNS)
    assert len(found["x"]) == len(STARS)
    for x, y, peak in STARS:
        k = int(np.hypot(found["x"] - x, found["y"] - y).argmin())
        assert np.hypot(found["x"][k] - x, found["y"][k] - y) < 0.2
        assert found["peak"][k] == pytest.approx(peak, rel=0.2)
        assert found["snr"][k] > 20
    assert (np.diff(found["flux"]) <= 0).all()
    assert found["edge"][0] == pytest.approx(51.3, abs=0.3)
    again = objects_of(coadd())
    assert all(found[name].tobytes() == again[name].tobytes() for name in COLUMNS)


def test_a_neighbour_does_not_drag_the_centre() -> None:
    yy, xx = np.mgrid[:100, :100]
    image = np.random.default_rng(0).normal(0, 1, (100, 100))
    for x, y, peak in ((50.0, 50.0, 2000.0), (42.0, 47.0, 25.0)):
        image += peak * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * 1.5**2))
    found = objects_of(image.astype(np.float32), sigma=1.5)
    assert np.hypot(found["x"][0] - 50, found["y"][0] - 50) < 0.03


def test_masked_by_nan_and_weight() -> None:
    image = coadd()
    image[:, :110] = np.nan
    weight = np.ones(image.shape, np.float32)
    weight[130:160, 140:170] = 0
    found = objects_of(image, weight)
    assert len(found["x"]) == 0
    weight[:] = 1
    found = objects_of(image, weight)
    assert len(found["x"]) == 2
    bright = int(np.argmax(found["flux"]))
    assert found["edge"][bright] == pytest.approx(150 - 110, abs=4)


def test_relative_weights_give_the_same_objects() -> None:
    weight = np.full((200, 220), 1e-7, np.float32)
    with_weight, without = objects_of(coadd(), weight), objects_of(coadd())
    assert len(with_weight["x"]) == len(without["x"])
    np.testing.assert_allclose(with_weight["snr"], without["snr"], rtol=0.15)


def test_deep_edges_have_lower_noise() -> None:
    """A weight map that falls to one side keeps noise there from being detected."""
    rng = np.random.default_rng(1)
    weight = np.ones((200, 200), np.float32)
    weight[:, 100:] = 0.04
    image = rng.normal(0, 1 / np.sqrt(weight)).astype(np.float32)
    assert len(objects_of(image, weight, sigma=4.0)["x"]) <= 1


def test_the_segmentation_tells_whose_pixel_it_is() -> None:
    found = detect(flatten(coadd()))
    assert found.segmentation.dtype == np.int32
    x, y = (np.rint(found.objects[name]).astype(int) for name in ("x", "y"))
    assert found.segmentation[y, x].tolist() == [1, 2, 3, 4]
    areas = np.bincount(found.segmentation.ravel())[1:]
    assert areas.tolist() == found.objects["npix"].tolist()
    fewer = found.without(np.array([False, True, False, True]))
    assert len(fewer) == 2
    assert fewer.segmentation[y, x].tolist() == [1, 0, 2, 0]


@pytest.mark.parametrize("image", [np.zeros((50, 50)), np.ones((3, 3)), np.ones((1, 1))])
def test_empty_images_give_no_objects(image: np.ndarray) -> None:
    assert len(objects_of(image)["x"]) == 0


def test_refusals_are_one_line() -> None:
    with pytest.raises(LightledgerError, match="no pixel with data"):
        objects_of(np.full((40, 40), np.nan))
    with pytest.raises(LightledgerError, match="weight map has shape"):
        objects_of(np.zeros((40, 40)), np.zeros((40, 41)))


def test_cancel_kills_the_child() -> None:
    with pytest.raises(Cancelled):
        detect(flatten(np.zeros((500, 500), np.float32)), cancelled=lambda: True)


def test_overfull_buffers_are_enlarged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One object of a million pixels overflows sep's first buffer."""
    image = np.zeros((700, 700), np.float32)
    yy, xx = np.mgrid[:700, :700]
    image += 1000 * (np.hypot(yy - 350, xx - 350) < 330)
    monkeypatch.setattr(detection_child, "_PIXEL_BUFFERS", (300_000, 1_000_000, 10_000_000))
    before = sep.get_extract_pixstack(), sep.get_sub_object_limit()
    try:
        noise = np.ones_like(image)
        found, _ = detection_child._extract(image, np.zeros(image.shape, bool), noise, 5.0, 5)
    finally:
        sep.set_extract_pixstack(before[0])
        sep.set_sub_object_limit(before[1])
    assert len(found) == 1


def test_from_a_thread() -> None:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(len(objects_of(coadd())["x"])))
    thread.start()
    thread.join(60)
    assert results == [len(STARS)]


def test_a_script_without_main_guard_may_call_it(tmp_path: Path) -> None:
    """The child must not import the caller's main module; nor files of its folder."""
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np\n"
        "from lightledger.photometry.coadd import flatten\n"
        "from lightledger.photometry.detection import detect\n"
        "print('objects', len(detect(flatten(np.zeros((60, 60), 'f4')))))\n",
        encoding="utf-8",
    )
    (tmp_path / "sep.py").write_text("raise RuntimeError('not this one')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "objects 0", done.stderr


@pytest.mark.real
def test_stack_of_best_visits_without_wcs(real_data: Path) -> None:
    """HAT-P-32 and its comparison stars stand out on a coadd of the 20 best of 142 visits."""
    paths = sorted((real_data / "hatp32_microobservatory/images").iterdir())[::3]
    images = [fits.getdata(path).astype(np.float32) for path in paths]
    stars = [find_stars(image) for image in images]
    matches = [match_stars(s.x, s.y, stars[0].x, stars[0].y) for s in stars]
    best = choose_best(
        20, [median_fwhm(s) for s in stars], [s.sky for s in stars], [m.n_matched for m in matches]
    )
    scales = [flux_ratio(stars[k], stars[0], matches[k].matrix) for k in best]
    assert np.ptp(scales) < 0.5
    shape = images[0].shape
    layers = [
        Layer(lambda k=k: images[k], PixelMap.of_affine(matches[k].matrix, shape), scale)
        for k, scale in zip(best, scales, strict=True)
    ]
    made = stack(layers, shape)
    assert made.coverage.max() == 20
    found = objects_of(made.coadd, made.weight)
    for x, y in ((423.2, 286.0), (465, 183), (512, 263)):
        k = int(np.hypot(found["x"] - x, found["y"] - y).argmin())
        assert np.hypot(found["x"][k] - x, found["y"][k] - y) < 2.0
        assert found["snr"][k] > 100


@pytest.mark.real
def test_stack_by_wcs_puts_the_binary_in_its_place(real_data: Path) -> None:
    paths = sorted((real_data / "lowell_5945_field/images").glob("*.fz"))[::8]
    reference, images = None, []
    for path in paths:
        with fits.open(path) as hdus:
            data = hdus[1].data.astype(np.float32)
            grid = SkyGrid.from_header(hdus[1].header, data.shape)
        assert grid is not None
        reference = reference or grid
        images.append((data, grid.affine_from(reference)))
    assert reference is not None
    layers = [
        Layer(lambda data=data: data, PixelMap.of_affine(matrix, reference.shape))
        for data, matrix in images
    ]
    found = objects_of(stack(layers, reference.shape).coadd)
    x, y = reference.to_pixel(124.665333, 25.508333)
    away = np.hypot(found["x"] - x, found["y"] - y)
    assert away.min() * reference.pixel_scale_arcsec < 0.3


@pytest.mark.real
def test_spitzer_subarray(real_data: Path) -> None:
    path = sorted((real_data / "spitzer_hd209458_ch1/bcd").glob("*.fits"))[0]
    found = objects_of(np.median(fits.getdata(path), axis=0))
    assert len(found["x"]) == 1
    assert np.hypot(found["x"][0] - 14.85, found["y"][0] - 14.8) < 0.15


def test_what_a_killed_run_left_is_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new = tmp_path / "lightledger-detect-old", tmp_path / "lightledger-detect-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "flat.npy").write_bytes(b"x")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    assert objects_of(coadd())["x"].size
    assert sorted(tmp_path.iterdir()) == [new]
