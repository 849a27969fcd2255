"""Tables of light curves to series: one for each object and band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError
from lightledger.frames.tables import Table

from .brightness import brightness_of
from .cells import numbers, quality_words, whole_numbers
from .clocks import GAIA, Clock, guess_clock
from .columns import Columns, guess_columns
from .headers import Header, read_header
from .options import ImportOptions
from .series import Brightness, Series

#: Series of one table at most.
MOST_SERIES = 100_000


def series_of(table: Table, path: Path, options: ImportOptions, part: str = "") -> list[Series]:
    """All series of one table.

    Parameters
    ----------
    table : Table
    path : Path
        For what its name tells, and messages.
    options : ImportOptions
    part : str
        Before the names of measurements, where a file has several tables.

    Raises
    ------
    LightledgerError
        It is no light curve, or the zero of its times is not known.
    """
    columns = guess_columns(table, options)
    header = read_header(table.cards, path)
    time, wrong = _times(table, columns.time)
    timed = np.isfinite(time)
    if not timed.any():
        raise LightledgerError(f"no row has a time in {columns.time}", path)
    clock = _clock(table, columns, time[timed], path, options)
    notes = [*table.notes, *columns.notes]
    if "a guess" in clock.why:
        notes.append(f"times taken as {clock.name}: {clock.why}")
    if n := int(timed.size - timed.sum()):
        of = f", {wrong} of them no numbers" if wrong else ""
        notes.append(f"{n} of {timed.size} rows have no time{of}: left out")
    brightness = _all_brightness(table, columns, header, part, notes)
    quality = quality_words(table, columns.roles.get("quality", ""))
    found = []
    for name, band, rows in _groups(table, columns, header, options, timed, path):
        of_rows = {m: _rows_of(b, rows) for m, b in brightness.items()}
        words = None if quality is None else quality[rows]
        found.append(
            Series(
                object=name,
                band=band,
                time=time[rows],
                clock=clock,
                brightness=of_rows,
                flags=np.zeros(len(rows), np.uint16) if words is None else header.bits.flags(words),
                quality=words,
                bits=header.bits,
                cadence=_part(whole_numbers(table, columns.roles.get("cadence", ""), -1), rows),
                timecorr_d=_part(_number_column(table, columns.roles.get("timecorr", "")), rows),
                places={
                    plane: numbers(table, columns.roles[plane])[0][rows].astype(np.float32)
                    for plane in ("x", "y")
                    if plane in columns.roles
                },
                ra_deg=_position(
                    header.ra_deg, table, columns.roles.get("ra", ""), rows, options.ra_deg
                ),
                dec_deg=_position(
                    header.dec_deg, table, columns.roles.get("dec", ""), rows, options.dec_deg
                ),
                magnitude=header.magnitude,
                setup=header.setup,
                exposure_s=header.exposure_s,
                n_row=int(rows.size),
            )
        )
        if len(found) > MOST_SERIES:
            raise LightledgerError(f"more than {MOST_SERIES:,} objects in one table", path)
    found[0].notes = notes
    found[0].n_row += int(timed.size - timed.sum())
    return found


def _clock(
    table: Table, columns: Columns, time: np.ndarray, path: Path, options: ImportOptions
) -> Clock:
    column = table.columns[columns.time]
    gaia = GAIA if {"source_id", "transit_id"} <= set(table.columns) else ""
    return guess_clock(
        time,
        columns.time,
        f"{column.unit} {column.about} {column.ucd}",
        table.cards,
        f"{table.comments} {path.name} {gaia}",
        options.offset,
        options.scale,
    )


def _times(table: Table, name: str) -> tuple[np.ndarray, int]:
    """Times as numbers (dates as MJD + 2400000.5), and how many cells were neither."""
    column = table.columns[name]
    if column.is_text:
        dates = _dates(column.values)
        if dates is not None:
            return dates, int(np.isnan(dates).sum()) - column.missing
    time, wrong = numbers(table, name)
    second = table.columns.get(f"{name}_1")
    if (
        second is not None
        and second.values.dtype.kind == "f"
        and np.nanmax(np.abs(second.values)) <= 1
    ):
        return time + second.values, wrong  # astropy writes a time as two numbers
    return time, wrong


def _dates(texts: np.ndarray) -> np.ndarray | None:
    """ISO dates and times as JD; None where hardly any text is one."""
    out = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        if len(text) >= 8 and text[4:5] == "-":
            try:
                out[i] = (
                    np.datetime64(text.strip().rstrip("Z").replace(" ", "T"), "us").astype(np.int64)
                    / 86400e6
                    + 2440587.5
                )
            except ValueError:
                continue
    return out if np.isfinite(out).sum() > 0.5 * len(texts) else None


def _groups(
    table: Table,
    columns: Columns,
    header: Header,
    options: ImportOptions,
    timed: np.ndarray,
    path: Path,
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Object, band and rows (those with a time) of each series."""
    usual = options.object or header.object or stem(path)
    objects = _labels(table, columns.roles.get("object", ""), usual)
    bands = _labels(table, columns.roles.get("band", ""), options.band or header.band)
    rows = np.flatnonzero(timed)
    keys = np.array([f"{o}\0{b}" for o, b in zip(objects[rows], bands[rows], strict=True)], object)
    names, inverse = np.unique(keys, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    for name, part in zip(
        names, np.split(order, np.cumsum(np.bincount(inverse))[:-1]), strict=True
    ):
        object_name, _, band = str(name).partition("\0")
        yield object_name, band, rows[part]


def _position(said: float, table: Table, name: str, rows: np.ndarray, otherwise: float) -> float:
    """Of the header, else the median of a column, else what a person says; degrees."""
    if np.isfinite(said):
        return said
    values = numbers(table, name)[0][rows] if name else np.empty(0)
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size else otherwise


def _labels(table: Table, name: str, usual: str) -> np.ndarray:
    if not name:
        return np.full(table.n_rows, usual, object)
    return np.array([str(v).strip() or usual for v in table.columns[name].values.tolist()], object)


def stem(path: Path) -> str:
    """Name of a file without what says how it is packed and written."""
    name = path.name
    for ending in (".gz", ".bz2", ".fits", ".fit"):
        name = name.removesuffix(ending)
    return name if name != path.name else path.stem


def _number_column(table: Table, name: str) -> np.ndarray | None:
    return numbers(table, name)[0] if name else None


def _part(values: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if values is None else values[rows]


def _rows_of(all_rows: Brightness, rows: np.ndarray) -> Brightness:
    return replace(
        all_rows,
        value=all_rows.value[rows],
        error=all_rows.error[rows],
        lacking=all_rows.lacking[rows],
    )


def _all_brightness(
    table: Table, columns: Columns, header: Header, part: str, notes: list[str]
) -> dict[str, Brightness]:
    found: dict[str, Brightness] = {}
    for value in columns.values:
        name = f"{header.prefix}{part}{value.name}"
        free, k = name, 2
        while free in found:
            free, k = f"{name}_{k}", k + 1
        found[free] = brightness_of(table, value, notes)
    return found
