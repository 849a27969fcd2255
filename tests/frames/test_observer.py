"""Observers and airmass against astropy; the sign of a longitude; reduced times taken apart."""

from __future__ import annotations

from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers

from lightledger.domain import LightledgerError
from lightledger.domain.times import bjd_tdb
from lightledger.frames import earth
from lightledger.frames.givensite import parse_site
from lightledger.frames.hdus import walk
from lightledger.frames.headers import Cards
from lightledger.frames.observer import Sighting, observe
from lightledger.frames.scan import scan
from lightledger.frames.sites import angle_in
from lightledger.frames.times import header_time

DAY = 86400.0
SITE = (-110.88, 31.68, 1268.0)
STAR = (31.04, 46.69)
MJD = np.linspace(51544.3, 61000.1, 9)


@pytest.fixture(autouse=True)
def _offline() -> None:
    iers.conf.auto_download = False


def seen(pointing: tuple[float, float] | None = STAR, **cards: object) -> tuple:
    values = {key.replace("__", "-"): value for key, value in cards.items()}
    header = Cards.from_dict(values)
    time = header_time(header)
    assert time is not None
    ((frame_time, observer),) = observe([Sighting(header, time, pointing)])
    return frame_time, observer


def test_bjd_agrees_with_astropy_to_a_millisecond() -> None:
    location = EarthLocation.from_geodetic(SITE[0] * u.deg, SITE[1] * u.deg, SITE[2] * u.m)
    times = Time(MJD, format="mjd", scale="utc", location=location)
    star = SkyCoord(*STAR, unit="deg")
    truth = times.tdb + times.light_travel_time(star)
    for i, mjd in enumerate(MJD):
        time, place = seen(
            MJD__OBS=f"{mjd:.9f}", EXPTIME=0, LONGITUD=(SITE[0], "east"), LATITUDE=SITE[1],
            ALT__OBS=SITE[2],
        )  # fmt: skip
        ours = bjd_tdb(
            np.array([time.mjd_utc_mid]),
            np.array([place.tdb_minus_utc_s]),
            np.array([[place.x_km, place.y_km, place.z_km]]),
            *STAR,
        )[0]
        # a JD in one double is good to 40 microseconds
        assert abs(ours - truth[i].jd) * DAY < 1e-3
        assert place.site == pytest.approx(SITE)


def test_airmass_agrees_with_astropy_and_a_table() -> None:
    location = EarthLocation.from_geodetic(SITE[0] * u.deg, SITE[1] * u.deg, SITE[2] * u.m)
    mjd = np.linspace(58107.06, 58107.36, 30)
    frame = AltAz(obstime=Time(mjd, format="mjd"), location=location)
    altitude = SkyCoord(*STAR, unit="deg").transform_to(frame).alt.deg
    ours = earth.altitude_deg(*STAR, SITE, mjd)
    assert np.abs(ours - altitude).max() < 0.01
    airmass = earth.airmass_of(*STAR, SITE, mjd)
    secant = 1 / np.sin(np.radians(altitude))
    high = altitude > 30
    assert np.abs(airmass[high] / secant[high] - 1).max() < 0.005
    assert np.isnan(earth.airmass_at(np.array([-1.0]))).all()


@pytest.mark.parametrize("stated", [110.88, -110.88])
@pytest.mark.parametrize("clue", ["TELALT", "AIRMASS", "ZD", "HA"])
def test_the_sign_of_a_longitude_is_that_of_the_sky(stated: float, clue: str) -> None:
    mjd = 58107.2
    altitude = float(earth.altitude_deg(*STAR, SITE, np.array([mjd]))[0])
    hour_angle = float(earth.hour_angle_deg(*STAR, SITE, np.array([mjd]))[0])
    value = {
        "TELALT": altitude,
        "ZD": 90 - altitude,
        "AIRMASS": float(earth.airmass_at(np.array([altitude]))[0]),
        "HA": hour_angle,
    }[clue]
    _, place = seen(
        MJD__OBS=f"{mjd:.7f}", EXPTIME=0, LONGITUD=stated, LATITUDE=31.68, **{clue: value}
    )
    assert place.site is not None
    assert place.site[0] == pytest.approx(-110.88)
    assert clue in place.note


def test_a_sign_that_nothing_tells_is_called_uncertain() -> None:
    _, place = seen(
        pointing=None, MJD__OBS="58107.20000", EXPTIME=0, LONGITUD=110.88, LATITUDE=31.7
    )
    assert "could not be checked" in place.note
    _, said = seen(
        pointing=None, MJD__OBS="58107.20000", EXPTIME=0, LATITUDE=31.7,
        LONGITUD=(110.88, "[deg] west longitude"),
    )  # fmt: skip
    assert said.site is not None
    assert said.site[0] == pytest.approx(-110.88)


