"""Habits of cameras and observatories: each once, with what it means."""

from __future__ import annotations

from typing import Any

import pytest

from lightledger.frames.headers import Cards
from lightledger.frames.setups import band_of
from lightledger.frames.times import header_time

START = 59000.2
DAY = {"DATE-OBS": "2020-05-31"}
FULL = {"DATE-OBS": "2020-05-31T04:48:00"}


@pytest.mark.parametrize(
    "header",
    [
        FULL | {"UTC": (17280.0, "[s] 04:48:00.000 UTC"), "MJD-OBS": 59000.2, "EXPTIME": 60},
        DAY | {"UTC": 17280.0, "EXPTIME": 60},
        FULL | {"EXPTIME": "60,0"},
        DAY | {"UTC-OBS": "2020-05-31T04:48:00.000", "AEXPTIME": 60.0},
        {"JD": 59000.7, "EXPTIME": 60},
        {"RJD": 59000.7, "EXPTIME": 60},
        {"MJD": (59000.7, "JD-2400000"), "EXPTIME": 60},
        {"MJD": (59000.2, "JD-2400000.5"), "EXPTIME": 60},
        {"JD": (59000.2, "Modified Julian Date"), "EXPTIME": 60},
    ],
)
def test_the_middle_is_found_and_nothing_is_said_to_differ(header: dict[str, Any]) -> None:
    time = header_time(Cards.from_dict(header))
    assert time is not None
    assert time.time.mjd_utc_mid == pytest.approx(START + 30 / 86400, abs=1e-7)
    assert time.time.exposure_s == 60.0
    assert not any("differs" in remark for remark in time.remarks)


@pytest.mark.parametrize(
    ("header", "band"),
    [
        ({"FILTER1": "", "FILTER2": "I"}, "I"),
        ({"FILTER1": "Empty", "FILTER2": "r'"}, "r'"),
        ({"FILTER1": "clear", "FILTER2": "open", "FILTER3": "V"}, "V"),
        ({"FILTER1": "F555W", "FILTER2": "POL0UV"}, "F555W+POL0UV"),
        ({"FILTER1": "Clear", "FILTER2": "Clear"}, "Clear"),
        ({"FILTER_1": "clear", "FILTER_2": "B"}, "B"),
        ({"FILTNAM1": "F673N", "FILTER1": 22, "FILTER2": 0}, "F673N"),
        ({"TELESCOP": "JWST", "FILTER": "CLEAR", "PUPIL": "F150W"}, "F150W"),
        ({"TELESCOP": "JWST", "FILTER": "F322W2", "PUPIL": "F323N"}, "F322W2+F323N"),
        ({"FILTER": "Clear"}, "Clear"),
        ({"FILTER01": "W-C-IC"}, "W-C-IC"),
        ({"FILTNUM": 2, "FILTER1": "V"}, "V"),
        ({"FILTER1": "V", "FILTER2": "V"}, "V"),
        ({"FILTNUM": 2}, "2"),
    ],
)
def test_the_band_is_what_stands_in_the_light(header: dict[str, Any], band: str) -> None:
    assert band_of(Cards.from_dict(header)) == band


@pytest.mark.parametrize(
    "header",
    [
        DAY | {"UT": "4:48 AM"},
        DAY | {"TIME-OBS": "04:48:00 a.m."},
        {"DATE-OBS": "5/31/2020 4:48:00 AM"},
        {"MJD-OBS": "59000,2"},
        {"JD": "2459000,7"},
        DAY | {"MJD": "59000,2"},
    ],
)
def test_clocks_of_twelve_hours_and_decimal_commas_are_times(header: dict[str, Any]) -> None:
    time = header_time(Cards.from_dict(header | {"EXPTIME": 60}))
    assert time is not None
    assert time.time.mjd_utc_start == pytest.approx(START, abs=1e-7)


@pytest.mark.parametrize(("text", "hour"), [("12:48 AM", 0.8), ("12:48 PM", 12.8)])
def test_noon_and_midnight_of_twelve_hours(text: str, hour: float) -> None:
    time = header_time(Cards.from_dict(DAY | {"UT": text, "EXPTIME": 60}))
    assert time is not None
    assert time.time.mjd_utc_start == pytest.approx(59000 + hour / 24, abs=1e-7)
