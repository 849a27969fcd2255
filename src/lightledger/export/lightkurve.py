"""Light curves as lightkurve reads them: FITS in the layout of Kepler's, a file for each.

``lightkurve.read`` knows a file by TELESCOP and CREATOR and reads no other telescope's, so
TELESCOP is 'Kepler', as in files that ``lightkurve.LightCurve.to_fits`` writes; ORIGIN, MISSION and
INSTRUME say what it is. QUALITY holds our flags. SAP_QUALITY, Kepler's flags, is 0 everywhere:
lightkurve drops by it, and what is to be dropped has been left out already, and counted.
Layout: Kepler Archive Manual (KDMC-10008-006), section 2.3.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from astropy.io.fits import Card

from lightledger.domain import Control, LightledgerError, Report, parse_measurement
from lightledger.domain.times import MJD_ZERO, SECONDS_PER_DAY

from .chosen import Chosen
from .fitstable import Column, FitsBytes, history_cards
from .passing import Passing, Tally, passing
from .rows import ExportReport, file_stem
from .stream import ByteStream

#: Barycentric Kepler Julian Date counts from this JD.
BKJD_ZERO = 2454833


def write_lightkurve(
    path: Path, chosen: Chosen, control: Control | None, report: Report
) -> ExportReport:
    """Write one light curve as FITS, or several as FITS files in a ``.zip``.

    Raises
    ------
    LightledgerError
        Several light curves for one file; the file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    packed = path.suffix.lower() == ".zip"
    if chosen.n_curves != 1 and not packed:
        raise LightledgerError(
            f"lightkurve reads one light curve per file, and these are {chosen.n_curves:,}",
            path,
            "end the name in .zip to get a file for each of them in it",
        )
    tally = Tally(chosen, control, report)
    history = history_cards(
        [
            "these are not Kepler's data; TELESCOP is for lightkurve to read them",
            *(f"{key}: {value}" for key, value in chosen.header.items()),
        ]
    )
    with ByteStream(path) as out:
        if packed:
            taken: set[str] = set()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for measurement, curve in _curves(tally):
                    name = _free(f"{chosen.ids[curve.row]}_{measurement}", taken)
                    archive.writestr(f"{name}.fits", _file(chosen, measurement, curve, history))
        else:
            for measurement, curve in _curves(tally):
                out.append(_file(chosen, measurement, curve, history))
        out.commit()
    return tally.result(path)


def _curves(tally: Tally) -> Iterator[tuple[str, Passing]]:
    for measurement in tally.chosen.measurements:
        for curve in passing(tally, measurement):
            yield measurement, curve


def _free(name: str, taken: set[str]) -> str:
    """A name for a file that no other has, also where capitals do not count."""
    stem = candidate = file_stem(name)
    n = 2
    while candidate.lower() in taken:
        candidate, n = f"{stem}_{n}", n + 1
    taken.add(candidate.lower())
    return candidate


def _file(chosen: Chosen, measurement: str, curve: Passing, history: list[Card]) -> bytes:
    band = parse_measurement(measurement).band
    visits, known = chosen.visits(band), chosen.attributes(measurement)
    setups = sorted({str(setup).partition(" ")[0] for setup in visits["setup"]} - {""})
    utc = visits["mjd_utc_mid"][curve.slots]
    time, barycentric = curve.bjd_tdb - BKJD_ZERO, bool(np.isfinite(curve.bjd_tdb).all())
    if not barycentric:
        days = visits["tdb_minus_utc_s"][curve.slots] / SECONDS_PER_DAY
        time = utc + days + (MJD_ZERO - BKJD_ZERO)
    out = FitsBytes()
    place = [("RA_OBJ", chosen.ra_deg[curve.row]), ("DEC_OBJ", chosen.dec_deg[curve.row])]
    out.primary(
        [
            ("EXTEND", True),
            ("NEXTEND", 1),
            ("EXTNAME", "PRIMARY"),
            ("ORIGIN", "Unofficial data product"),
            ("DATE", datetime.now(UTC).strftime("%Y-%m-%d")),
            ("CREATOR", f"{chosen.header.get('software', 'Lightledger')} lightcurve"),
            ("TELESCOP", "Kepler"),
            ("MISSION", "Lightledger"),
            ("INSTRUME", ", ".join(setups) or "unknown"),
            ("OBJECT", chosen.ids[curve.row]),
            ("FILTER", str(known.get("filter") or band)),
            ("MEASURE", measurement),
            *((key, float(degree)) for key, degree in place if np.isfinite(degree)),
            ("RADESYS", "ICRS"),
        ],
        history,
    )
    unit = str(known.get("unit", ""))
    columns = {
        "TIME": (time, "d", "BJD - 2454833" if barycentric else "JD - 2454833, not barycentric"),
        "FLUX": (curve.value, unit, measurement),
        "FLUX_ERR": (curve.error, unit, "standard error"),
        "QUALITY": (curve.flags.astype(np.int32), "", "flags, see the registry in the header"),
        "SAP_QUALITY": (np.zeros(len(curve), np.int32), "", "Kepler's flags: none"),
        "CADENCENO": (curve.slots.astype(np.int32), "", "number of the visit, from 0"),
        "MJD_UTC": (utc, "d", "middle of the visit, at the observer"),
    }
    out.table(
        "LIGHTCURVE",
        [
            Column(name, cells.dtype, (), its_unit, meaning=meaning)
            for name, (cells, its_unit, meaning) in columns.items()
        ],
        len(curve),
        [{name: cells for name, (cells, _, _) in columns.items()}],
        [
            ("TELESCOP", "Kepler"),
            ("OBJECT", chosen.ids[curve.row]),
            ("TIMEREF", "SOLARSYSTEM" if barycentric else "LOCAL"),
            ("TIMESYS", "TDB"),
            ("BJDREFI", BKJD_ZERO),
            ("BJDREFF", 0.0),
            ("TIMEUNIT", "d"),
        ],
    )
    return bytes(out.content)
