"""VOTable 1.4: one table per measurement, one row per point, times and photometry annotated.

Times refer to ``TIMESYS`` elements (VOTable 1.4, section 3.5). Photometry is annotated as in the
IVOA note 'Light curves as time series' (LightCurveTimeSeries): a ``GROUP`` named ``photcal`` of
``PARAM`` with utypes of the Photometry Data Model 1.1, with a ``FIELDref`` to the brightness.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from lightledger.domain import Control, Report, parse_measurement

from .chosen import Chosen
from .passing import Passing, Tally, passing
from .rows import ExportReport, number_cells
from .stream import TextStream
from .ucd import brightness_ucd, known_unit

_SCHEMA = "http://www.ivoa.net/xml/VOTable/v1.3"
_START = f"""<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="{_SCHEMA}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="{_SCHEMA} {_SCHEMA}">
<RESOURCE type="results">
<DESCRIPTION>Light curves, one table per measurement, one row per point</DESCRIPTION>
"""
#: The observer stands on the Earth or flies: TOPOCENTER is where the telescope was.
_SYSTEMS = """<COOSYS ID="icrs" system="ICRS"/>
<TIMESYS ID="mjd_utc" timeorigin="MJD-origin" timescale="UTC" refposition="TOPOCENTER"/>
<TIMESYS ID="bjd_tdb" timeorigin="JD-origin" timescale="TDB" refposition="BARYCENTER"/>
"""
#: What XML 1.0 cannot hold, not even as a reference.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBERS = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}


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
        out.write(_START)
        for key, value in chosen.header.items():
            out.write(_info(key, value))
        out.write(_SYSTEMS)
        for number, name in enumerate(chosen.measurements, 1):
            before = tally.n_points
            out.write("".join(_head(chosen, name, number)))
            for curve in passing(tally, name):
                out.write(_rows(chosen, name, curve))
            out.write("</TABLEDATA></DATA>\n")
            out.write(_info("rows", tally.n_points - before) + "</TABLE>\n")
        for why, count in tally.hidden.items():
            out.write(_info(f"hidden, {why}", count))
        if chosen.as_magnitude:
            out.write(_info("rows without a magnitude", tally.n_dark))
        out.write("</RESOURCE>\n</VOTABLE>\n")
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
    yield f'<TABLE ID="table_{number}" name={_quoted(measurement)}>\n'
    yield f"<DESCRIPTION>{_text(meaning)}</DESCRIPTION>\n"
    yield _text_field("object", chosen.ids, "meta.id;meta.main", "object")
    yield _field("ra", "double", "deg", "pos.eq.ra;meta.main", "right ascension", "icrs")
    yield _field("dec", "double", "deg", "pos.eq.dec;meta.main", "declination", "icrs")
    visits = chosen.visits(parse_measurement(measurement).band)["visit"]
    yield _text_field("visit", map(str, visits), "meta.id", "id of the visit")
    yield _field("mjd_utc", "double", "d", "time.epoch", "middle of the visit", "mjd_utc")
    barycentric = "the same at the barycentre; NaN without a position"
    yield _field("bjd_tdb", "double", "d", "time.epoch", barycentric, "bjd_tdb")
    value_id = f"{value}_{number}"
    yield _field(value, kind, unit, ucd, f"{value} by {measurement}", ident=value_id)
    yield _field(f"{value}_error", kind, unit, f"stat.error;{ucd}", "standard error")
    yield _field("flags", "int", "", "meta.code.qual", "quality flags; bits in 'flag registry'")
    yield from _photometry(chosen, measurement, value_id)
    for name in ("measurement", "aperture"):
        fact = measurement if name == "measurement" else str(known.get(name, ""))
        yield _param(name, fact, ucd="meta.id" if name == "measurement" else "meta.note")
    yield "<DATA><TABLEDATA>\n"


def _photometry(chosen: Chosen, measurement: str, value_id: str) -> Iterator[str]:
    """The group that says band, magnitude system and what magnitude 0 is."""
    known = chosen.attributes(measurement)
    band = str(known.get("filter") or parse_measurement(measurement).band)
    yield '<GROUP name="photcal">\n'
    yield _param(
        "filterIdentifier", band, "photDM:PhotometryFilter.identifier", "meta.id;instr.filter"
    )
    if math.isfinite(metre := float(known.get("wavelength_m", math.nan))):
        yield _param(
            "effectiveWavelength", metre, "photDM:PhotometryFilter.spectralLocation.value",
            "em.wl.effective", "m",
        )  # fmt: skip
    zero, system = float(known.get("zero_point", math.nan)), str(known.get("magnitude_system", ""))
    if math.isfinite(zero):
        flux, unit = 10 ** (0.4 * zero), str(known.get("flux_unit", ""))
        if unit == "uJy":
            flux, unit = flux / 1e6, "Jy"
        yield _param(
            "zeroPointFlux", flux, "photDM:PhotCal.zeroPoint.flux.value", "phot.flux;arith.zp",
            known_unit(unit),
        )  # fmt: skip
        yield _param(
            "zeroPointReferenceMagnitude", 0.0,
            "photDM:PhotCal.zeroPoint.referenceMagnitude.value", "phot.mag;arith.zp", "mag",
        )  # fmt: skip
    if system:
        yield _param("magnitudeSystem", system, "photDM:PhotCal.magnitudeSystem.type", "meta.code")
    yield f'<FIELDref ref="{value_id}"/>\n</GROUP>\n'


def _rows(chosen: Chosen, measurement: str, curve: Passing) -> str:
    """The rows of one light curve."""
    visits = chosen.visits(parse_measurement(measurement).band)
    ra, dec = (_NUMBERS.get(x, x) for x in number_cells(_place(chosen, curve.row)))
    head = f"<TR><TD>{_text(chosen.ids[curve.row])}</TD><TD>{ra}</TD><TD>{dec}</TD><TD>"
    columns = [[_text(str(name)) for name in visits["visit"][curve.slots]]]
    for numbers in (
        visits["mjd_utc_mid"][curve.slots], curve.bjd_tdb, curve.value, curve.error, curve.flags
    ):  # fmt: skip
        columns.append([_NUMBERS.get(x, x) for x in number_cells(numbers)])
    rows = zip(*columns, strict=True)
    return "".join(f"{head}{'</TD><TD>'.join(cells)}</TD></TR>\n" for cells in rows)


def _place(chosen: Chosen, row: int) -> np.ndarray:
    return np.array([chosen.ra_deg[row], chosen.dec_deg[row]])


def _field(
    name: str, kind: str, unit: str, ucd: str, meaning: str, ref: str = "", ident: str = ""
) -> str:
    facts = {"ID": ident, "name": name, "datatype": kind, "unit": unit, "ucd": ucd, "ref": ref}
    if kind in ("char", "unicodeChar"):
        facts["arraysize"] = "*"
    said = " ".join(f"{key}={_quoted(fact)}" for key, fact in facts.items() if fact)
    return f"<FIELD {said}><DESCRIPTION>{_text(meaning)}</DESCRIPTION></FIELD>\n"


def _text_field(name: str, texts: Iterable[str], ucd: str, meaning: str) -> str:
    kind = "char" if all(text.isascii() for text in texts) else "unicodeChar"
    return _field(name, kind, "", ucd, meaning)


def _param(name: str, value: str | float, utype: str = "", ucd: str = "", unit: str = "") -> str:
    facts = {"name": name, "ucd": ucd, "utype": utype, "unit": unit}
    if isinstance(value, str):
        facts |= {"datatype": "char" if value.isascii() else "unicodeChar", "arraysize": "*"}
    else:
        facts["datatype"] = "double"
    said = " ".join(f"{key}={_quoted(fact)}" for key, fact in facts.items() if fact)
    return f"<PARAM {said} value={_quoted(str(value))}/>\n"


def _info(name: str, value: object) -> str:
    name = re.sub(r"\W+", "_", name)  # readers make an ID of it
    return f"<INFO name={_quoted(name)} value={_quoted(str(value))}/>\n"


def _text(text: str) -> str:
    """A text as the content of an element."""
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split())))


def _quoted(text: str) -> str:
    """A text as the value of an attribute, with its quotes."""
    return quoteattr(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split())))
