"""The wide CSV: one row per object and visit, measurements side by side.

Rows of a band follow each other; the columns of another band's measurements are nan there.
A cell that does not pass the filters is ``nan,nan,-1``: flags of points that pass are never
negative. A row is written where any of its measurements passes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.domain import Control, Report, parse_measurement

from .chosen import Block, Chosen
from .passing import Tally
from .rows import ExportReport, comment, number_cells, text_cell
from .stream import TextStream

#: Columns before those of the measurements.
FIRST = ("object", "ra_deg", "dec_deg", "band", "visit", "mjd_utc", "bjd_tdb")
#: Flags of a cell that holds no point.
NO_POINT = -1


def write_wide(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    """Stream light curves into a wide CSV, some objects in memory at a time.

    For each measurement M there are columns ``M, M_error, M_flags``; comments say their units.

    Raises
    ------
    LightledgerError
        When the file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    tally = Tally(chosen, control, report)
    bands: dict[str, list[str]] = {}
    for name in chosen.measurements:
        bands.setdefault(parse_measurement(name).band, []).append(name)
    with TextStream(path) as out:
        for key, value in chosen.header.items():
            out.write(comment(key, value))
        for name in chosen.measurements:
            out.write(comment(f"unit, {name}", chosen.attributes(name).get("unit", "")))
        rows_at = out.reserve("# points: ")
        hidden_at = {why: out.reserve(f"# hidden, {why}: ") for why in tally.hidden}
        dark_at = out.reserve("# points without a magnitude: ") if chosen.as_magnitude else None
        cells = [
            f"{name}{part}" for name in chosen.measurements for part in ("", "_error", "_flags")
        ]
        out.write(",".join(map(text_cell, [*FIRST, *cells])) + "\n")
        for band, names in bands.items():
            visits = chosen.visits(band)
            for first, last in tally.ranges(len(visits["visit"]) * len(names)):
                blocks = {name: chosen.block(name, first, last) for name in names}
                for name, block in blocks.items():
                    tally.add(block, name, first)
                bjd = chosen.bjd_tdb(band, first, last)
                for i in range(last - first):
                    out.write(_rows(chosen, band, first + i, i, blocks, bjd[i]))
        out.fill(rows_at, tally.n_points)
        for why, place in hidden_at.items():
            out.fill(place, tally.hidden[why])
        if dark_at is not None:
            out.fill(dark_at, tally.n_dark)
        out.commit()
    return tally.result(path)


def _rows(
    chosen: Chosen, band: str, row: int, i: int, blocks: dict[str, Block], bjd_tdb: np.ndarray
) -> str:
    """The lines of one object in one band."""
    visits = chosen.visits(band)
    keeps = {name: _keep(block, i) for name, block in blocks.items()}
    slots = np.flatnonzero(np.logical_or.reduce(list(keeps.values())))
    first = (chosen.ids[row], float(chosen.ra_deg[row]), float(chosen.dec_deg[row]), band)
    head = ",".join((text_cell(first[0]), repr(first[1]), repr(first[2]), text_cell(band)))
    columns = [
        list(map(text_cell, map(str, visits["visit"][slots]))),
        number_cells(visits["mjd_utc_mid"][slots]),
        number_cells(bjd_tdb[slots]),
    ]
    for name in chosen.measurements:
        if name in blocks:
            keep, block = keeps[name][slots], blocks[name]
            columns.append(number_cells(np.where(keep, block.value[i, slots], np.nan)))
            columns.append(number_cells(np.where(keep, block.error[i, slots], np.nan)))
            columns.append(
                number_cells(np.where(keep, block.flags[i, slots].astype(int), NO_POINT))
            )
        else:
            columns += [["nan"] * len(slots), ["nan"] * len(slots), [str(NO_POINT)] * len(slots)]
    return "".join(f"{head},{','.join(cells)}\n" for cells in zip(*columns, strict=True))


def _keep(block: Block, i: int) -> np.ndarray:
    return np.ones(block.value.shape[1], bool) if block.keep is None else block.keep[i]
