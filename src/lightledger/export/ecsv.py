"""ECSV: a CSV whose header says type, unit and meaning of every column, and the time scales.

ECSV 1.0 (Aldcroft, Astropy Proposal for Enhancement 6). Times are declared as astropy writes
them, so that ``Table.read`` gives ``Time`` columns: MJD in UTC, and BJD in TDB. astropy refuses a
``Time`` that is not finite, so BJD is a column of numbers where a position is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Progress, Report, parse_measurement

from .chosen import Chosen
from .csv import COLUMNS, point_lines
from .rows import ExportReport
from .stream import TextStream

#: Type, unit, meaning; times have the unit of their format, days.
_TYPES = {
    "ra_deg": ("float64", "deg", "right ascension, ICRS"),
    "dec_deg": ("float64", "deg", "declination, ICRS"),
    "mjd_utc": ("float64", "", "middle of the visit, MJD, UTC, at the observer"),
    "bjd_tdb": ("float64", "", "the same at the barycentre, JD, TDB; nan without a position"),
    "flags": ("int32", "", "quality flags; the registry is in the header"),
}
_TIMES = {"mjd_utc": ("mjd", "utc"), "bjd_tdb": ("jd", "tdb")}


def write_ecsv(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    """Stream light curves into an ECSV, one row per point; columns as in the long CSV.

    ``value`` and ``error`` carry a unit where all measurements have the same; the column ``unit``
    always does.

    Raises
    ------
    LightledgerError
        When the file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    hidden = dict.fromkeys(chosen.reasons, 0)
    n_rows = n_curves = n_dark = 0
    with TextStream(path) as out:
        out.write("".join(_head(chosen)))
        rows_at = out.reserve("# - rows: ")
        hidden_at = {why: out.reserve(f"# - {quoted(f'hidden, {why}')}: ") for why in hidden}
        dark_at = out.reserve("# - rows without a magnitude: ")
        out.write("# schema: astropy-2.0\n" + COLUMNS + "\n")
        for piece in chosen.pieces():
            if control is not None:
                control.check()
            lines, dark = point_lines(piece, chosen.as_magnitude, spreadsheet=False)
            out.write("".join(lines))
            n_rows, n_curves, n_dark = n_rows + len(lines), n_curves + 1, n_dark + dark
            for why, n in piece.hidden.items():
                hidden[why] += n
            report(Progress("export", n_curves, chosen.n_curves, f"{n_rows:,} rows"))
        out.fill(rows_at, n_rows)
        for why, place in hidden_at.items():
            out.fill(place, hidden[why])
        out.fill(dark_at, n_dark)
        out.commit()
    return ExportReport(path, n_rows, n_curves, hidden, n_dark)


def _head(chosen: Chosen) -> Iterator[str]:
    """Everything before the counts."""
    units = {str(chosen.attributes(name).get("unit", "")) for name in chosen.measurements}
    unit = units.pop() if len(units) == 1 else ""
    unit = "mag" if unit.startswith("mag(") else unit  # the system is in the column `unit`
    yield "# %ECSV 1.0\n# ---\n# delimiter: ','\n# datatype:\n"
    times = dict(_TIMES)
    if not _all_placed(chosen):
        del times["bjd_tdb"]
    for name in COLUMNS.split(","):
        kind, its_unit, meaning = _TYPES.get(name, ("string", "", ""))
        if name in ("value", "error"):
            kind, its_unit = chosen.value_dtype.name, unit
        elif name in _TIMES and name not in times:
            its_unit = "d"
        facts = {"name": name, "unit": its_unit, "datatype": kind, "description": meaning}
        said = ", ".join(f"{key}: {quoted(fact)}" for key, fact in facts.items() if fact)
        yield f"# - {{{said}}}\n"
    yield "# meta: !!omap\n# - __serialized_columns__:\n"
    for name, (form, scale) in times.items():
        yield f"#     {name}:\n#       __class__: astropy.time.core.Time\n"
        yield f"#       format: {form}\n#       scale: {scale}\n"
        yield f"#       value: !astropy.table.SerializedColumn {{name: {name}}}\n"
    for key, value in chosen.header.items():
        yield f"# - {quoted(key)}: {quoted(' '.join(str(value).split()))}\n"


def _all_placed(chosen: Chosen) -> bool:
    """Whether every row has a BJD: positions of all objects, and of the observer in all visits."""
    bands = {parse_measurement(name).band for name in chosen.measurements}
    places = [chosen.ra_deg, chosen.dec_deg]
    unknown = np.array([np.nan])
    places += [chosen.visits(band).get("observer_x_km", unknown) for band in bands]
    return all(bool(np.isfinite(place).all()) for place in places)


def quoted(text: str) -> str:
    r"""A text as YAML writes it in double quotes, plain ASCII on one line.

    >>> print(quoted('a "b" é'))
    "a \U00000022b\U00000022 \U000000e9"
    """
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'
