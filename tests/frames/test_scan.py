"""A folder to its inventory: every file accounted for, by rule, on folders made here."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from lightledger.domain import Cancelled, Control, LightledgerError, Progress
from lightledger.frames.frame import Inventory
from lightledger.frames.scan import scan

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one small FITS image; every call has other pixels."""
    count = iter(range(10_000))

    def one(name: str, shape: tuple[int, ...] = (24, 30), **cards: object) -> Path:
        n = next(count)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = np.full(shape, n, np.float32)
        values: dict[str, object] = {
            "DATE-OBS": f"2017-12-20T{n // 60:02d}:{n % 60:02d}:12.500",
            "EXPTIME": 10.0,
        }
        values |= {key.replace("__", "-"): value for key, value in cards.items()}
        header = fits.Header()
        for key, value in values.items():
            if value is not None:
                header[key] = value
        fits.PrimaryHDU(data, header).writeto(path)
        return path

    return one


def checked(folder: Path, template: str = "") -> Inventory:
    inventory = scan([folder], template)
    used = {frame.name for frame in inventory.frames}
    left = {item.name for item in inventory.left_out}
    refused = {p.file for p in inventory.problems if p.severity == "refused"}
    assert inventory.n_files == inventory.n_used + len(inventory.left_out) + inventory.n_refused
    assert (len(used), len(left), len(refused)) == (
        inventory.n_used,
        len(inventory.left_out),
        inventory.n_refused,
    )
    assert not used & left
    assert not used & refused
    assert not left & refused
    for problem in inventory.problems:
        assert "\n" not in str(problem)
    return inventory


def reason(inventory: Inventory, name: str) -> str:
    """Why a file is not used."""
    reasons = [item.reason for item in inventory.left_out if item.name == name]
    reasons += [p.what for p in inventory.problems if p.severity == "refused" and p.file == name]
    (found,) = reasons
    return found


def dark_field(write: Write, visits: int = 2, bands: tuple[str, ...] = ("ch1", "ch2")) -> None:
    for visit in range(1, visits + 1):
        for band in bands:
            for kind in ("sci", "unc", "std", "cov"):
                cards = {"BUNIT": "MJy/sr"} if kind == "sci" else {"DATE__OBS": None}
                write(f"per_aor/IDF_gr{visit}_{band}_{kind}.fits", **cards)


def test_visits_bands_and_kinds_of_nested_folders(write: Write, tmp_path: Path) -> None:
    dark_field(write)
    write("superstack/coadd_ch1.fits")
    write("superstack/coadd_ch1_wht.fits")
    (tmp_path / "superstack" / "coadd_ch1.ecsv").write_text("# %ECSV 1.0\n")
    write("per_aor/IDF_gr1_ch1_sci_clean.fits")
    (tmp_path / "README.txt").write_text("hello")
    inventory = checked(tmp_path)
    assert inventory.template == "dark-field"
    assert inventory.bands == ("ch1", "ch2")
    assert [frame.visit for frame in inventory.sci("ch1")] == ["gr1", "gr2"]
    assert set(inventory.companions(inventory.sci("ch2")[0])) == {"unc", "std", "cov"}
    assert inventory.n_used == 16
    assert inventory.n_ignored == 1
    assert Path(inventory.coadds["ch1"]).name == "coadd_ch1.fits"
    assert Path(inventory.weights["ch1"]).name == "coadd_ch1_wht.fits"
    assert Path(inventory.catalogues["ch1"]).name == "coadd_ch1.ecsv"
    assert "_clean" in reason(inventory, "per_aor/IDF_gr1_ch1_sci_clean.fits")
    order = [(f.band, f.visit, f.kind) for f in inventory.frames]
    assert order[:4] == [("ch1", "gr1", kind) for kind in ("sci", "cov", "std", "unc")]


@pytest.mark.parametrize(
    ("cards", "says"),
    [
        ({"IMAGETYP": "Bias Frame"}, "bias"),
        ({"IMAGETYP": "zero"}, "bias"),
        ({"OBSTYPE": "DARK"}, "dark"),
        ({"IMAGETYP": "FLAT"}, "flat"),
        ({"OBSTYPE": "SKYFLAT"}, "flat"),
        ({"IMAGETYP": "focus"}, "focus"),
        ({"EXPTYPE": "drk"}, "dark"),
        ({"OBJECT": "flat V"}, "flat"),
    ],
)
def test_calibration_frames_are_left_out_by_their_header(
    write: Write, tmp_path: Path, cards: dict[str, str], says: str
) -> None:
    write("m31_1.fits", IMAGETYP="Light Frame")
    write("x.fits", **cards)
    inventory = checked(tmp_path)
    assert says in reason(inventory, "x.fits")
    assert [frame.visit for frame in inventory.frames] == ["m31_1"]


