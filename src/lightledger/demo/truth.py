"""The truth file: what was planted, and how well it must be found again.

A comma-separated table under comment lines that explain every column; empty means "does not
apply".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

MEANINGS: dict[str, str] = {
    "object": "id of the object (I and its NUMBER in the catalogue); for the staring night a name",
    "kind": "what it is",
    "role": "planted (to be found), decoy (looks odd, is not variable), constant",
    "expect": "variable: must be called variable; outlier: odd points, the rest constant; constant",
    "ra_deg": "ICRS, at the middle of the series",
    "dec_deg": "ICRS, at the middle of the series",
    "x_px": "on the common grid, centre of the first pixel = 0 (X_IMAGE - 1)",
    "y_px": "as x_px",
    "flux_ch1_ujy": "mean or quiet flux of the first band, uJy (staring: R, adu/s)",
    "flux_ch2_ujy": "the same of the second band",
    "amplitude": "peak to peak: magnitudes; transit: relative depth; walk: rms in magnitudes",
    "amplitude_tolerance": "absolute, in the unit of amplitude",
    "period_d": "period, days",
    "period_tolerance": "relative: |found / (multiple x period) - 1| must not exceed it",
    "period_multiples": "multiples of the period that count as found, separated by blanks",
    "peak_mjd": "UTC at the spacecraft, time of maximum (transit: of the middle)",
    "peak_mjd_tolerance_d": "days",
    "peak_flux_ch1_ujy": "height of the maximum above the quiet flux, uJy, in total: "
    "an aperture holds the share of it that it holds of the constant stars",
    "peak_flux_ch2_ujy": "the same of the second band",
    "peak_flux_tolerance": "relative",
    "duration_d": "first to fourth contact (T14), days",
    "duration_tolerance_d": "days",
    "pm_ra_arcsec_yr": "proper motion, times cos(dec)",
    "pm_dec_arcsec_yr": "proper motion",
    "visits": "visits with odd points, as band:visit separated by blanks",
    "note": "what makes it worth planting",
}


@dataclass(frozen=True)
class TruthRow:
    """One line of the truth file; see `MEANINGS` for units. None and '' mean: does not apply."""

    object: str
    kind: str
    role: str
    expect: str
    ra_deg: float
    dec_deg: float
    x_px: float | None = None
    y_px: float | None = None
    flux_ch1_ujy: float | None = None
    flux_ch2_ujy: float | None = None
    amplitude: float | None = None
    amplitude_tolerance: float | None = None
    period_d: float | None = None
    period_tolerance: float | None = None
    period_multiples: str = ""
    peak_mjd: float | None = None
    peak_mjd_tolerance_d: float | None = None
    peak_flux_ch1_ujy: float | None = None
    peak_flux_ch2_ujy: float | None = None
    peak_flux_tolerance: float | None = None
    duration_d: float | None = None
    duration_tolerance_d: float | None = None
    pm_ra_arcsec_yr: float | None = None
    pm_dec_arcsec_yr: float | None = None
    visits: str = ""
    note: str = ""


_TEXT = {"object", "kind", "role", "expect", "period_multiples", "visits", "note"}


def write_truth(path: Path, rows: Iterable[TruthRow], made_by: str) -> None:
    """Write the truth file; ``made_by``, its first line, tells one making from another."""
    names = [f.name for f in fields(TruthRow)]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {made_by}\n")
        file.writelines(f"# {name}: {MEANINGS[name]}\n" for name in names)
        table = csv.writer(file, lineterminator="\n")
        table.writerow(names)
        for row in rows:
            cells = (getattr(row, name) for name in names)
            table.writerow(["" if cell is None else cell for cell in cells])


def read_truth(path: Path) -> list[TruthRow]:
    """Read a truth file back.

    Raises
    ------
    OSError
        When it cannot be read.
    ValueError
        When a column is not one of the truth file's.
    """
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(line for line in file if not line.startswith("#"))
        unknown = set(table.fieldnames or ()) - set(MEANINGS)
        if unknown or not table.fieldnames:
            raise ValueError(f"{path} is not a truth file: {sorted(unknown)}")
        rows = []
        for line in table:
            values: dict[str, object] = {}
            for name, cell in line.items():
                values[name] = cell if name in _TEXT else float(cell) if cell else None
            rows.append(TruthRow(**values))  # type: ignore[arg-type]
    return rows
