"""VOTable 1.4: one table per measurement, one row per point, times and photometry annotated.

Times refer to ``TIMESYS`` elements (VOTable 1.4, section 3.5). Photometry is annotated as in the
IVOA note 'Light curves as time series' (LightCurveTimeSeries): a ``GROUP`` named ``photcal`` of
``PARAM`` with utypes of the Photometry Data Model 1.1, with a ``FIELDref`` to the brightness.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Report, parse_measurement

from .chosen import Chosen
from .passing import Passing, Tally, passing
from .rows import ExportReport
from .stream import TextStream
from .ucd import brightness_ucd, known_unit
from .votxml import END, ICRS, cells, content, field, info, param, quoted, start, text_field

#: The observer stands on the Earth or flies: TOPOCENTER is where the telescope was.
_SYSTEMS = f"""{ICRS}\
<TIMESYS ID="mjd_utc" timeorigin="MJD-origin" timescale="UTC" refposition="TOPOCENTER"/>
<TIMESYS ID="bjd_tdb" timeorigin="JD-origin" timescale="TDB" refposition="BARYCENTER"/>
"""


def write_votable(
    path: Path, chosen: Chosen, control: Control | None, report: Report
) -> ExportReport:
    """Stream light curves into a VOTable.

    Values are ``flux``, or ``mag`` where magnitudes go out, each with ``_error``.

    Raises
    ------
    LightledgerError
        The file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    tally = Tally(chosen, control, report)
    with TextStream(path) as out:
        out.write(start("Light curves, one table per measurement, one row per point"))
        for key, value in chosen.header.items():
            out.write(info(key, value))
        out.write(_SYSTEMS)
        for number, name in enumerate(chosen.measurements, 1):
            before = tally.n_points
            out.write("".join(_head(chosen, name, number)))
            for curve in passing(tally, name):
                out.write(_rows(chosen, name, curve))
            out.write("</TABLEDATA></DATA>\n")
            out.write(info("rows", tally.n_points - before) + "</TABLE>\n")
        for why, count in tally.hidden.items():
            out.write(info(f"hidden, {why}", count))
        if chosen.as_magnitude:
            out.write(info("rows without a magnitude", tally.n_dark))
        out.write(END)
        out.commit()
    return tally.result(path)


def _head(chosen: Chosen, measurement: str, number: int) -> Iterator[str]:
    """A table up to its first row."""
    known = chosen.attributes(measurement)
    value = "mag" if chosen.as_magnitude else "flux"
    unit = "mag" if chosen.as_magnitude else known_unit(str(known.get("unit", "")))
    kind = "float" if chosen.value_dtype.itemsize == 4 else "double"
    ucd = brightness_ucd(known, chosen.as_magnitude)
    meaning = str(known.get("meaning", ""))
    if known.get("unit") and not unit:
        meaning += f"; unit {known['unit']}"
    yield f'<TABLE ID="table_{number}" name={quoted(measurement)}>\n'
    yield f"<DESCRIPTION>{content(meaning)}</DESCRIPTION>\n"
    yield text_field("object", chosen.ids, "meta.id;meta.main", "object")
    yield field("ra", "double", "deg", "pos.eq.ra;meta.main", "right ascension", "icrs")
    yield field("dec", "double", "deg", "pos.eq.dec;meta.main", "declination", "icrs")
    visits = chosen.visits(parse_measurement(measurement).band)["visit"]
    yield text_field("visit", map(str, visits), "meta.id", "id of the visit")
    yield field("mjd_utc", "double", "d", "time.epoch", "middle of the visit", "mjd_utc")
    barycentric = "the same at the barycentre; NaN without a position"
    yield field("bjd_tdb", "double", "d", "time.epoch", barycentric, "bjd_tdb")
    value_id = f"{value}_{number}"
    yield field(value, kind, unit, ucd, f"{value} by {measurement}", ident=value_id)
    yield field(f"{value}_error", kind, unit, f"stat.error;{ucd}", "standard error")
    yield field("flags", "int", "", "meta.code.qual", "quality flags; bits in 'flag registry'")
    yield from _photometry(chosen, measurement, value_id)
    for name in ("measurement", "aperture"):
        fact = measurement if name == "measurement" else str(known.get(name, ""))
        yield param(name, fact, ucd="meta.id" if name == "measurement" else "meta.note")
    yield "<DATA><TABLEDATA>\n"


def _photometry(chosen: Chosen, measurement: str, value_id: str) -> Iterator[str]:
    """The group that says band, magnitude system and what magnitude 0 is."""
    known = chosen.attributes(measurement)
    band = str(known.get("filter") or parse_measurement(measurement).band)
    yield '<GROUP name="photcal">\n'
    yield param(
        "filterIdentifier", band, "photDM:PhotometryFilter.identifier", "meta.id;instr.filter"
    )
    if math.isfinite(metre := float(known.get("wavelength_m", math.nan))):
        yield param(
            "effectiveWavelength", metre, "photDM:PhotometryFilter.spectralLocation.value",
            "em.wl.effective", "m",
        )  # fmt: skip
    zero, system = float(known.get("zero_point", math.nan)), str(known.get("magnitude_system", ""))
    if math.isfinite(zero):
        flux, unit = 10 ** (0.4 * zero), str(known.get("flux_unit", ""))
        if unit == "uJy":
            flux, unit = flux / 1e6, "Jy"
        yield param(
            "zeroPointFlux", flux, "photDM:PhotCal.zeroPoint.flux.value", "phot.flux;arith.zp",
            known_unit(unit),
        )  # fmt: skip
        yield param(
            "zeroPointReferenceMagnitude", 0.0,
            "photDM:PhotCal.zeroPoint.referenceMagnitude.value", "phot.mag;arith.zp", "mag",
        )  # fmt: skip
    if system:
        yield param("magnitudeSystem", system, "photDM:PhotCal.magnitudeSystem.type", "meta.code")
    yield f'<FIELDref ref="{value_id}"/>\n</GROUP>\n'


def _rows(chosen: Chosen, measurement: str, curve: Passing) -> str:
    """The rows of one light curve."""
    visits = chosen.visits(parse_measurement(measurement).band)
    ra, dec = cells(np.array([chosen.ra_deg[curve.row], chosen.dec_deg[curve.row]]))
    head = f"<TR><TD>{content(chosen.ids[curve.row])}</TD><TD>{ra}</TD><TD>{dec}</TD><TD>"
    columns = [[content(str(name)) for name in visits["visit"][curve.slots]]]
    for numbers in (
        visits["mjd_utc_mid"][curve.slots], curve.bjd_tdb, curve.value, curve.error, curve.flags
    ):  # fmt: skip
        columns.append(cells(numbers))
    rows = zip(*columns, strict=True)
    return "".join(f"{head}{'</TD><TD>'.join(row)}</TD></TR>\n" for row in rows)