@pytest.mark.parametrize(
    "name",
    [
        "bias_001.fits",
        "Dark_60s.fit",
        "FlatV.fits",
        "flats/a1.fits",
        "a_raw.fits",
        "zero3.fts",
        "focus7.fits",
    ],
)
def test_calibration_frames_are_left_out_by_their_name(
    write: Write, tmp_path: Path, name: str
) -> None:
    write("m31_1.fits")
    write(name)
    assert "frame" in reason(checked(tmp_path), name)


@pytest.mark.parametrize(
    ("name", "cards"),
    [
        ("darkfield_gr1.fits", {}),
        ("dark_field_7.fits", {}),
        ("m31_bias_dark_flat.fits", {}),
        ("m31_flat_corrected.fits", {}),
        ("all_zero.fits", {}),
        ("0.fits", {}),
        ("dark_1.fits", {"IMAGETYP": "LIGHT"}),
        ("a.fits", {"OBJECT": "IRAC Dark Field"}),
    ],
)
def test_images_of_the_sky_are_not_taken_for_calibration(
    write: Write, tmp_path: Path, name: str, cards: dict[str, str]
) -> None:
    write(name, **cards)
    assert checked(tmp_path).n_used == 1


def test_copies_are_used_once(write: Write, tmp_path: Path) -> None:
    shutil.copy(write("a.fits"), tmp_path / "b.fits")
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "a.fits", tmp_path / "copy" / "a.fits")
    inventory = checked(tmp_path)
    assert [frame.name for frame in inventory.frames] == ["a.fits"]
    assert reason(inventory, "copy/a.fits") == "the same content as a.fits"


def test_contradicting_files_are_all_named_and_none_used(write: Write, tmp_path: Path) -> None:
    dark_field(write)
    write("again/IDF_gr1_ch1_sci.fits")
    inventory = checked(tmp_path)
    for name in ("again/IDF_gr1_ch1_sci.fits", "per_aor/IDF_gr1_ch1_sci.fits"):
        assert "visit gr1, band ch1, kind sci" in reason(inventory, name)
    assert reason(inventory, "per_aor/IDF_gr1_ch1_unc.fits") == "unc of an image that is not used"
    assert [frame.visit for frame in inventory.sci("ch1")] == ["gr2"]


def test_unc_without_sci_is_named(write: Write, tmp_path: Path) -> None:
    dark_field(write)
    write("per_aor/IDF_gr9_ch1_unc.fits")
    inventory = checked(tmp_path)
    assert reason(inventory, "per_aor/IDF_gr9_ch1_unc.fits") == "unc without its sci image"


def test_companions_of_another_shape_are_refused(write: Write, tmp_path: Path) -> None:
    write("IDF_gr1_ch1_sci.fits")
    write("IDF_gr1_ch1_unc.fits", (20, 20))
    assert "not those of" in reason(checked(tmp_path), "IDF_gr1_ch1_unc.fits")


def test_companions_without_a_template(write: Write, tmp_path: Path) -> None:
    write("a.fits", FILTER="R")
    write("a_unc.fits", DATE__OBS=None)
    write("b_sci.fits", FILTER="R")
    write("b_unc.fits", DATE__OBS=None)
    write("c_unc.fits", DATE__OBS=None)
    inventory = checked(tmp_path)
    assert [frame.visit for frame in inventory.sci("R")] == ["a", "b"]
    for frame in inventory.sci("R"):
        assert set(inventory.companions(frame)) == {"unc"}
    assert reason(inventory, "c_unc.fits") == "unc without its sci image"


def test_the_same_name_in_two_nights_is_two_visits(write: Write, tmp_path: Path) -> None:
    write("night1/img1.fits")
    first = checked(tmp_path).frames[0].visit
    write("night2/img1.fits")
    visits = [frame.visit for frame in checked(tmp_path).frames]
    assert visits == [first, "night2/img1"]


def test_no_time_is_refused_by_name(write: Write, tmp_path: Path) -> None:
    write("a.fits")
    write("b.fits", DATE__OBS=None)
    write("c.fits", DATE__OBS="2017-12-20")
    inventory = checked(tmp_path)
    for name in ("b.fits", "c.fits"):
        assert "no exposure time stamp" in reason(inventory, name)


