"""A reference catalogue of any common format: which objects, and where."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Control, LightledgerError, Problem, counted

from . import catalogue_columns as meaning
from .table_readers import read_tables
from .tables import Column, Table

#: An integer column with a longer value than this holds identifiers of a survey.
_RUNNING_NUMBER = 10**7
_LONGEST_ID = 64


@dataclass(frozen=True)
class Catalogue:
    """Objects of a catalogue, in its order; rows without a position are left out.

    Attributes
    ----------
    ids : list of str
        Unique. The catalogue's own, or ``I<NUMBER>`` from a running number or the row.
    ra, dec : ndarray of float64, shape (n,)
        As the catalogue gives them (ICRS or J2000), degrees; nan where unknown.
    x, y : ndarray of float64, shape (n,), or None
        0-based pixels; None when the catalogue has none.
    columns : dict of str to ndarray
        All columns as found: numbers (missing: nan) or object arrays of str (missing: '').
    units : dict of str to str
        Of the columns that have one.
    guesses : dict of str to str
        What was taken for what: 'id', 'ra', 'dec' (or 'l', 'b'), 'x', 'y', 'mag' to names of
        columns; 'angle' the unit of RA, 'pixel_origin' '0' or '1', 'format' the kind of file.
    problems : tuple of Problem
        Remarks, counted.
    """

    ids: list[str]
    ra: np.ndarray
    dec: np.ndarray
    x: np.ndarray | None
    y: np.ndarray | None
    columns: dict[str, np.ndarray]
    units: dict[str, str]
    guesses: dict[str, str]
    problems: tuple[Problem, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def has_sky(self) -> bool:
        return bool(np.isfinite(self.ra).any())


def read_catalogue(path: str | Path, *, control: Control | None = None) -> Catalogue:
    """Read a reference catalogue.

    ECSV, FITS table, FITS_LDAC, VOTable, SExtractor ASCII_HEAD, CSV and other delimited text, any
    of them gzipped. Columns are recognised by name, UCD and unit.

    Parameters
    ----------
    path : path-like
    control : Control, optional
        Cancels between the steps.

    Raises
    ------
    LightledgerError
        One line: unreadable, no rows, no columns with positions, no row with one.
    """
    path = Path(path)
    tables = read_tables(path)
    if control is not None:
        control.check()
    placed = [table for table in tables if _positions(table)]
    if not placed:
        names = ", ".join(list(tables[0].columns)[:12])
        raise LightledgerError(
            "no columns with positions",
            path,
            f"name them ra and dec, or x and y (found: {names})",
        )
    table = next((t for t in placed if t.kind == "FITS_LDAC"), placed[0])
    notes = list(table.notes)
    if len(placed) > 1:
        notes.append(
            f"the file holds {counted(len(placed), 'table')} with positions: the first is used"
        )
    catalogue = _interpret(table, path, notes)
    if control is not None:
        control.check()
    return catalogue


def _positions(table: Table) -> bool:
    finders = (meaning.find_equatorial, meaning.find_galactic, meaning.find_pixels)
    return any(find(table) is not None for find in finders)


def _interpret(table: Table, path: Path, notes: list[str]) -> Catalogue:
    guesses = {"format": table.kind}
    ra, dec = sky_positions(table, guesses)
    x, y = pixel_positions(table, guesses)
    has_sky = np.isfinite(ra) & np.isfinite(dec)
    ra, dec = np.where(has_sky, ra, np.nan), np.where(has_sky, dec, np.nan)
    keep = has_sky.copy()
    if x is not None and y is not None:
        has_pixel = np.isfinite(x) & np.isfinite(y)
        x, y = np.where(has_pixel, x, np.nan), np.where(has_pixel, y, np.nan)
        keep |= has_pixel
    if not keep.any():
        raise LightledgerError("no row of the catalogue has a usable position", path)
    if magnitude := meaning.find_magnitude(table):
        guesses["mag"] = magnitude

    problems = [Problem(note, path.name, severity="note") for note in notes]
    refused = int(np.count_nonzero(~keep))
    if refused:
        rows = "row has" if refused == 1 else "rows have"
        what = f"{refused} of {keep.size} {rows} no usable position and were left out"
        problems.append(Problem(what, path.name))
    missing = sum(column.missing for column in table.columns.values())
    if missing:
        n_columns = sum(column.missing > 0 for column in table.columns.values())
        where = counted(n_columns, "column")
        what = f"{missing} missing values in {where} are kept as nan or empty"
        problems.append(Problem(what, path.name, severity="note"))
    if repeated := _repeated_places(ra[keep], dec[keep]):
        rows = counted(repeated, "row stands", "rows stand")
        what = f"{rows} at the place of an earlier one (within 0.1 arcsec)"
        problems.append(Problem(what, path.name, severity="note"))
    ids, id_notes = _ids(table, guesses, keep)
    problems += [Problem(note, path.name, severity="note") for note in id_notes]
    return Catalogue(
        ids=ids,
        ra=ra[keep],
        dec=dec[keep],
        x=None if x is None else x[keep],
        y=None if y is None else y[keep],
        columns={name: column.values[keep] for name, column in table.columns.items()},
        units={name: column.unit for name, column in table.columns.items() if column.unit},
        guesses=guesses,
        problems=tuple(problems),
    )


def _repeated_places(ra: np.ndarray, dec: np.ndarray) -> int:
    """How many positions come again: a table of many visits is no catalogue of objects."""
    known = np.isfinite(ra)
    cells = np.round(
        np.column_stack([ra[known] * np.cos(np.radians(dec[known])), dec[known]]) * 36e3
    )
    return int(known.sum() - len(np.unique(cells, axis=0)))


def sky_positions(table: Table, guesses: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """RA and Dec in degrees; nan where missing or impossible."""
    pair, names = meaning.find_equatorial(table), ("ra", "dec")
    galactic = pair is None
    if galactic:
        pair, names = meaning.find_galactic(table), ("l", "b")
    if pair is None:
        nowhere = np.full(table.n_rows, np.nan)
        return nowhere, nowhere.copy()
    guesses.update(zip(names, (pair.first, pair.second), strict=True))
    columns = table.columns
    longitude, unit = meaning.angles(columns[pair.first], pair.first, not galactic)
    latitude, _ = meaning.angles(columns[pair.second], pair.second, False)
    guesses["angle"] = unit
    with np.errstate(invalid="ignore"):
        possible = (np.abs(latitude) <= 90) & (longitude >= -180) & (longitude <= 360)
    longitude = np.where(possible, longitude, np.nan) % 360.0
    latitude = np.where(possible, latitude, np.nan)
    return _from_galactic(longitude, latitude) if galactic else (longitude, latitude)


def _from_galactic(l_deg: np.ndarray, b_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from astropy.coordinates import SkyCoord

    icrs = SkyCoord(l=l_deg, b=b_deg, unit="deg", frame="galactic").icrs
    return np.array(icrs.ra.deg), np.array(icrs.dec.deg)


def pixel_positions(
    table: Table, guesses: dict[str, str]
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """0-based pixels; None where there are none."""
    pair = meaning.find_pixels(table)
    if pair is None:
        return None, None
    first, second = table.columns[pair.first], table.columns[pair.second]
    if first.is_text or second.is_text:
        return None, None
    guesses.update({"x": pair.first, "y": pair.second, "pixel_origin": str(pair.origin)})
    return (
        first.values.astype(np.float64) - pair.origin,
        second.values.astype(np.float64) - pair.origin,
    )


def _ids(table: Table, guesses: dict[str, str], keep: np.ndarray) -> tuple[list[str], list[str]]:
    """Unique ids of the rows kept, and remarks."""
    best: tuple[float, str, list[str]] | None = None
    for name in meaning.id_candidates(table):
        texts = id_texts(table.columns[name], keep)
        if texts is None:
            continue
        distinct = len(set(texts) - {""}) / len(texts)
        if best is None or distinct > best[0]:
            best = (distinct, name, texts)
        if distinct == 1.0:
            break
    rows = [f"I{row + 1}" for row in np.flatnonzero(keep)]
    if best is None:
        return rows, ["the catalogue has no ids: objects are named by their row, I1, I2, ..."]
    distinct, name, texts = best
    if distinct < 0.5:
        return rows, [f"{name} repeats too often to be an id: objects are named by their row"]
    guesses["id"] = name
    return _unique(texts, rows, name)


def id_texts(column: Column, keep: np.ndarray) -> list[str] | None:
    """Ids as texts; None when the column cannot hold any."""
    values = column.values[keep]
    if column.is_text:
        # Printable, one blank at most: ids stand in files, tables and on a command line.
        texts = [re.sub(r"[\x00-\x1f\x7f\s]+", " ", value).strip() for value in values]
        return [text[:_LONGEST_ID] for text in texts]
    if values.dtype.kind == "f":
        whole = np.where(np.isfinite(values), values, 0.0)
        if not ((whole == np.floor(whole)) & (np.abs(whole) < 2.0**53)).all():
            return None
    elif values.dtype.kind not in "iu":
        return None
    numbers = ["" if value != value else str(int(value)) for value in values.tolist()]
    largest = max((abs(int(number)) for number in numbers if number), default=0)
    if largest > _RUNNING_NUMBER:
        return numbers
    return [f"I{number}" if number else "" for number in numbers]


def _unique(texts: list[str], rows: list[str], name: str) -> tuple[list[str], list[str]]:
    """The second of equal ids gets ``-2``, the third ``-3``; empty ones are named by their row."""
    notes = []
    if empty := texts.count(""):
        notes.append(
            f"{counted(empty, 'object has', 'objects have')} no {name}: named by their row"
        )
    taken, seen = set(texts), Counter[str]()
    ids, repeated, example = [], 0, ""
    for text, row in zip(texts, rows, strict=True):
        wanted = text or row
        seen[wanted] += 1
        chosen = wanted
        if seen[wanted] > 1 or (not text and wanted in taken):
            number = max(seen[wanted], 2)
            while (chosen := f"{wanted}-{number}") in taken:
                number += 1
            seen[wanted] = number
            repeated += 1
            example = example or f"{wanted} became {chosen}"
        taken.add(chosen)
        ids.append(chosen)
    if repeated:
        notes.append(f"{repeated} ids of {name} repeat and were made unique ({example}, ...)")
    return ids, notes
