"""Frames are found wherever they are; cut-outs hold every kind of image, placed to a hundredth."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import turned
from astropy.io import fits

import lightledger as ll
from lightledger.domain import LightledgerError
from lightledger.frames.parts import open_frame, read_part
from lightledger.library import Field
from lightledger.library.cleaned import clean_part
from lightledger.library.cutouts import Cutout, Cutouts
from lightledger.library.frames_of import FrameFinder
from lightledger.library.framescale import sampled
from lightledger.library.framewindow import Window
from lightledger.library.outlines import outlines_of
from lightledger.library.skyimages import (
    IDENTITY,
    coadd_bands,
    coadd_image,
    compass_of,
    image_of,
    place_on,
    places_on,
    reference_grid,
    to_reference,
    visit_image,
)
from lightledger.library.tones import BLANK, TOP, Tone, tone_of
from lightledger.photometry.images import Planes, prepare, without_cosmics
from lightledger.photometry.spec import MeasureSpec
from lightledger.store.whence import known_folders, remember_folders


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("turned")
    turned.write(folder / "frames" / "night")
    return turned.ingest(folder / "frames", folder / "field.h5")


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """Store and frames of one's own, elsewhere than they were ingested."""
    shutil.copytree(made.parent / "frames", tmp_path / "frames")
    return Path(shutil.copy(made, tmp_path / "field.h5"))


def cut(field: Field, row: int, index: int = 0, finder: FrameFinder | None = None) -> Cutout:
    cutouts = Cutouts(field, finder or FrameFinder(field))
    return cutouts.of(index, "ch1", row, field.suggested("ch1"))


def test_every_kind_of_image_and_the_coadd_behind_it(store: Path) -> None:
    with ll.open(store) as field:
        for row, visit in enumerate(turned.VISITS):
            made = cut(field, row)
            kinds = {patch.kind: patch for patch in made.patches}
            assert set(kinds) == {"sci", "clean", "unc", "cov", "coadd", "difference", "ratio"}
            assert not made.missing
            assert not made.remarks
            assert kinds["sci"].unit == kinds["clean"].unit == "MJy/sr"
            assert kinds["coadd"].unit == coadd_image(field, "ch1").unit == "MJy/sr"
            assert np.nanmax(kinds["cov"].data) == 8.0 + row
            peak = np.nanmax(kinds["sci"].data) - kinds["sci"].level
            assert np.nanmax(np.abs(kinds["difference"].data)) < 0.02 * peak  # nothing changed
            ratio = kinds["ratio"].data
            assert np.nanmedian(ratio) == pytest.approx(turned.BRIGHTER[visit], rel=0.02)


def test_clean_is_what_the_extraction_measured(store: Path) -> None:
    frame = next(store.parent.rglob("IDF_gr1_ch1_sci.*"))
    with fits.open(frame, mode="update") as hdus:
        hdus[-1].data[[30, 31, 40], [25, 26, 60]] += 300 * turned.SIGMA
    with ll.open(store) as field:
        finder = FrameFinder(field)
        _, file, _ = image_of(field, finder, "ch1", 0)
        ny, nx = file.planes["sci"].shape
        files = {}
        for frame in finder.frames("ch1", 0):
            other = open_frame(finder.path(frame.name), frame.name, field.recipe.measuring.template)
            files |= dict.fromkeys(other.planes, other)
        planes = {kind: read_part(one, kind, (0, ny), (0, nx)) for kind, one in files.items()}
        visit = prepare(Planes(planes["sci"], planes["unc"], planes["cov"]))
        measured, n_cosmic = without_cosmics(
            visit, visit.sigma, MeasureSpec(field.recipe.measuring)
        )
        expected = np.where(measured.bad, np.nan, measured.images[1])
        whole = Window((0, ny), (0, nx), IDENTITY)
        part = clean_part(field, "ch1", 0, files, whole)
        np.testing.assert_array_equal(part.cosmic, measured.cosmic)
        np.testing.assert_array_equal(part.data, expected)
        assert n_cosmic == part.cosmic.sum() > 0
        y, x = np.argwhere(measured.cosmic)[0]
        small = Window((max(y - 9, 0), y + 9), (max(x - 9, 0), x + 9), IDENTITY)
        part = clean_part(field, "ch1", 0, files, small)
        there = slice(*small.rows), slice(*small.columns)
        np.testing.assert_array_equal(part.data, expected[there])
        np.testing.assert_array_equal(part.cosmic, measured.cosmic[there])
        del files["unc"]
        assert clean_part(field, "ch1", 0, files, small) is None