def test_times_of_visits_from_a_table(write: Write, tmp_path: Path) -> None:
    for visit in (1, 2, 3):
        write(f"IDF_gr{visit}_ch1_sci.fits", DATE__OBS=None)
    table = Table({"group_name": ["gr1", "gr2"], "mjd_start": [54000.0001, 54001.0001]})
    table["mjd_end"] = table["mjd_start"] + 0.02
    table.write(tmp_path / "visits.ecsv")
    inventory = checked(tmp_path)
    mids = [frame.time.mjd_utc_mid for frame in inventory.sci("ch1") if frame.time]
    assert mids == pytest.approx([54000.0101, 54001.0101], abs=1e-6)
    assert "no exposure time stamp" in reason(inventory, "IDF_gr3_ch1_sci.fits")
    assert "2 visits" in reason(inventory, "visits.ecsv")


def test_two_fields_are_said_with_their_counts(write: Write, tmp_path: Path) -> None:
    for i in range(4):
        write(f"a{i}.fits", RA=31.3, DEC=46.8, OBJECT="HAT-P-32")
    for i in range(3):
        write(f"b{i}.fits", RA="08:18:29.9", DEC="+25:20:01", OBJECT="5945")
    with pytest.raises(LightledgerError) as caught:
        scan([tmp_path])
    text = str(caught.value)
    assert "two fields" in text
    assert "4 frames near RA 31.300" in text
    assert "3 frames near RA 124.625" in text
    assert "HAT-P-32" in text


def test_a_stray_frame_is_refused_and_the_field_goes_on(write: Write, tmp_path: Path) -> None:
    for i in range(9):
        write(f"a{i}.fits", RA=31.3 + 0.01 * i, DEC=46.8)
    write("pointing_test.fits", RA=131.3, DEC=46.8)
    inventory = checked(tmp_path)
    assert inventory.n_used == 9
    assert "away from the field" in reason(inventory, "pointing_test.fits")


def test_a_drifting_series_with_a_wcs_is_one_field(write: Write, tmp_path: Path) -> None:
    wcs = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 15, "CRPIX2": 12, "CRVAL2": 20.0}
    wcs |= {"CDELT1": -0.01, "CDELT2": 0.01}
    for i in range(5):
        write(f"a{i}.fits", CRVAL1=150.0 + 0.2 * i, **wcs)
    inventory = checked(tmp_path)
    assert inventory.n_used == 5
    assert all(frame.has_wcs for frame in inventory.frames)
    write("far.fits", CRVAL1=155.0, **wcs)
    assert "away" in reason(checked(tmp_path), "far.fits")


def test_mixed_shapes_and_setups_are_noted(write: Write, tmp_path: Path) -> None:
    write("a.fits", INSTRUME="CCD")
    write("b.fits", INSTRUME="CCD")
    write("c.fits", (20, 20), INSTRUME="CCD", EXPTIME=30.0)
    inventory = checked(tmp_path)
    notes = [p.what for p in inventory.problems if p.severity == "note"]
    assert any("frames of 2 shapes: 30 x 24 (2), 20 x 20 (1)" in note for note in notes)
    assert any("frames of 2 setups" in note for note in notes)


def test_multi_extension_files(tmp_path: Path) -> None:
    primary = fits.PrimaryHDU()
    primary.header["DATE-OBS"] = "2017-12-20T01:02:03.5"
    primary.header["EXPTIME"] = 60.0
    image = np.ones((24, 30), np.float32)
    hdus = [primary, fits.ImageHDU(image, name="SCI"), fits.ImageHDU(image, name="ERR")]
    hdus.append(fits.ImageHDU(image.astype("i2"), name="DQ"))
    fits.HDUList(hdus).writeto(tmp_path / "mef.fits")
    chips = [
        primary.copy(),
        fits.ImageHDU(image, name="CHIP1"),
        fits.ImageHDU(2 * image, name="CHIP2"),
    ]
    chips[0].header["DATE-OBS"] = "2017-12-20T02:02:03.5"
    fits.HDUList(chips).writeto(tmp_path / "two_chips.fits")
    inventory = checked(tmp_path)
    assert inventory.n_used == inventory.n_files == 2
    mef, chip = inventory.sci("unknown")
    assert (mef.hdu, inventory.companions(mef)["unc"].hdu) == (1, 2)
    assert chip.hdu == 1
    assert any("holds 2 images" in note for note in chip.notes)


