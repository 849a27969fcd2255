"""A point of a light curve and its visit in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lightledger.app.curves import number_text
from lightledger.app.timelabels import to_datetime
from lightledger.domain import names_of, parse_measurement
from lightledger.domain.flags import REGISTRY

if TYPE_CHECKING:
    from lightledger.app.session import Session

#: Columns of the visit table: name, words, format, unit.
_NUMBERS = (
    ("fwhm_px", "FWHM", ".2f", "px"),
    ("airmass", "airmass", ".3f", ""),
    ("exposure_s", "exposure", ",.6g", "s"),
    ("position_angle_deg", "position angle", ".1f", "°"),
)


def facts_of(session: Session, measurement: str, row: int, unit: str) -> list[str]:
    """Lines about a point and its visit.

    Parameters
    ----------
    row : int
        Of the visit table.
    unit : str
        Of the frame's pixels.
    """
    band = parse_measurement(measurement).band
    visits, curve = session.visits(band), session.curve(measurement)
    lc = curve.lc
    point = number_text(float(curve.y[row]), float(curve.error[row]), curve.unit)
    mjd, bjd = float(visits["mjd_utc_mid"][row]), float(lc.bjd_tdb[row])
    moment = to_datetime(mjd).strftime("%Y-%m-%d %H:%M:%S")
    lines = [
        f"{measurement}  {point}",
        f"flags: {flag_words(int(lc.flags[row]))}",
        f"{moment} UTC  MJD {mjd:.5f}" + (f"  BJD {bjd:.5f} TDB" if np.isfinite(bjd) else ""),
    ]
    words = [
        f"{name} {visits[column][row]:{form}} {of}".rstrip()
        for column, name, form, of in _NUMBERS
        if np.isfinite(visits[column][row])
    ]
    sky, rms = float(visits["sky"][row]), float(visits["sky_rms"][row])
    if np.isfinite(sky):
        scatter = f" ± {rms:.3g}" if np.isfinite(rms) else ""
        words.append(f"sky {sky:.4g}{scatter} {unit}".rstrip())
    coverage = session.coverage(band)
    if coverage.size and np.isfinite(coverage[row]):
        words.append(f"coverage {coverage[row]:.3g}")
    lines.append("  ".join(words))
    lines += [str(visits[name][row]) for name in ("setup", "note") if visits[name][row]]
    return [line for line in lines if line]


def flag_words(flags: int) -> str:
    """Flags by what they mean.

    >>> flag_words(0), flag_words(16)
    ('none', 'saturated: a pixel reaches 90 % of the saturation level')
    """
    meanings = {entry.name: entry.meaning for entry in REGISTRY}
    names = names_of(flags)
    return "; ".join(f"{n.replace('_', ' ')}: {meanings[n]}" for n in names) or "none"
