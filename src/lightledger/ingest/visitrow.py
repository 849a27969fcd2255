"""What the visit table says of a frame, whatever its values come from."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np

from lightledger.domain import VisitRow
from lightledger.frames.earth import airmass_of
from lightledger.frames.frame import Frame


def row_of(frame: Frame, field_ra_deg: float, field_dec_deg: float) -> VisitRow:
    """Visit, setup, times, observer and airmass of a frame.

    The airmass is computed where site and field are known, else the header's.
    """
    row: VisitRow = {
        **asdict(frame.circumstances),
        "visit": frame.visit,
        "setup": frame.setup,
        "airmass": frame.airmass_header,
    }
    if frame.time is not None:
        row |= {
            "mjd_utc_start": frame.time.mjd_utc_start,
            "mjd_utc_mid": frame.time.mjd_utc_mid,
            "mjd_utc_end": frame.time.mjd_utc_end,
            "exposure_s": frame.time.exposure_s,
            "time_note": frame.time.note,
        }
    if frame.observer is not None:
        at = frame.observer
        row |= {
            "observer_x_km": at.x_km,
            "observer_y_km": at.y_km,
            "observer_z_km": at.z_km,
            "tdb_minus_utc_s": at.tdb_minus_utc_s,
            "observer_note": at.note,
        }
        if at.site is not None and frame.time is not None and math.isfinite(field_ra_deg):
            middle = np.array([frame.time.mjd_utc_mid])
            computed = airmass_of(field_ra_deg, field_dec_deg, at.site, middle)
            row["airmass"] = float(computed[0])
    return row
