"""Spitzer subarray cubes: MJy/sr to Jy, times at the spacecraft, mid-times of cubes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from ingested import Ingested

import lightledger

pytestmark = pytest.mark.real

#: HD 209458 (ICRS, degrees).
RA, DEC = 330.79488, 18.88432


@pytest.fixture(scope="module")
def visits(ingested: Callable[[str], Ingested]) -> Ingested:
    return ingested("spitzer_hd209458_ch1/bcd")


def test_the_star_is_920_mjy(visits: Ingested) -> None:
    with lightledger.open(visits.store) as field:
        assert field.bands == ("ch1",)
        curve = field.light_curve(0, "ch1_sci-aper_r10")
        aperture = field.reader.attributes("ch1_sci-aper_r10")["aperture"]
    assert curve.unit == "uJy"
    assert "12" in aperture
    assert "15" in aperture
    assert np.isfinite(curve.value).sum() == 101
    assert np.nanmedian(curve.value) * 1e-3 == pytest.approx(920, rel=0.03)


def test_cubes_are_dated_at_their_middle(visits: Ingested, real_data: Path) -> None:
    first = sorted((real_data / "spitzer_hd209458_ch1/bcd").glob("*_bcd.fits"))[0]
    header = fits.getheader(first)
    with lightledger.open(visits.store) as field:
        curve = field.light_curve(0, "ch1_sci-aper_r10")
    half = (curve.time[0] - header["MJD_OBS"]) * 86400
    assert half == pytest.approx(64 * header["FRAMTIME"] / 2, abs=0.2)


def test_bjd_agrees_with_the_headers(visits: Ingested, real_data: Path) -> None:
    """BMJD_OBS is (UTC-based) barycentric at the start; compare light travel times, to 10 ms."""
    names = sorted((real_data / "spitzer_hd209458_ch1/bcd").glob("*_bcd.fits"))
    with lightledger.open(visits.store) as field:
        curve = field.light_curve(0, "ch1_sci-aper_r10")
        offset = field.visits("ch1")["tdb_minus_utc_s"]
    ours = (curve.bjd_tdb - 2400000.5 - curve.time) * 86400 - offset
    theirs = []
    for name in names:
        header = fits.getheader(name)
        theirs.append((header["BMJD_OBS"] - header["MJD_OBS"]) * 86400)
    np.testing.assert_allclose(ours, theirs, atol=0.010)


def test_sub_frames_that_are_left_out_are_counted(visits: Ingested) -> None:
    with lightledger.open(visits.store) as field:
        notes = field.visits("ch1")["note"].tolist()
        told = [p.what for p in field.problems if "sub-frames" in p.what]
    # "the 58th frame": IRAC Instrument Handbook, section on subarray data
    assert all("sub-frames whose level stands out are left out" in note for note in notes)
    assert len(told) == 1
    assert "in 101 visits" in told[0]
