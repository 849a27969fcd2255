"""The long CSV: one row per point, with everything needed to know what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Progress, Report, parse_measurement, silent
from lightledger.domain.magnitudes import to_magnitude

from .rows import ExportReport, Piece, comment, number_cells, quoted_cell, text_cell
from .stream import TextStream

COLUMNS = "object,ra_deg,dec_deg,band,measurement,visit,mjd_utc,bjd_tdb,value,error,unit,flags"


def write_csv(
    path: Path,
    pieces: Iterable[Piece],
    header: Mapping[str, object],
    reasons: Iterable[str],
    *,
    as_magnitude: bool = False,
    n_pieces: int = 0,
    control: Control | None = None,
    report: Report = silent,
) -> ExportReport:
    """Stream light curves into a long CSV.

    Parameters
    ----------
    path : Path
        Replaced only when the export is complete.
    pieces : iterable of Piece
        Taken one at a time.
    header : mapping
        Comment lines ``# key: value``: store, recipe hash, filters, ...
    reasons : iterable of str
        Every reason for which points may be hidden; each gets a line with its count.
    as_magnitude : bool
        Values as magnitudes; rows without one (flux <= 0) stay, with nan, and are counted.
    n_pieces : int
        How many there will be, for progress; 0: unknown.

    Raises
    ------
    LightledgerError
        When the file cannot be written.
    Cancelled
        When ``control`` was cancelled; nothing is left behind.
    """
    hidden = dict.fromkeys(reasons, 0)
    n_rows = n_curves = n_dark = 0
    with TextStream(path) as out:
        for key, value in header.items():
            out.write(comment(key, value))
        rows_at = out.reserve("# rows: ")
        hidden_at = {why: out.reserve(f"# hidden, {why}: ") for why in hidden}
        dark_at = out.reserve("# rows without a magnitude: ") if as_magnitude else None
        out.write(COLUMNS + "\n")
        for piece in pieces:
            if control is not None:
                control.check()
            lines, dark = point_lines(piece, as_magnitude)
            out.write("".join(lines))
            n_rows += len(lines)
            n_dark += dark
            n_curves += 1
            for why, n in piece.hidden.items():
                hidden[why] = hidden.get(why, 0) + n
            report(Progress("export", n_curves, n_pieces, f"{n_rows:,} rows"))
        out.fill(rows_at, n_rows)
        for why, place in hidden_at.items():
            out.fill(place, hidden[why])
        if dark_at is not None:
            out.fill(dark_at, n_dark)
        out.commit()
    return ExportReport(path, n_rows, n_curves, hidden, n_dark)


def point_lines(
    piece: Piece, as_magnitude: bool, spreadsheet: bool = True
) -> tuple[list[str], int]:
    """Lines of one light curve, and how many have no magnitude.

    ``spreadsheet``: text that one would run as a formula is defused.
    """
    text = text_cell if spreadsheet else quoted_cell
    curve = piece.light_curve
    value, error, unit = curve.value, curve.error, curve.unit
    dark = 0
    if as_magnitude:
        value, error = to_magnitude(value, error, piece.zero_point)
        unit = f"mag({piece.magnitude_system})" if piece.magnitude_system else "mag"
        dark = int(np.count_nonzero(~np.isfinite(value)))
    band = parse_measurement(curve.measurement).band
    first = ",".join(
        (
            text(curve.object),
            repr(float(curve.ra_deg)),
            repr(float(curve.dec_deg)),
            text(band),
            text(curve.measurement),
        )
    )
    last = text(unit)
    cells = zip(
        map(text, curve.visit.tolist()),
        number_cells(curve.time),
        number_cells(curve.bjd_tdb),
        number_cells(value),
        number_cells(error),
        curve.flags.tolist(),
        strict=True,
    )
    return [
        f"{first},{visit},{mjd},{bjd},{v},{e},{last},{flags}\n"
        for visit, mjd, bjd, v, e, flags in cells
    ], dark