def test_packed_and_tiled_files(write: Write, tmp_path: Path) -> None:
    path = write("a.fits")
    (tmp_path / "b.fits.gz").write_bytes(gzip.compress(write("b.fits").read_bytes()))
    (tmp_path / "b.fits").unlink()
    with fits.open(write("c.fits")) as hdus:
        tiled = fits.CompImageHDU(hdus[0].data.astype("i2"), hdus[0].header)
        fits.HDUList([fits.PrimaryHDU(), tiled]).writeto(tmp_path / "c.fits.fz")
    (tmp_path / "c.fits").unlink()
    path.rename(tmp_path / "no_extension")
    inventory = checked(tmp_path)
    assert [frame.visit for frame in inventory.frames] == ["no_extension", "b", "c"]
    assert {frame.shape for frame in inventory.frames} == {(24, 30)}
    assert inventory.frames[2].hdu == 1


@pytest.mark.parametrize(
    ("shape", "cards", "n_sub"),
    [
        ((16, 24, 30), {"FRAMTIME": 0.1}, 16),
        ((3, 24, 30), {"FRAMTIME": 0.1}, 3),
        ((1, 24, 30), {}, 1),
        ((1, 1, 24, 30), {}, 1),
        ((3, 24, 30), {}, 0),
        ((8, 24, 30), {"CTYPE3": "FREQ"}, 0),
        ((2, 8, 24, 30), {}, 0),
        ((4, 4), {}, 0),
    ],
)
def test_cubes(
    write: Write, tmp_path: Path, shape: tuple[int, ...], cards: dict[str, object], n_sub: int
) -> None:
    write("good.fits")
    write("cube.fits", shape, **cards)
    inventory = checked(tmp_path)
    if n_sub:
        cube = next(frame for frame in inventory.frames if frame.name == "cube.fits")
        assert (cube.n_sub, cube.shape) == (n_sub, (24, 30))
    else:
        assert reason(inventory, "cube.fits")


def test_headers_that_lie_cost_nothing(write: Write, tmp_path: Path) -> None:
    write("good.fits")
    path = write("lies.fits")
    text = path.read_bytes()
    for name, length in (
        ("lies.fits", b"         3000000000"),
        ("minus.fits", b"                 -5"),
    ):
        card = b"NAXIS1  = " + length
        (tmp_path / name).write_bytes(text.replace(b"NAXIS1  = " + b"%20d" % 30, card.ljust(30)))
    bomb = tmp_path / "bomb.fits.gz"
    lie = text.replace(b"NAXIS1  = " + b"%20d" % 30, b"NAXIS1  =           3000000000")
    bomb.write_bytes(gzip.compress(lie))
    inventory = checked(tmp_path)
    assert inventory.n_used == 1
    assert "truncated" in reason(inventory, "lies.fits")
    assert reason(inventory, "minus.fits")
    assert reason(inventory, "bomb.fits.gz")


def test_files_that_are_no_files(write: Write, tmp_path: Path) -> None:
    write("good.fits")
    os.mkfifo(tmp_path / "pipe.fits")
    (tmp_path / "broken.fits").symlink_to(tmp_path / "nowhere.fits")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "._good.fits").write_bytes(b"resource fork")
    (tmp_path / "page.fits").write_text("<html>404</html>")
    inventory = checked(tmp_path)
    assert inventory.n_used == 1
    assert "regular" in reason(inventory, "pipe.fits")
    assert "cannot be read" in reason(inventory, "broken.fits")
    assert "not a FITS file" in reason(inventory, "page.fits")
    assert inventory.n_ignored >= 1


@pytest.mark.parametrize("make", [lambda p: None, lambda p: (p / "notes.txt").write_text("x")])
def test_nothing_to_use_is_an_error_in_one_line(
    make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path)
    with pytest.raises(LightledgerError, match="no FITS image"):
        scan([tmp_path])


def test_a_folder_of_darks_says_so(write: Write, tmp_path: Path) -> None:
    write("d1.fits", IMAGETYP="DARK")
    write("d2.fits", IMAGETYP="DARK")
    with pytest.raises(LightledgerError, match="no usable image among 2 files: 2 x dark frame"):
        scan([tmp_path])