@pytest.mark.parametrize(
    "keys",
    [
        ("SITELONG", "SITELAT"),
        ("LONG-OBS", "LAT-OBS"),
        ("OBSLON", "OBSLAT"),
        ("OBS-LONG", "OBS-LAT"),
        ("OBSGEO-L", "OBSGEO-B"),
        ("GEOLON", "GEOLAT"),
    ],
)
def test_spellings_of_a_site(keys: tuple[str, str]) -> None:
    cards = {keys[0]: "-110:52:48.0", keys[1]: "+31 40 48.0"}
    _, place = seen(MJD__OBS="58107.20000", EXPTIME=0, **cards)
    assert place.site is not None
    assert place.site[:2] == pytest.approx((-110.88, 31.68))


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("110 52 48 W", -110.88), ("W110:52:48", -110.88), ("-0:30:00", -0.5), ("31.68N", 31.68)],
)
def test_angles(text: str, degrees: float) -> None:
    assert angle_in(text) == pytest.approx(degrees)


def test_altitude_is_a_height_in_one_header_and_an_angle_in_the_next() -> None:
    height = seen(
        MJD__OBS="58107.2000", EXPTIME=0, LONGITUD=(-111.5, "east"), LATITUDE=35.1,
        ALTITUDE=(2206.0, "altitude in meters"),
    )[1]  # fmt: skip
    assert height.site == pytest.approx((-111.5, 35.1, 2206.0))
    angle = seen(
        MJD__OBS="58107.2000", EXPTIME=0, LONGITUD=(-111.5, "east"), LATITUDE=35.1,
        ALTITUDE=(36.8, "[deg] Telescope altitude"), OBSALT=1703.2,
    )[1]  # fmt: skip
    assert angle.site == pytest.approx((-111.5, 35.1, 1703.2))


def test_obsgeo_is_used_as_it_stands() -> None:
    xyz = earth.site_xyz_m(SITE)
    cards = {f"OBSGEO-{axis}": float(value) for axis, value in zip("XYZ", xyz, strict=True)}
    _, place = seen(MJD__OBS="58107.2000000", EXPTIME=0, **cards)
    assert place.note == "OBSGEO-X/Y/Z"
    assert place.site == pytest.approx(SITE, abs=1e-6)
    centre, _ = earth.earth_and_sun_km(np.array([58107.2]))
    offset = np.array([place.x_km, place.y_km, place.z_km]) - centre[0]
    assert np.linalg.norm(offset) == pytest.approx(np.linalg.norm(xyz) / 1000, abs=1e-3)


def test_no_site_is_the_centre_of_the_earth_and_said() -> None:
    _, place = seen(MJD__OBS="58107.2000000", EXPTIME=0)
    centre, _ = earth.earth_and_sun_km(np.array([58107.2]))
    assert (place.x_km, place.y_km, place.z_km) == pytest.approx(tuple(centre[0]))
    assert "21 ms" in place.note
    assert place.site is None


def test_a_given_site_goes_before_the_header() -> None:
    cards = {"MJD__OBS": "58107.2000000", "EXPTIME": 0, "LONGITUD": 110.88, "LATITUDE": -10.0}
    values = {key.replace("__", "-"): value for key, value in cards.items()}
    altitude = float(earth.altitude_deg(*STAR, SITE, np.array([58107.2]))[0])
    for telalt, doubt in ((altitude, False), (altitude - 30, True)):
        header = Cards.from_dict({**values, "TELALT": telalt})
        time = header_time(header)
        assert time is not None
        ((_, place),) = observe([Sighting(header, time, STAR)], SITE)
        assert place.site == SITE
        assert place.note.startswith("site as given")
        assert ("off from there" in place.note) is doubt


def test_a_given_site_does_not_move_a_spacecraft() -> None:
    header = Cards.from_dict(
        {"SPTZR_X": 1e8, "SPTZR_Y": -2e7, "SPTZR_Z": 3e6, "MJD_OBS": "55573.2", "EXPTIME": 0}
    )
    time = header_time(header)
    assert time is not None
    ((_, place),) = observe([Sighting(header, time, STAR)], SITE)
    assert place.note.startswith("SPTZR")


@pytest.mark.parametrize("wrong", ["Kit Peek", "1 2 3 4", "-110 95", "400 10 0", "here"])
def test_what_is_no_site_is_refused_in_one_line(wrong: str) -> None:
    with pytest.raises(LightledgerError, match="is no site") as caught:
        parse_site(wrong)
    assert "\n" not in str(caught.value)
    if wrong == "Kit Peek":
        assert "Kitt Peak" in str(caught.value)