def test_places_agree_with_astropy_to_a_hundredth_of_a_pixel(store: Path) -> None:
    with ll.open(store) as field:
        for row, (shift, turn, _) in enumerate(turned.VISITS.values()):
            wcs = turned.wcs_of(shift, turn)
            x, y = wcs.all_world2pix(field.ra_deg, field.dec_deg, 0)
            here = places_on(field, "ch1", row)
            np.testing.assert_allclose(here, (x, y), rtol=0, atol=0.01)
            np.testing.assert_allclose(place_on(field, "ch1", row, 3), (x[3], y[3]), atol=0.01)
            image = visit_image(field, FrameFinder(field), "ch1", row)
            back = to_reference(image.matrix, *here)
            np.testing.assert_allclose(back, (field.objects["x"], field.objects["y"]), atol=0.01)
            np.testing.assert_allclose(image.grid.to_sky(*here)[0], field.ra_deg, atol=1e-6)


def test_the_star_is_where_the_cut_out_says(store: Path) -> None:
    """First moments of the light in every patch, against the matrix that draws the marker."""
    with ll.open(store) as field:
        ny, nx = turned.SHAPE
        off = np.hypot(field.objects["x"] - nx / 2, field.objects["y"] - ny / 2)
        bright = np.where(off < 40, field.objects["coadd_flux"], 0)
        for row in range(4):
            made = cut(field, row, int(np.argmax(bright)))
            for patch in made.patches:
                if patch.kind not in ("sci", "coadd"):
                    continue
                x, y = patch.matrix[:, :2] @ made.around.place + patch.matrix[:, 2]
                yy, xx = np.mgrid[: patch.data.shape[0], : patch.data.shape[1]]
                light = np.where(np.hypot(xx - x, yy - y) < 5, patch.data - patch.level, 0)
                found = (light * xx).sum() / light.sum(), (light * yy).sum() / light.sum()
                np.testing.assert_allclose(found, (x, y), rtol=0, atol=0.01)


def test_coadd_grid_and_compass(store: Path) -> None:
    with ll.open(store) as field:
        assert coadd_bands(field) == ("ch1",)
        image = coadd_image(field, "ch1")
        assert image.data.shape == turned.SHAPE
        compass = compass_of(reference_grid(field))
        assert compass is not None
        np.testing.assert_allclose(compass.north, (0, 1), atol=1e-3)
        np.testing.assert_allclose(compass.east, (-1, 0), atol=1e-3)
        assert compass.arcsec_per_px == pytest.approx(1.0, rel=1e-4)


def test_sampling_on_the_same_grid_changes_nothing() -> None:
    plane = np.random.default_rng(0).normal(size=(50, 60)).astype(np.float32)
    plane[10, 10] = np.nan
    matrix = np.array([[1.0, 0, -5], [0, 1, -3]])
    np.testing.assert_allclose(sampled(plane, matrix, (20, 20)), plane[3:23, 5:25], atol=1e-5)


@pytest.mark.parametrize("place", ["frames", "elsewhere/again", "elsewhere/frames/night"])
def test_frames_are_found_and_found_again(store: Path, place: str) -> None:
    folder = store.parent
    if place != "frames":
        target = folder / place
        target.parent.mkdir(parents=True)
        inner = folder / "frames" / ("night" if place.endswith("night") else "")
        shutil.move(inner, target)
    with ll.open(store) as field:
        made = cut(field, 1)
        if place == "frames":
            assert not made.missing
            return
        assert made.missing == "night/IDF_gr2_ch1_sci.fits.gz"
        assert [patch.kind for patch in made.patches] == ["coadd"]
        finder = FrameFinder(field)
        finder.point_to(folder / "elsewhere", made.missing)
        assert not cut(field, 3, finder=finder).missing  # the same shift
        assert not cut(field, 2).missing  # another window, another day
        with pytest.raises(LightledgerError, match="there is no IDF_gr1"):
            finder.point_to(folder, "night/IDF_gr1_nowhere.fits")


