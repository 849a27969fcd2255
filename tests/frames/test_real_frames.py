"""Real frames: what their README files say about them."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from lightledger.domain import LightledgerError
from lightledger.domain.times import bjd_tdb
from lightledger.frames.frame import Frame
from lightledger.frames.read import read_image
from lightledger.frames.scan import scan

pytestmark = pytest.mark.real

ARCSEC_RAD2 = (np.pi / 648000.0) ** 2


def bjd(frame: Frame, ra: float, dec: float) -> float:
    assert frame.time is not None
    assert frame.observer is not None
    place = frame.observer
    position = np.array([[place.x_km, place.y_km, place.z_km]])
    tdb = np.array([place.tdb_minus_utc_s])
    return float(bjd_tdb(np.array([frame.time.mjd_utc_mid]), tdb, position, ra, dec)[0])


def test_hatp32_all_frames_with_their_times(real_data: Path) -> None:
    inventory = scan([real_data / "hatp32_microobservatory"])
    frames = inventory.sci("Clear")
    assert (inventory.n_files, inventory.n_used, len(frames)) == (142, 142, 142)
    assert {frame.shape for frame in frames} == {(500, 650)}
    truth = np.genfromtxt(
        real_data / "hatp32_microobservatory" / "reference_lightcurve.csv",
        delimiter=",", names=True, comments="#",
    )  # fmt: skip
    jd = np.array([f.time.mjd_utc_mid + 2400000.5 for f in frames if f.time])
    column = next(name for name in truth.dtype.names or () if "jd" in name.lower())
    gaps = [np.abs(jd - t).min() * 86400 for t in truth[column]]
    assert max(gaps) < 1.5
    shift = (bjd(frames[70], 31.0428, 46.6878) - jd[70]) * 86400
    assert shift == pytest.approx(382, abs=2)
    assert frames[0].observer is not None
    assert frames[0].observer.site == pytest.approx((-110.88, 31.68, 0.0))
    assert "TELALT" in frames[0].observer.note
    assert not any(frame.has_wcs for frame in frames)
    assert read_image(frames[0]).data.max() <= 4095


def test_lowell_wcs_as_strings_and_packed_tiles(real_data: Path) -> None:
    inventory = scan([real_data / "lowell_5945_field" / "images"])
    frames = inventory.sci("VR")
    assert len(frames) == inventory.n_used == 67
    assert all(frame.has_wcs for frame in frames)
    assert frames[0].observer is not None
    assert frames[0].observer.site == pytest.approx((-111.5355, 35.09675, 2206.0))
    span = [frame.time.mjd_utc_mid for frame in frames if frame.time]
    assert (span[-1] - span[0]) * 24 == pytest.approx(5.67, abs=0.1)
    assert frames[0].time is not None
    assert "MIDTIMJD" in frames[0].time.note
    assert (frames[0].gain, frames[0].read_noise, frames[0].unit) == (4.95, 9.3, "ADU")
    image = read_image(frames[0])
    assert image.data.shape == (730, 700)
    assert image.data.min() >= 0


def test_two_real_fields_are_told_apart(real_data: Path) -> None:
    folders = [real_data / "hatp32_microobservatory", real_data / "lowell_5945_field"]
    with pytest.raises(LightledgerError) as caught:
        scan(folders)
    assert "142 frames" in str(caught.value)
    assert "67 frames" in str(caught.value)


def test_spitzer_cubes_in_janskys(real_data: Path) -> None:
    inventory = scan([real_data / "spitzer_hd209458_ch1"])
    frames = inventory.sci("ch1")
    assert inventory.template == "spitzer"
    assert len(frames) == 101
    assert inventory.n_used == 102  # one bunc
    assert len(inventory.left_out) == 6
    assert set(inventory.companions(frames[0])) == {"unc"}
    assert frames[0].setup == "IRAC warm 0.1s subarray S18.18.0"
    assert (frames[0].n_sub, frames[0].shape, frames[0].unit) == (64, (32, 32), "MJy/sr")
    y, x = np.mgrid[:32, :32]
    from_star = np.hypot(x - 14.85, y - 14.78)
    area = 1.22457 * 1.23611 * ARCSEC_RAD2
    fluxes = []
    for frame in frames[::10]:
        image = read_image(frame)
        assert image.n_dropped >= 1  # sub-frame 57
        sky = np.median(image.data[(from_star > 12) & (from_star < 15)])
        fluxes.append(float((image.data - sky)[from_star < 10].sum()) * area * 1e9)
    assert np.median(fluxes) == pytest.approx(920, rel=0.03)  # mJy
    assert np.std(fluxes) / np.mean(fluxes) < 0.02


def test_an_image_without_a_date_is_refused_by_name(real_data: Path) -> None:
    path = real_data / "spitzer_irac_mosaic" / "spitzer_example_image.fits"
    with pytest.raises(LightledgerError, match=r"spitzer_example_image\.fits: .*no exposure time"):
        scan([path])


def nasty(real_data: Path) -> list[Path]:
    return sorted(p for p in (real_data / "nasty_fits").rglob("*") if p.is_file())


def outcome(path: Path) -> str:
    """'' when all frames of a file can be read, else the message."""
    try:
        inventory = scan([path])
        for frame in inventory.frames:
            read_image(frame)
    except LightledgerError as error:
        return str(error)
    assert inventory.n_files == inventory.n_used == 1
    return ""


def test_every_nasty_file_alone_is_used_or_refused_in_one_line(real_data: Path) -> None:
    used: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in nasty(real_data):
            message = outcome(path)
            assert "\n" not in message
            assert path.name in message or not message
            if not message:
                used.append(path.name)
    assert {
        "good_reference.fits", "plain.fits.gz", "gzip_named_fits.fits", "float64.fits",
        "uint8.fits", "naxis3_single_plane.fits", "mef_sci_err_dq.fits", "not_padded.fits",
        "trailing_junk.fits", "nan_inf_pixels.fits", "date_old_format.fits",
        "date_impossible.fits", "date_garbage_exptime_string.fits", "stellarphot_cutout.fits",
    } <= set(used)  # fmt: skip
    assert not {
        "all_nan.fits", "empty.fits", "html_error_page.fits", "no_END_card.fits",
        "naxis1_lies.fits", "naxis1_only.fits", "truncated_data.fits", "truncated_header.fits",
        "no_time_no_wcs.fits", "one_pixel.fits", "rgb_cube.fits", "lzw.fits.Z", "m13.fits",
        "mef_two_chips_time_nowhere.fits",
    } & set(used)  # fmt: skip


def test_all_nasty_files_together_are_accounted_for(real_data: Path) -> None:
    inventory = scan([real_data / "nasty_fits"])
    named = {frame.name for frame in inventory.frames}
    named |= {item.name for item in inventory.left_out}
    named |= {p.file for p in inventory.problems if p.severity == "refused"}
    assert len(named) == inventory.n_files
    assert inventory.n_files + inventory.n_ignored == len(nasty(real_data))
    times = {
        frame.visit: frame.time.mjd_utc_mid for frame in inventory.frames if frame.time is not None
    }
    # six ways to write the same moment
    for visit in ("date_old_format", "date_impossible", "date_garbage_exptime_string", "uint8"):
        assert times[visit] == pytest.approx(times["good_reference"], abs=1e-9)


def test_nothing_is_printed(real_data: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from lightledger.frames.scan import scan\n"
        "from lightledger.frames.read import read_image\n"
        "from lightledger.domain import LightledgerError\n"
        "for frame in scan([Path(sys.argv[1])]).frames:\n"
        "    try: read_image(frame)\n"
        "    except LightledgerError: pass\n"
    )
    plain = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(real_data / "nasty_fits")],
        capture_output=True, text=True, timeout=120, check=True, env=plain,
    )  # fmt: skip
    assert done.stdout == done.stderr == ""