@pytest.mark.parametrize("name", ["Mauna Kea", "Siding Spring", "Sutherland", "La Palma", ""])
@pytest.mark.parametrize("off_deg", [0.0, 0.5])
def test_bjd_of_any_site_and_direction_through_a_year(name: str, off_deg: float) -> None:
    """Also of objects half a degree from where the telescope looked: 1 ms against astropy."""
    site = parse_site(name)
    mjd = 60310.0 + np.arange(0.4, 366.0, 13.7)
    place = EarthLocation.from_geocentric(0, 0, 0, "m")
    if site is not None:
        place = EarthLocation.from_geodetic(site[0] * u.deg, site[1] * u.deg, site[2] * u.m)
    ra, dec = 264.9 + off_deg / np.cos(np.radians(68.9)), 68.9 - off_deg
    times = Time(mjd, format="mjd", scale="utc", location=place)
    truth = times.tdb + times.light_travel_time(SkyCoord(ra, dec, unit="deg"))
    found = []
    for day in mjd:
        header = Cards.from_dict({"MJD-OBS": f"{day:.9f}", "EXPTIME": 0})
        time = header_time(header)
        assert time is not None
        found += observe([Sighting(header, time, (264.9, 68.9))], site)
    xyz = np.array([[o.x_km, o.y_km, o.z_km] for _, o in found])
    tdb = np.array([o.tdb_minus_utc_s for _, o in found])
    ours = bjd_tdb(np.array([t.mjd_utc_mid for t, _ in found]), tdb, xyz, ra, dec)
    apart = ((ours - truth.jd1) - truth.jd2) * DAY
    assert np.abs(apart).max() < 1e-3


def test_a_heliocentric_spacecraft_is_moved_to_the_barycentre() -> None:
    cards = {"SPTZR_X": 1.0e8, "SPTZR_Y": -2.0e7, "SPTZR_Z": 3.0e6}
    _, place = seen(MJD_OBS="55573.2499098", EXPTIME=0, **cards)
    _, sun = earth.earth_and_sun_km(np.array([55573.2499098]))
    assert np.linalg.norm(sun[0]) > 1e5  # up to 4 s of light: it matters
    assert (place.x_km, place.y_km, place.z_km) == pytest.approx(
        tuple(sun[0] + [1.0e8, -2.0e7, 3.0e6])
    )


@pytest.mark.parametrize("kind", ["heliocentric", "barycentric"])
def test_reduced_times_come_back_to_the_observers_clock(kind: str) -> None:
    mjd = 58353.2475
    times = Time(
        mjd, format="mjd", scale="utc", location=EarthLocation.from_geocentric(0, 0, 0, "m")
    )
    shift = times.light_travel_time(SkyCoord(*STAR, unit="deg"), kind=kind).to_value("day")
    key = "HJD" if kind == "heliocentric" else "BJD"
    time, _ = seen(**{key: f"{mjd + 2400000.5 + shift:.9f}", "EXPTIME": 90})
    assert abs(time.mjd_utc_mid - mjd) * DAY < 0.1
    assert "taken off" in time.note
    unknown, _ = seen(pointing=None, **{key: f"{mjd + 2400000.5 + shift:.9f}", "EXPTIME": 90})
    assert "could not be taken off" in unknown.note


@pytest.mark.real
def test_bjd_of_real_spitzer_frames(real_data: Path) -> None:
    inventory = scan([real_data / "spitzer_hd209458_ch1" / "bcd"])
    frames = inventory.sci("ch1")
    assert len(frames) == 101
    for frame in frames:
        cards = walk(Path(frame.path))[0].cards
        stated = cards.number("BMJD_OBS")
        assert frame.time is not None
        assert frame.observer is not None
        assert stated is not None
        place = frame.observer
        bjd = bjd_tdb(
            np.array([frame.time.mjd_utc_mid]),
            np.array([place.tdb_minus_utc_s]),
            np.array([[place.x_km, place.y_km, place.z_km]]),
            330.79505,
            18.88442,
        )[0]
        half = (frame.time.mjd_utc_mid - frame.time.mjd_utc_start) * DAY
        assert half == pytest.approx(3.2, abs=1e-3)
        # BMJD_OBS is of the start and counts UTC: ET_OBS - UTCS_OBS = 66.184 s is not in it.
        ours = (bjd - 2400000.5 - stated) * DAY - half - place.tdb_minus_utc_s
        assert abs(ours) < 0.010
        assert place.tdb_minus_utc_s == pytest.approx(66.184, abs=1e-3)