def test_a_missing_folder_and_a_wrong_template(write: Write, tmp_path: Path) -> None:
    write("a.fits")
    with pytest.raises(LightledgerError, match="no such file or folder"):
        scan([tmp_path / "gone"])
    with pytest.raises(LightledgerError, match="unknown field"):
        scan([tmp_path], "{wrong}")
    with pytest.raises(LightledgerError, match="does not follow"):
        scan([tmp_path], "{visit}_{band}_{kind}.fits")


def test_a_template_of_the_user(write: Write, tmp_path: Path) -> None:
    write("gr1/R_sci.fits")
    write("gr1/R_unc.fits")
    write("gr2/R_sci.fits")
    inventory = checked(tmp_path, "{visit}/{band}_{kind}.{ext}")
    assert [frame.visit for frame in inventory.sci("R")] == ["gr1", "gr2"]
    assert set(inventory.companions(inventory.sci("R")[0])) == {"unc"}


def test_several_folders_and_single_files(write: Write, tmp_path: Path) -> None:
    write("one/n/a.fits")
    path = write("two/n/b.fits")
    inventory = scan([tmp_path / "one" / "n", tmp_path / "two" / "n", path])
    assert [frame.name for frame in inventory.frames] == ["n/a.fits", "n-2/b.fits"]
    assert scan([path]).frames[0].visit == "b"


def test_progress_and_cancel(write: Write, tmp_path: Path) -> None:
    for i in range(3):
        write(f"a{i}.fits")
    told: list[Progress] = []
    scan([tmp_path], report=told.append)
    assert told[-1] == Progress("scan", 3, 3)
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        scan([tmp_path], control=control)


def test_an_inventory_travels_to_another_process(write: Write, tmp_path: Path) -> None:
    import pickle

    dark_field(write)
    inventory = scan([tmp_path])
    copy = pickle.loads(pickle.dumps(inventory))
    assert repr(copy) == repr(inventory)  # nan is not equal to itself
    assert set(copy.companions(copy.sci("ch1")[0])) == {"unc", "std", "cov"}


def twins(write: Write, pairs: dict[str, dict[str, object]], n: int = 3) -> None:
    """Each exposure under several names; '#' is its number."""
    for i in range(n):
        when = {"DATE__OBS": f"2020-01-01T03:00:{10 * i:02d}.250", "IMAGETYP": "LIGHT"}
        for name, cards in pairs.items():
            write(name.replace("#", f"{i + 1}"), **when, **cards)


WCS_CARDS: dict[str, object] = {
    "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 20.0, "CRPIX1": 15.0,
    "CRPIX2": 12.0, "CDELT1": -0.001, "CDELT2": 0.001,
}  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "reduced", "cards"),
    [
        ("V1_#.fits", "reduced/V1_#_red.fits", {}),
        ("raw/V1_#.fits", "cal/V1_#.fits", {}),
        ("V1_#.fits", "solved/V1_#.fits", WCS_CARDS),
        ("lsc0m412-kb26-20220401-012#-e00.fits", "lsc0m412-kb26-20220401-012#-e91.fits", WCS_CARDS),
        ("light_0#.fits", "cal_0#.fits", WCS_CARDS),
    ],
)
def test_of_raw_and_reduced_the_reduced_is_used(
    write: Write, tmp_path: Path, raw: str, reduced: str, cards: dict[str, object]
) -> None:
    twins(write, {raw: {}, reduced: cards})
    inventory = checked(tmp_path)
    assert {frame.name for frame in inventory.frames} == {
        reduced.replace("#", str(i + 1)) for i in range(3)
    }
    assert all("processed further" in item.reason for item in inventory.left_out)
    assert any("(and 2 others alike)" in problem.what for problem in inventory.problems)


def test_exposures_that_share_a_coarse_time_are_no_twins(write: Write, tmp_path: Path) -> None:
    for n in (1, 2, 10, 11):
        write(f"img_{n}.fits", DATE__OBS="2020-01-01T03:00:00", EXPTIME=0.2)
    assert checked(tmp_path).n_used == 4


def test_two_chips_of_one_exposure_are_no_twins(write: Write, tmp_path: Path) -> None:
    twins(write, {"left_#.fits": WCS_CARDS, "right_#.fits": WCS_CARDS | {"CRVAL1": 10.03}})
    assert checked(tmp_path).n_used == 6


def test_two_cameras_at_one_moment_are_no_twins(write: Write, tmp_path: Path) -> None:
    twins(write, {"a_#.fits": {"INSTRUME": "one"}, "ab_#.fits": {"INSTRUME": "two"}})
    assert checked(tmp_path).n_used == 6
