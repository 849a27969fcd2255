"""Pixels to sky and back, whatever the header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.frames.grid import SkyGrid, repair_wcs


def tan_header(**changes: object) -> fits.Header:
    header = fits.Header()
    values = {
        "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0,
        "CRPIX1": 100.5, "CRPIX2": 80.5, "CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0,
        "CD2_2": 1e-4, "RADESYS": "ICRS",
    } | changes  # fmt: skip
    for key, value in values.items():
        if value is not None:
            header[key] = value
    return header


def made(header: fits.Header, shape: tuple[int, int] = (160, 200)) -> SkyGrid:
    grid = SkyGrid.from_header(header, shape)
    assert grid is not None
    return grid


def test_reference_pixel_scale_area_and_angle() -> None:
    grid = made(tan_header())
    x, y = grid.to_pixel(150.0, 2.0)
    assert (x, y) == (pytest.approx(99.5), pytest.approx(79.5))
    assert grid.pixel_scale_arcsec == pytest.approx(0.36, rel=1e-6)
    assert grid.pixel_area_arcsec2 == pytest.approx(0.1296, rel=1e-6)
    assert grid.position_angle_deg == pytest.approx(0.0, abs=1e-6)
    turned = made(tan_header(CD1_1=0.0, CD1_2=1e-4, CD2_1=1e-4, CD2_2=0.0))
    assert turned.position_angle_deg == pytest.approx(90.0, abs=1e-3)


@given(
    ra=st.floats(0, 359.99),
    dec=st.floats(-85, 85),
    angle=st.floats(0, 360),
    scale=st.floats(0.05, 20),
    parity=st.sampled_from([-1, 1]),
)
@settings(max_examples=40, deadline=None)
def test_pixels_come_back(ra: float, dec: float, angle: float, scale: float, parity: int) -> None:
    c, s = np.cos(np.radians(angle)) * scale / 3600, np.sin(np.radians(angle)) * scale / 3600
    header = tan_header(
        CRVAL1=ra, CRVAL2=dec, CD1_1=parity * c, CD1_2=-s, CD2_1=parity * s, CD2_2=c
    )
    grid = made(header)
    x, y = np.meshgrid(np.linspace(-20, 220, 7), np.linspace(-20, 180, 7))
    back = grid.to_pixel(*grid.to_sky(x, y))
    np.testing.assert_allclose(back, (x, y), atol=1e-5)
    assert SkyGrid.from_text(grid.header_text(), grid.shape).same_as(grid, 1e-6)


def test_numbers_as_text_and_scamp_terms_are_repaired_and_said() -> None:
    header = tan_header(
        CRVAL1="150.0", CRPIX1="1.005D+02", PV1_1=1.0, PV1_7=0.01, PV2_1=1.0, PV2_7=-0.02
    )
    before = header.tostring()
    plain, notes = repair_wcs(header)
    assert header.tostring() == before
    assert plain["CRVAL1"] == 150.0
    assert plain["CRPIX1"] == 100.5
    assert plain["CTYPE1"] == "RA---TPV"
    assert any("text" in note for note in notes)
    assert any("TPV" in note for note in notes)


def test_conventional_tan_parameters_stay_tan() -> None:
    plain, notes = repair_wcs(tan_header(PV1_0=0.0, PV1_1=0.0, PV1_2=90.0))
    assert plain["CTYPE1"] == "RA---TAN"
    assert notes == ()


@pytest.mark.parametrize(
    "linear",
    [
        {"PC1_1": -1.0, "PC2_2": 1.0, "CDELT1": 1e-4, "CDELT2": 1e-4},
        {"CDELT1": -1e-4, "CDELT2": 1e-4},
        {"CDELT1": -1e-4, "CDELT2": 1e-4, "CROTA2": 0.0},
        {"PC001001": -1.0, "PC002002": 1.0, "CDELT1": 1e-4, "CDELT2": 1e-4},
        {"CD1_1": -0.36, "CD2_2": 0.36, "CUNIT1": "arcsec", "CUNIT2": "arcsec",
         "CRVAL1": 150 * 3600.0, "CRVAL2": 7200.0},
    ],
)  # fmt: skip
def test_every_form_of_the_linear_part(linear: dict[str, object]) -> None:
    bare = dict.fromkeys(("CD1_1", "CD1_2", "CD2_1", "CD2_2"))
    assert made(tan_header(**bare | linear)).same_as(made(tan_header()), 1e-6)


def test_crota_agrees_with_astropy() -> None:
    bare = dict.fromkeys(("CD1_1", "CD1_2", "CD2_1", "CD2_2"))
    header = tan_header(**bare, CDELT1=-2e-4, CDELT2=1e-4, CROTA2=33.0)
    sky = WCS(header).pixel_to_world(10.0, 140.0)
    ra, dec = made(header).to_sky(10.0, 140.0)
    assert SkyCoord(ra, dec, unit="deg").separation(sky).arcsec < 1e-4


@pytest.mark.parametrize(
    ("frame", "changes"),
    [
        ("galactic", {"CTYPE1": "GLON-CAR", "CTYPE2": "GLAT-CAR", "CRVAL2": 0.0}),
        ("fk5", {"RADESYS": "FK5", "EQUINOX": 2000.0}),
        ("fk5 of 1975", {"RADESYS": "FK5", "EQUINOX": 1975.0}),
        ("fk4", {"RADESYS": "FK4", "EQUINOX": 1950.0}),
        (
            "axes swapped",
            {"CTYPE1": "DEC--TAN", "CTYPE2": "RA---TAN", "CRVAL1": 2.0, "CRVAL2": 150.0},
        ),
        ("ecliptic", {"CTYPE1": "ELON-TAN", "CTYPE2": "ELAT-TAN"}),
    ],
)  # fmt: skip
def test_other_systems_become_icrs(frame: str, changes: dict[str, object]) -> None:
    header = tan_header(**changes)
    grid = made(header)
    x, y = np.array([0.0, 50, 199]), np.array([10.0, 159, 80])
    theirs = WCS(header).pixel_to_world(x, y).icrs
    ra, dec = grid.to_sky(x, y)
    assert SkyCoord(ra, dec, unit="deg").separation(theirs).arcsec.max() < 1e-4
    np.testing.assert_allclose(grid.to_pixel(ra, dec), (x, y), atol=1e-5)


def test_sip_agrees_with_astropy_and_folds_nothing_in() -> None:
    header = tan_header(
        CTYPE1="RA---TAN-SIP", CTYPE2="DEC--TAN-SIP", A_ORDER=3, B_ORDER=3, A_2_0=2e-5,
        A_1_1=-1e-5, A_3_0=-1.4e-7, B_0_2=-2.6e-5, B_0_3=-1.6e-7,
    )  # fmt: skip
    grid = made(header)
    x, y = np.meshgrid(np.linspace(0, 199, 9), np.linspace(0, 159, 9))
    ra, dec = WCS(header).all_pix2world(x, y, 0)
    np.testing.assert_allclose(grid.to_sky(x, y), (ra, dec), rtol=0, atol=1e-10)
    np.testing.assert_allclose(grid.to_pixel(ra, dec), (x, y), atol=1e-6)
    far = np.array([150.0 + 5.0, 150.0 + 90.0, 330.0])
    assert np.isnan(grid.to_pixel(far, np.array([2.0, 2.0, -2.0]))[0]).all()


def test_cube_header_gives_its_image_plane() -> None:
    header = tan_header(NAXIS=3, WCSAXES=3, CTYPE3="WAVE", CRVAL3=1.0, CRPIX3=1.0, CDELT3=1.0)
    assert made(header).same_as(made(tan_header()))


def test_same_grid_needs_same_shape_and_places() -> None:
    grid = made(tan_header())
    assert grid.same_as(made(tan_header(CRPIX1=100.51)))
    assert not grid.same_as(made(tan_header(CRPIX1=100.6)))
    assert not grid.same_as(made(tan_header(), (160, 201)))
    assert not grid.same_as(made(tan_header(CD1_1=-1.001e-4)))
    assert not grid.same_as(made(tan_header(CRVAL1=10.0)))


def test_affine_between_grids() -> None:
    reference, frame = made(tan_header()), made(tan_header(CRPIX1=110.5, CRPIX2=70.5))
    np.testing.assert_allclose(frame.affine_from(reference), [[1, 0, 10], [0, 1, -10]], atol=1e-4)
    with pytest.raises(LightledgerError, match="overlap"):
        made(tan_header(CRVAL1=330.0, CRVAL2=-2.0)).affine_from(reference)


@pytest.mark.parametrize(
    "broken",
    [
        {"CTYPE1": None}, {"CTYPE1": "LINEAR", "CTYPE2": "LINEAR"},
        {"CTYPE1": "RA---TNX", "CTYPE2": "DEC--TNX"},
        {"CRVAL1": None}, {"CRVAL1": "north"}, {"CD1_1": 0.0}, {"CTYPE2": "RA---TAN"},
        {"CTYPE2": "DEC--SIN"}, {"CD1_1": 1e30}, {"CRPIX1": "nan"}, {"CRVAL1": True},
        {"CD1_1": -1e-12, "CD2_2": 1e-12},
    ],
)  # fmt: skip
def test_unusable_headers_give_none(broken: dict[str, object]) -> None:
    header = tan_header(**broken)
    assert SkyGrid.from_header(header, (160, 200)) is None


def test_refusal_says_why() -> None:
    plain, notes = repair_wcs(tan_header(CTYPE1="RA---TNX", CTYPE2="DEC--TNX"))
    assert len(plain) == 0
    assert "TNX" in notes[0]


def test_nan_positions_stay_nan() -> None:
    x, _ = made(tan_header()).to_pixel(np.array([np.nan, 150.0]), np.array([2.0, 2.0]))
    assert np.isnan(x[0])
    assert x[1] == pytest.approx(99.5)


@pytest.mark.real
def test_lowell_positions(real_data: Path) -> None:
    """Text numbers and TPV: the catalogue that SExtractor made of each frame is hit exactly."""
    frames = sorted((real_data / "lowell_5945_field/images").glob("*.fz"))
    for path in (frames[0], frames[-1]):
        with fits.open(path) as hdus:
            grid = made(hdus[1].header, hdus[1].data.shape)
        name = path.name.removesuffix(".fits.fz") + ".cat"
        table = fits.getdata(real_data / "lowell_5945_field/catalogs_sextractor_ldac" / name, 2)
        x, y = grid.to_pixel(table["ALPHA_J2000"], table["DELTA_J2000"])
        np.testing.assert_allclose(x, table["X_IMAGE"] - 1.0, atol=2e-4)
        np.testing.assert_allclose(y, table["Y_IMAGE"] - 1.0, atol=2e-4)
        assert len(grid.notes) == 2


@pytest.mark.real
def test_spitzer_and_galactic_agree_with_astropy(real_data: Path) -> None:
    cube = sorted((real_data / "spitzer_hd209458_ch1/bcd").glob("*.fits"))[0]
    mosaic = real_data / "spitzer_irac_mosaic/spitzer_example_image.fits"
    x, y = np.meshgrid(np.arange(0.0, 32, 5), np.arange(0.0, 32, 5))
    for path, shape in ((cube, (32, 32)), (mosaic, (1025, 513))):
        header = fits.getheader(path)
        theirs = WCS(header, naxis=2).pixel_to_world(x, y).icrs
        ra, dec = made(header, shape).to_sky(x, y)
        assert SkyCoord(ra, dec, unit="deg").separation(theirs).arcsec.max() < 1e-4
    assert made(fits.getheader(cube), (32, 32)).pixel_area_arcsec2 == pytest.approx(
        1.5137, abs=1e-3
    )


@pytest.mark.real
@pytest.mark.filterwarnings("ignore")  # astropy on cards that are none
def test_hostile_headers_are_survived(real_data: Path) -> None:
    usable = set()
    for path in sorted((real_data / "nasty_fits/astropy_wcs").glob("*.hdr")):
        raw = path.read_bytes()
        headers = [fits.Header.fromstring(raw)]
        if b"\n" in raw:
            headers.append(fits.Header.fromstring(raw.decode("latin-1"), sep="\n"))
        for header in headers:
            grid = SkyGrid.from_header(header, (200, 300))
            if grid is not None:
                usable.add(path.name)
                x, y = grid.to_pixel(*grid.to_sky(149.5, 99.5))
                assert (x, y) == (pytest.approx(149.5, abs=1e-3), pytest.approx(99.5, abs=1e-3))
            else:
                plain, notes = repair_wcs(header)
                assert len(plain) or notes
    assert {"irac_sip.hdr", "siponly.hdr", "tpvonly.hdr", "too_many_pv.hdr", "unit.hdr"} <= usable


@pytest.mark.real
def test_the_same_distortion_as_sip_and_as_tpv(real_data: Path) -> None:
    folder = real_data / "nasty_fits/astropy_wcs"
    sip, tpv = (
        made(fits.Header.fromstring((folder / name).read_bytes()), (4096, 2048))
        for name in ("siponly.hdr", "tpvonly.hdr")
    )
    assert sip.same_as(tpv, 0.01)


def test_area_of_a_pixel_where_it_is() -> None:
    """Corner by corner through astropy, as a spherical quadrilateral (nearly plane)."""
    header = tan_header(
        CTYPE1="RA---TAN-SIP", CTYPE2="DEC--TAN-SIP", A_ORDER=2, B_ORDER=2, A_2_0=2e-5,
        A_1_1=-3e-5, B_0_2=4e-5,
    )  # fmt: skip
    grid = made(header)
    assert grid.distorted
    x, y = np.array([0.0, 99.5, 199.0, 150.0, np.nan]), np.array([0.0, 79.5, 159.0, 10.0, 4.0])
    found = grid.pixel_areas(x, y)
    wcs = WCS(header)
    corners = [wcs.all_pix2world(x + i, y + j, 0) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    ra, dec = np.moveaxis(np.array(corners), 1, 0)
    east, north = ra * np.cos(np.radians(dec.mean(axis=0))) * 3600, dec * 3600
    shift = np.roll(np.arange(4), -1)
    expected = np.abs(np.sum(east * north[shift] - east[shift] * north, axis=0)) / 2 / 4
    np.testing.assert_allclose(found[:4], expected[:4], rtol=1e-5)
    assert np.isnan(found[4])
    assert found[1] == pytest.approx(grid.pixel_area_arcsec2, rel=1e-9)
    assert found[2] / found[0] > 1.01  # it matters
