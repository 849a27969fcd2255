"""When a frame was exposed: one rule a test, with headers as they are found in the wild."""

from __future__ import annotations

import math

import pytest
from astropy.time import Time

from lightledger.frames.headers import Cards
from lightledger.frames.stamps import parse_stamp
from lightledger.frames.times import HeaderTime, header_time

DAY = 86400.0


def found(n_sub: int = 1, **cards: object) -> HeaderTime:
    header = header_time(
        Cards.from_dict({k.replace("__", "-"): v for k, v in cards.items()}), n_sub
    )
    assert header is not None
    return header


def mid(n_sub: int = 1, **cards: object) -> float:
    return found(n_sub, **cards).time.mjd_utc_mid


def mjd(text: str) -> float:
    return float(Time(text, scale="utc").mjd)


def close(a: float, b: float, seconds: float = 1e-3) -> bool:
    return abs(a - b) * DAY <= seconds


def test_the_finest_keyword_wins_over_the_first_known() -> None:
    time = found(MJD__OBS=58107.204, UT__OBS="2017-12-20T04:54:12.549-0000", EXPTIME="060.00").time
    assert close(time.mjd_utc_start, mjd("2017-12-20T04:54:12.549"))
    assert close(time.mjd_utc_mid, mjd("2017-12-20T04:54:42.549"))
    assert time.exposure_s == 60.0
    assert "UT-OBS" in time.note


def test_a_utc_offset_is_honoured() -> None:
    assert close(
        mid(DATE__OBS="2017-12-19T21:54:12.549-0700", EXPTIME=60), mjd("2017-12-20T04:54:42.549")
    )
    assert close(mid(DATE__OBS="2017-12-20T06:54:12+02:00"), mjd("2017-12-20T04:54:12"))


def test_a_single_precision_day_is_not_believed_to_its_digits() -> None:
    time = found(MJD__OBS=55820.44140625, DATE__OBS="2011-09-16T10:33:45.368", EXPTIME=50)
    assert close(time.time.mjd_utc_start, mjd("2011-09-16T10:33:45.368"))
    assert not any("MJD-OBS" in remark for remark in time.remarks)


def test_a_middle_goes_before_a_start() -> None:
    cards = {"DATE-OBS": "2019-03-26", "UTCSTART": "02:48:07.26", "EXPTIME": 300.0}
    header = header_time(Cards.from_dict({**cards, "MIDTIMJD": 2458568.618486805}))
    assert header is not None
    assert close(header.time.mjd_utc_mid, 58568.118486805)
    assert close(header.time.mjd_utc_start, mjd("2019-03-26T02:48:07.26"))


def test_a_coarse_middle_does_not_beat_a_fine_start() -> None:
    assert close(
        mid(JD__MID=2458107.7, DATE__OBS="2017-12-20T04:54:12.5", EXPTIME=60),
        mjd("2017-12-20T04:54:42.5"),
    )


@pytest.mark.parametrize("keyword", ["MJD-AVG", "DATE-AVG", "MJD_MID", "JULDAT", "MIDTIMJD"])
def test_keywords_of_the_middle(keyword: str) -> None:
    value: object = 58107.25 + 2400000.5 * (keyword == "JULDAT") + 1.25e-7
    if keyword == "DATE-AVG":
        value = "2017-12-20T06:00:00.011"
    header = header_time(Cards.from_dict({keyword: value, "EXPTIME": 100}))
    assert header is not None
    assert close(header.time.mjd_utc_mid, 58107.25, 0.02)
    assert close(header.time.mjd_utc_start, 58107.25 - 50 / DAY, 0.02)


def test_a_jd_is_one_whatever_its_name() -> None:
    assert close(mid(MJD__OBS=2458107.70431191, EXPTIME=0), 58107.20431191)
    assert close(mid(JD="2458107.70431191", EXPTIME=0), 58107.20431191)
    assert close(mid(DATE__OBS=58107.20431191, EXPTIME=0), 58107.20431191)


def test_a_date_needs_a_time_of_day() -> None:
    assert header_time(Cards.from_dict({"DATE-OBS": "2019-03-26", "EXPTIME": 300})) is None
    start = mjd("2019-03-26T02:48:07.26")
    for key in ("UTCSTART", "UT-OBS", "TIME-OBS", "UT", "UTC-OBS"):
        header = header_time(
            Cards.from_dict({"DATE-OBS": "2019-03-26", key: "02:48:07.26", "EXPTIME": 0})
        )
        assert header is not None
        assert close(header.time.mjd_utc_mid, start)


