"""AAVSO Extended File Format 1.2, as WebObs takes it.

Source: https://www.aavso.org/aavso-extended-file-format (fields, limits, comments after ``#``).
Times are JD, UTC, at mid-exposure (``#DATE=JD``); nothing is transformed (``TRANS=NO``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Progress,
    Report,
    parse_measurement,
    silent,
)
from lightledger.domain.magnitudes import LIMIT_SIGMA, to_magnitude
from lightledger.domain.times import MJD_ZERO

from .rows import ExportReport, Piece, comment
from .stream import TextStream

FIELDS = "NAME,DATE,MAG,MERR,FILT,TRANS,MTYPE,CNAME,CMAG,KNAME,KMAG,AMASS,GROUP,CHART,NOTES"
#: Filter codes of the format; a band of another name needs a code from the user.
_CODES = """
    U B V R I J H K TG TB TR CV CR SZ SU SG SR SI STU STV STB STY STHBW STHBN MA MB MI ZS Y
    HA HAC CBB O
"""
FILTERS = frozenset(_CODES.split())
#: Usual names of bands, lower case, that have a code of another name.
ALIASES = {
    "rc": "R",
    "ic": "I",
    "clear": "CV",
    "c": "CV",
    "lum": "CV",
    "l": "CV",
    "cbb": "CBB",
    "up": "SU",
    "gp": "SG",
    "rp": "SR",
    "ip": "SI",
    "zp": "SZ",
    "sloan_u": "SU",
    "sloan_g": "SG",
    "sloan_r": "SR",
    "sloan_i": "SI",
    "sloan_z": "SZ",
    "halpha": "HA",
    "h_alpha": "HA",
}
#: What the format takes.
SUFFIXES = (".txt", ".csv", ".tsv")


def filter_code(band: str, given: Mapping[str, str] | None = None) -> str:
    """Code of a band: given by the user, its own name, a usual alias, else 'O' (other).

    >>> filter_code("V"), filter_code("Rc"), filter_code("ch1"), filter_code("ch1", {"ch1": "CV"})
    ('V', 'R', 'O', 'CV')
    """
    if given and band in given:
        return given[band]
    if band in FILTERS:
        return band
    return ALIASES.get(band.lower(), "O")


def write_aavso(
    path: Path,
    pieces: Iterable[Piece],
    header: Mapping[str, object],
    reasons: Iterable[str],
    *,
    observer_code: str = "",
    software: str = "Lightledger",
    filters: Mapping[str, str] | None = None,
    comparison_magnitude: float = float("nan"),
    chart: str = "na",
    n_pieces: int = 0,
    control: Control | None = None,
    report: Report = silent,
) -> ExportReport:
    """Stream light curves into a report for the AAVSO.

    Parameters
    ----------
    path : Path
        ``.txt``, ``.csv`` or ``.tsv``; replaced only when the export is complete.
    pieces : iterable of Piece
        Corrected by an ensemble, or in a standard magnitude system.
    header, reasons
        See `lightledger.export.csv.write_csv`; they become comments.
    observer_code : str
        The observer's code ('' leaves the place open: the report cannot be sent without it).
    filters : mapping, optional
        Codes of bands that have none of their own.
    comparison_magnitude : float
        Known magnitude of the comparison stars' summed light: magnitudes are then on its
        system (MTYPE STD); without it, and without a standard zero point, they are differences
        to that light (MTYPE DIF).

    Notes
    -----
    A flux below 3 sigma is reported as fainter than 3 sigma, and so is an upper limit. A point
    without any magnitude is left out and counted in a comment.

    Raises
    ------
    LightledgerError
        Instrumental magnitudes without comparison stars; a suffix WebObs refuses; a file that
        cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise LightledgerError(
            "the AAVSO takes files named .txt, .csv or .tsv only", path, "choose such a name"
        )
    hidden = dict.fromkeys(reasons, 0)
    n_rows = n_curves = n_out = 0
    with TextStream(path) as out:
        code = observer_code.strip()
        out.write(f"#TYPE=EXTENDED\n#OBSCODE={_plain(code)}\n#SOFTWARE={_plain(software)}\n")
        out.write("#DELIM=,\n#DATE=JD\n#OBSTYPE=CCD\n")
        for key, value in header.items():
            out.write(comment(key, value))
        rows_at = out.reserve("# rows: ")
        hidden_at = {why: out.reserve(f"# hidden, {why}: ") for why in hidden}
        out_at = out.reserve("# left out, no magnitude: ")
        out.write(f"#{FIELDS}\n")
        for piece in pieces:
            if control is not None:
                control.check()
            lines = _rows(piece, filters, comparison_magnitude, chart)
            out.write("".join(lines))
            n_rows += len(lines)
            n_out += len(piece.light_curve) - len(lines)
            n_curves += 1
            for why, n in piece.hidden.items():
                hidden[why] = hidden.get(why, 0) + n
            report(Progress("export", n_curves, n_pieces, f"{n_rows:,} rows"))
        out.fill(rows_at, n_rows)
        for why, place in hidden_at.items():
            out.fill(place, hidden[why])
        out.fill(out_at, n_out)
        out.commit()
    return ExportReport(path, n_rows, n_curves, hidden, n_out, n_out)


