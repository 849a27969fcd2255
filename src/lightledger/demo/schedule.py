"""When the demo field was visited, how the camera was turned, where the spacecraft was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain.times import SECONDS_PER_DAY

N_VISIT = 60
BANDS = ("ch1", "ch2")
#: 2007-01-01 to 2011-12-31.
FIRST_MJD, LAST_MJD = 54101.0, 55926.0
#: The coolant ran out on 2009-05-15; observing went on, warm, on 2009-07-28.
END_OF_CRYOGENIC_MJD, START_OF_WARM_MJD = 54966.0, 55040.0
N_DITHER = 12
FRAME_TIME_S = 100.0
EXPOSURE_S = 96.8
#: Settling between dithers.
OVERHEAD_S = 8.0
AU_KM = 149597870.7


@dataclass(frozen=True)
class Visit:
    """One visit in one band."""

    name: str
    band: str
    mjd_start: float
    mjd_end: float
    warm: bool
    position_angle_deg: float
    aor_key: int

    @property
    def mjd_mid(self) -> float:
        return 0.5 * (self.mjd_start + self.mjd_end)

    @property
    def number(self) -> int:
        return int(self.name.removeprefix("gr"))


def make_schedule(random: np.random.Generator) -> dict[str, list[Visit]]:
    """Visits of each band in order of time.

    Jittered steps over five years, with the gap between the cryogenic and the warm mission; the
    second band follows the first within the hour, as the two cameras look at neighbouring fields.
    """
    gap = START_OF_WARM_MJD - END_OF_CRYOGENIC_MJD
    step = (LAST_MJD - FIRST_MJD - gap) / N_VISIT
    starts = FIRST_MJD + step * (np.arange(N_VISIT) + 0.5 + random.uniform(-0.45, 0.45, N_VISIT))
    starts = np.where(starts > END_OF_CRYOGENIC_MJD, starts + gap, starts)
    span = N_DITHER * (FRAME_TIME_S + OVERHEAD_S) / SECONDS_PER_DAY
    visits: dict[str, list[Visit]] = {band: [] for band in BANDS}
    for number, start in enumerate(starts, start=1):
        for place, band in enumerate(BANDS):
            # Header times are written to 1e-7 d; what is planted uses those very numbers.
            begin = round(float(start) + place * (span + 0.011), 7)
            visits[band].append(
                Visit(
                    name=f"gr{number}",
                    band=band,
                    mjd_start=begin,
                    mjd_end=round(begin + span, 7),
                    warm=bool(start > START_OF_WARM_MJD - 1.0),
                    # The roll follows the Sun: a turn a year.
                    position_angle_deg=float(np.mod(17.0 + (start - FIRST_MJD) * 0.9856, 360.0)),
                    aor_key=20_000_000 + 4096 * number + 256,
                )
            )
    return visits


def spacecraft_km(mjd: float) -> tuple[float, float, float]:
    """Heliocentric equatorial position of an Earth-trailing spacecraft, km (like SPTZR_X/Y/Z).

    The Earth by the low-precision formulae of the Astronomical Almanac (section C, 'low precision
    formulas for the Sun'), held back by 5.7 degrees for each year since launch.
    """
    days = mjd - 51544.5
    lag_deg = 5.7 * (mjd - 52876.0) / 365.25
    anomaly = np.radians(357.528 + 0.9856003 * days - lag_deg)
    mean_longitude = 280.460 + 0.9856474 * days - lag_deg
    sun_longitude = mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    longitude = np.radians(sun_longitude + 180.0)
    distance = AU_KM * (1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly))
    obliquity = np.radians(23.4393)
    return (
        float(distance * np.cos(longitude)),
        float(distance * np.sin(longitude) * np.cos(obliquity)),
        float(distance * np.sin(longitude) * np.sin(obliquity)),
    )