def test_midnight_in_the_date_gives_way_to_a_time_of_day() -> None:
    time = found(DATE__OBS="2019-03-26T00:00:00", TIME__OBS="02:48:07", EXPTIME=0).time
    assert close(time.mjd_utc_mid, mjd("2019-03-26T02:48:07"))


def test_a_time_of_day_as_a_number() -> None:
    assert close(
        mid(DATE__OBS="2019-03-26", UT=2.50000001, EXPTIME=0), mjd("2019-03-26T02:30:00"), 0.01
    )


def test_an_end_after_midnight() -> None:
    time = found(DATE__OBS="2019-03-26", UTCSTART="23:59:00.0", UTCEND="00:04:00.0").time
    assert close(time.mjd_utc_mid, mjd("2019-03-27T00:01:30"))
    assert time.exposure_s == pytest.approx(300.0, abs=1e-3)


def test_time_scales_are_read() -> None:
    utc = mjd("2017-12-20T04:54:12.549")
    for scale in ("TT", "TAI", "TDB"):
        text = getattr(Time(utc, format="mjd", scale="utc"), scale.lower()).isot
        assert close(mid(DATE__OBS=text, TIMESYS=scale, EXPTIME=0), utc, 2e-3)
    gps = Time(utc, format="mjd", scale="utc").tai.mjd - 19 / DAY
    assert close(mid(MJD__OBS=gps, TIMESYS="GPS", EXPTIME=0), utc, 2e-3)
    # 'Z' and names with UT say UTC whatever TIMESYS says
    assert close(mid(DATE__OBS="2017-12-20T04:54:12.549Z", TIMESYS="TDB", EXPTIME=0), utc)


def test_tai_seconds() -> None:
    tai = Time("2000-09-26T07:16:35.02", scale="tai")
    header = found(DATE__OBS="2000-09-26", TAI=f"{tai.mjd * DAY:.2f}", EXPTIME=0)
    assert close(header.time.mjd_utc_mid, tai.utc.mjd, 0.02)


def test_underscores_and_strings() -> None:
    assert close(mid(MJD_OBS="55573.2499098", EXPTIME="0"), 55573.2499098)
    assert close(mid(DATE_OBS="2011-01-12 05:59:52.203", EXPTIME=0), mjd("2011-01-12T05:59:52.203"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19/05/94", "1994-05-19"),
        ("20/12/17", "2017-12-20"),
        ("20/12/2017", "2017-12-20"),
        ("12/20/17", "2017-12-20"),
        ("2017/12/20", "2017-12-20"),
        ("20171220", "2017-12-20"),
    ],
)
def test_old_dates(text: str, day: str) -> None:
    time = found(DATE__OBS=text, TIME__OBS="04:54:12", EXPTIME=0)
    assert close(time.time.mjd_utc_mid, mjd(f"{day}T04:54:12"))


@pytest.mark.parametrize(
    "text",
    [
        "unknown",
        "2017-12-20T25:61:00",
        "2017-02-30T01:00:00",
        "",
        "T",
        "99999999",
        "-",
        "2017-12-20T01:02:03 foo",
        "1e400",
    ],
)
def test_garbage_is_no_time_and_raises_nothing(text: str) -> None:
    assert header_time(Cards.from_dict({"DATE-OBS": text, "EXPTIME": 1})) is None


def test_an_unreadable_keyword_is_named_beside_the_one_used() -> None:
    time = found(DATE__OBS="unknown", UT__OBS="2017-12-20T04:54:12.5", EXPTIME=60)
    assert any("DATE-OBS 'unknown'" in remark for remark in time.remarks)


def test_keywords_that_disagree_are_named_with_the_choice() -> None:
    time = found(DATE__OBS="2017-12-20T04:54:12.549", MJD__OBS=58107.301, EXPTIME=60)
    (remark,) = time.remarks
    assert "MJD-OBS" in remark
    assert "DATE-OBS" in remark
    rounded = found(DATE__OBS="2017-12-20T04:54:12.549", MJD__OBS=58107.204, EXPTIME=60)
    assert rounded.remarks == ()


def test_a_comment_can_say_that_a_time_is_that_of_the_middle() -> None:
    cards = {"MJD-OBS": (58107.2043119, "MJD at mid-exposure"), "EXPTIME": 600}
    header = header_time(Cards.from_dict(cards))
    assert header is not None
    assert close(header.time.mjd_utc_mid, 58107.2043119)