def _rows(
    piece: Piece, filters: Mapping[str, str] | None, comparison_magnitude: float, chart: str
) -> list[str]:
    curve = piece.light_curve
    zero, kind = _zero_point(piece, comparison_magnitude)
    magnitude, error = to_magnitude(curve.value, curve.error, zero)
    least = LIMIT_SIGMA * np.asarray(curve.error)
    limit, _ = to_magnitude(least, np.zeros(len(curve)), zero)
    with np.errstate(invalid="ignore"):
        faint = ((curve.value < least) | np.isfinite(curve.upper_limit)) & np.isfinite(limit)
    check = None
    if piece.check_value is not None:
        check, _ = to_magnitude(piece.check_value, np.zeros(len(curve)), zero)
    compared = piece.comparison_name if curve.corrected else "na"
    code = filter_code(parse_measurement(curve.measurement).band, filters)
    name = _plain(curve.object)[:30]
    check_name = _plain(piece.check_name) or "na"
    lines = []
    for i in range(len(curve)):
        if faint[i]:
            mag, merr = f"<{limit[i]:.4f}", "na"
        elif np.isfinite(magnitude[i]):
            mag, merr = f"{magnitude[i]:.4f}", _number(error[i], 4)[:6]
        else:
            continue
        airmass = "na" if piece.airmass is None else _number(piece.airmass[i], 3)
        k_mag = "na" if check is None else _number(check[i], 4)
        note = _plain(f"{curve.measurement} visit {curve.visit[i]}")
        jd = f"{curve.time[i] + MJD_ZERO:.6f}"
        cells = (name, jd, mag, merr, code, "NO", kind, _plain(compared), "na", check_name, k_mag)
        lines.append(",".join((*cells, airmass, "na", _plain(chart) or "na", note)) + "\n")
    return lines


def _zero_point(piece: Piece, comparison_magnitude: float) -> tuple[float, str]:
    compared = piece.light_curve.corrected and piece.comparison_flux > 0
    if compared and np.isfinite(comparison_magnitude):
        return comparison_magnitude + 2.5 * np.log10(piece.comparison_flux), "STD"
    if np.isfinite(piece.zero_point) and piece.magnitude_system not in ("", "instrumental"):
        return piece.zero_point, "STD"
    if compared:
        return 2.5 * np.log10(piece.comparison_flux), "DIF"
    raise LightledgerError(
        f"{piece.light_curve.measurement} has instrumental magnitudes without comparison stars",
        advice="switch the correction on: the AAVSO wants magnitudes against comparison stars",
    )


def _number(x: float, digits: int) -> str:
    return f"{x:.{digits}f}" if np.isfinite(x) else "na"


def _plain(text: str) -> str:
    """Without the delimiter and line breaks; printable ASCII as WebObs wants it."""
    clean = " ".join(text.replace(",", " ").split())
    return clean.encode("ascii", "replace").decode()