def test_frames_packed_or_unpacked_since_are_found(store: Path) -> None:
    """An archive is packed one day; its bytes cannot be compared any more, and that is said."""
    night = store.parent / "frames/night"
    for row, (old, new) in enumerate((("fits", "fits.gz"), ("fits.gz", "fits"))):
        with ll.open(store) as field:
            before = cut(field, row)
        path = night / f"IDF_gr{row + 1}_ch1_sci.{old}"
        image, header = fits.getdata(path, header=True)
        path.unlink()
        fits.writeto(night / f"IDF_gr{row + 1}_ch1_sci.{new}", image, header)
        with ll.open(store) as field:
            finder = FrameFinder(field)
            assert finder.path(finder.frames("ch1", row)[0].name).name.endswith(f"_sci.{new}")
            after = cut(field, row, finder=finder)
        assert "packed otherwise" in after.remarks[0]
        for one, other in zip(before.patches, after.patches, strict=True):
            np.testing.assert_array_equal(one.data, other.data)
    shutil.move(night, store.parent / "elsewhere" / "deep")
    with ll.open(store) as field:
        finder = FrameFinder(field)
        name = finder.frames("ch1", 0)[0].name
        assert finder.path(name) is None
        assert finder.point_to(store.parent / "elsewhere", name).name == "IDF_gr1_ch1_sci.fits.gz"


def test_the_folder_of_the_ingest_is_known(tmp_path: Path, store: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    moved = Path(shutil.move(store.parent / "frames", far / "frames"))
    with ll.open(store) as field:
        assert cut(field, 0).missing
        remember_folders(store, [moved])
        assert known_folders(store)[0] == moved
        assert not cut(field, 0).missing


def test_another_file_of_that_name_is_said(store: Path) -> None:
    frame = store.parent / "frames/night/IDF_gr1_ch1_sci.fits"
    with ll.open(store) as field:
        os.utime(frame)  # another date, the same bytes
        assert not cut(field, 0).remarks
        raw = bytearray(frame.read_bytes())
        raw[-4000:-3990] = b"0123456789"
        frame.write_bytes(raw)
        assert "content has changed" in cut(field, 0).remarks[0]
        frame.write_bytes(raw + bytes(2880))
        assert "size has changed" in cut(field, 0).remarks[0]


def test_a_broken_frame_is_one_line_and_the_rest_is_there(store: Path) -> None:
    night = store.parent / "frames/night"
    (night / "IDF_gr1_ch1_unc.fits").write_bytes(b"no frame at all")
    (night / "IDF_gr1_ch1_cov.fits").unlink()
    (night / "IDF_gr4_ch1_sci.fits").write_bytes(b"SIMPLE")
    with ll.open(store) as field:
        made = cut(field, 0)
        assert {patch.kind for patch in made.patches} == {"sci", "coadd", "difference", "ratio"}
        assert len(made.remarks) == 2
        broken = cut(field, 3)
        assert [patch.kind for patch in broken.patches] == ["coadd"]
        assert "IDF_gr4_ch1_sci.fits" in broken.remarks[0]


def test_outlines_follow_the_recipe(store: Path) -> None:
    with ll.open(store) as field:
        (circle,) = outlines_of(field, 0, "ch1_sci-aper_r3")
        assert (circle.kind, circle.a, circle.b, circle.role) == ("ellipse", 3.0, 3.0, "aperture")
        (ellipse,) = outlines_of(field, 0, "ch1_sci-auto")
        objects = field.objects
        assert ellipse.a == pytest.approx(objects["kron_radius"][0] * objects["a_px"][0])
        (box,) = outlines_of(field, 0, "ch1_ratio-median_7px")
        assert (box.kind, box.a) == ("box", 3.5)
        assert outlines_of(field, 0, "ch1_sci-iso")[0].kind == "isophote"


@pytest.mark.parametrize("curve", ["linear", "asinh", "sqrt", "log"])
def test_tones_grow_with_the_value(curve) -> None:
    values = np.linspace(-1, 3, 401).astype(np.float32)
    values[7] = np.nan
    tones = Tone(0.0, 2.0, curve).tones(values)
    assert tones[7] == BLANK
    assert (tones[:7].min(), tones[-1], tones[200:].min() >= 0) == (0, TOP, True)
    assert (np.diff(np.delete(tones, 7).astype(int)) >= 0).all()


def test_limits() -> None:
    image = np.random.default_rng(2).normal(100, 3, (300, 300)).astype(np.float32)
    image[5, 5] = np.nan
    tone = tone_of(image, "1–99 %", "linear")
    assert (tone.low, tone.high) == pytest.approx((93.0, 107.0), abs=0.5)
    zscale = tone_of(image, "zscale")
    assert 85 < zscale.low < 100 < zscale.high < 115
    assert tone_of(np.full((4, 4), np.nan)).high == 1.0
    assert tone_of(np.full((4, 4), 3.0)).high > 3.0