def test_local_time_without_a_zone_is_used_only_for_want_of_better() -> None:
    local = ("2017-12-19T21:54:12.549", "Start of observation, local time")
    universal = "2017-12-20T04:54:12.5"
    header = header_time(Cards.from_dict({"DATE-OBS": local, "UT-OBS": universal, "EXPTIME": 0}))
    assert header is not None
    assert close(header.time.mjd_utc_mid, mjd(universal))
    alone = header_time(Cards.from_dict({"DATE-OBS": local, "EXPTIME": 0}))
    assert alone is not None
    assert "unknown zone" in alone.remarks[0]


def test_a_cube_lasts_its_sub_frames() -> None:
    time = found(64, MJD_OBS=55573.2499098, FRAMTIME=0.1, EXPTIME=0.08).time
    assert close(time.mjd_utc_mid, 55573.2499098 + 3.2 / DAY)
    assert time.exposure_s == pytest.approx(5.12)


def test_a_cube_without_a_frame_time_is_told() -> None:
    time = found(10, MJD__OBS=55573.2499098, EXPTIME=2.0)
    assert close(time.time.mjd_utc_mid, 55573.2499098 + 10 / DAY)
    assert any("cube" in remark for remark in time.remarks)


def test_a_mosaic_spans_its_first_start_to_its_last_end() -> None:
    span = {"DATE-BEG": "2007-10-03T10:45:03.6", "DATE-END": "2007-10-03T11:45:03.6"}
    header = header_time(Cards.from_dict({**span, "EXPTIME": 1200.0}))
    assert header is not None
    assert close(header.time.mjd_utc_mid, mjd("2007-10-03T11:15:03.6"))
    assert header.time.exposure_s == 1200.0
    little_more = {**span, "EXPTIME": 3300.0, "FRAMTIME": 100.0}
    header = header_time(Cards.from_dict(little_more))
    assert header is not None
    assert close(header.time.mjd_utc_mid, mjd("2007-10-03T11:15:03.6"))


def test_read_out_in_the_end_does_not_move_the_middle() -> None:
    time = found(
        DATE__OBS="2017-12-20T04:54:12.5", DATE__END="2017-12-20T04:55:14.5", EXPTIME=60
    ).time
    assert close(time.mjd_utc_mid, mjd("2017-12-20T04:54:42.5"))


@pytest.mark.parametrize(
    ("card", "seconds"),
    [
        ("60 s", 60),
        ("1.5 min", 90),
        ("250ms", 0.25),
        ("00:01:30", 90),
        ((70.0, "Exposure time minutes"), 4200),
        ((0.01881196, "[d] time on source"), 1625.353344),
        ((1500, "exposure in ms"), 1.5),
        ((60.0, "Exposure time in Seconds"), 60),
    ],
)
def test_exposures_in_other_units(card: object, seconds: float) -> None:
    assert found(MJD__OBS=55573.2499098, EXPOSURE=card).time.exposure_s == pytest.approx(seconds)


def test_no_exposure_time_is_said_and_not_invented() -> None:
    time = found(DATE__OBS="2017-12-20T04:54:12.5")
    assert math.isnan(time.time.exposure_s)
    assert any("no exposure time" in remark for remark in time.remarks)


def test_a_reduced_time_is_the_last_resort_and_marked() -> None:
    reduced = found(HJD=2458353.7510356, EXPTIME=90)
    assert reduced.reference == "sun"
    both = found(HJD=2458353.7510356, DATE__OBS="2018-08-23T05:55:39", EXPTIME=90)
    assert both.reference == ""
    assert found(BJD_TDB=2458353.7518413, EXPTIME=90).reference == "barycentre"


def test_creation_dates_are_no_exposure_times() -> None:
    assert header_time(Cards.from_dict({"DATE": "2006-12-02T01:06:10", "EXPTIME": 1.2})) is None
    assert header_time(Cards.from_dict({"MJDREF": 55197.0, "MJD-OBS": 0.0})) is None


def test_leap_second_and_24_hours() -> None:
    stamp = parse_stamp("2016-12-31T23:59:60.5Z")
    assert stamp is not None
    assert stamp.mjd == pytest.approx(57754 + 0.5 / DAY)
    day = parse_stamp("2016-12-31T24:00:00")
    assert day is not None
    assert day.mjd == 57754.0


def test_trailing_zeros_do_not_change_the_keyword() -> None:
    """A day number that happens to end in zeros is as fine as the others of its series."""
    chosen = set()
    for day in (59000.51234567, 59000.5123456, 59000.5123451):
        header = header_time(
            Cards.from_dict({"MJD-OBS": day, "DATE-OBS": "2020-05-31T12:17:46.6", "EXPTIME": 10})
        )
        assert header
        chosen.add(header.time.note.split(";")[0])
    assert len(chosen) == 1
