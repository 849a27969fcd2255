"""Headers that keep the date of the evening: frames after midnight are not read 24 hours early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from lightledger.frames.scan import scan

EVENING = 59000.0
HOURS = [21.0, 21.5, 22.0, 22.5, 23.0, 23.5, 24.1, 24.6, 25.1, 25.6]


def _write(
    folder: Path, name: str, hours: float, date_of: float = 0.0, full: bool = False, **more: float
) -> None:
    """A frame taken so many hours after the evening's midnight, dated by another."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(int(hours * 100))
    when = Time(EVENING + date_of + hours % 24 / 24, format="mjd").isot
    header = fits.Header({"EXPTIME": 60.0, "FILTER": "R"} | more)
    if full:
        header["DATE-OBS"] = when
    else:
        header["DATE-OBS"], header["UT"] = when.split("T")
    fits.writeto(folder / name, rng.normal(100, 5, (20, 20)).astype("f4"), header)


def _times(folder: Path) -> tuple[list[float], list[str]]:
    inventory = scan([folder])
    starts = {f.name: (f.time.mjd_utc_start - EVENING) * 24 for f in inventory.frames if f.time}
    return [starts[name] for name in sorted(starts)], [p.what for p in inventory.problems]


def test_after_midnight_the_date_is_of_the_next_day(tmp_path: Path) -> None:
    for i, hours in enumerate(HOURS):
        _write(tmp_path, f"img_{i:03d}.fits", hours)
    found, told = _times(tmp_path)
    assert found == pytest.approx(HOURS, abs=1e-4)
    assert "the date is that of the evening: 4 frames after midnight UT, a day later" in told


def test_each_night_of_several_passes_its_own_midnight(tmp_path: Path) -> None:
    for i, hours in enumerate(both := [*HOURS, *(h + 24 for h in HOURS)]):
        _write(tmp_path, f"img_{i:03d}.fits", hours, date_of=float(i >= len(HOURS)))
    found, told = _times(tmp_path)
    assert found == pytest.approx(both, abs=1e-4)
    assert any("8 frames after midnight UT" in what for what in told)


def test_a_true_date_is_left_as_it_is(tmp_path: Path) -> None:
    for i, hours in enumerate(HOURS):
        _write(tmp_path, f"img_{i:03d}.fits", hours, date_of=hours // 24)
    found, told = _times(tmp_path)
    assert found == pytest.approx(HOURS, abs=1e-4)
    assert not any("evening" in what or "go back" in what for what in told)


@pytest.mark.parametrize("why", ["few", "full", "local date", "mjd"])
def test_what_is_not_certain_is_told_and_left(tmp_path: Path, why: str) -> None:
    hours = HOURS[4:8] if why == "few" else HOURS
    for i, hour in enumerate(hours):
        # east of Greenwich the observatory's midnight comes first
        of = float(hour >= 22.0) if why == "local date" else 0.0
        more = {"MJD-OBS": EVENING + hour / 24} if why == "mjd" else {}
        _write(tmp_path, f"img_{i:03d}.fits", hour, of, why == "full", **more)
    found, told = _times(tmp_path)
    as_written = [h % 24 + 24 * (why == "local date" and h >= 22) for h in hours]
    assert found == pytest.approx(hours if why == "mjd" else as_written, abs=1e-4)
    assert any("go back by about a day" in what for what in told) == (why != "mjd")


def test_names_in_another_order_than_time_prove_nothing(tmp_path: Path) -> None:
    hours = [21.0, 2.0, 22.0, 1.0, 23.0, 3.0, 20.0, 4.0, 5.0, 19.0]
    for i, hour in enumerate(hours):
        _write(tmp_path, f"img_{i:03d}.fits", hour)
    found, told = _times(tmp_path)
    assert found == pytest.approx(hours, abs=1e-4)
    assert not any("evening" in what for what in told)
