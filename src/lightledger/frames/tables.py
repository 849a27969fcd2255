"""Tables of any common format as plain columns, before anyone asks what they mean.

ECSV, FITS tables (FITS_LDAC too), VOTable, SExtractor ASCII_HEAD, CSV and its relatives.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import LightledgerError

MAX_BYTES = 1 << 30
MAX_ROWS = 5_000_000
_MISSING = frozenset({"", "nan", "null", "none", "--", "n/a", "na", "masked", '""'})


@dataclass(frozen=True)
class Column:
    """One column: numbers (missing: nan) or texts (missing: '').

    Attributes
    ----------
    values : ndarray, shape (n,)
        float, int, bool, or object array of str.
    missing : int
        How many values are.
    """

    values: np.ndarray
    unit: str = ""
    ucd: str = ""
    about: str = ""
    missing: int = 0

    @property
    def is_text(self) -> bool:
        return self.values.dtype == object


@dataclass
class Table:
    """Columns in their order, the kind of file, free text that came with it, and remarks."""

    columns: dict[str, Column] = field(default_factory=dict)
    kind: str = ""
    comments: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values())).values) if self.columns else 0


def read_tables(path: Path) -> list[Table]:
    """All tables of a file (several only in FITS), without judging them.

    Raises
    ------
    LightledgerError
        One line: missing, too large, of no known format, damaged, without rows.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise LightledgerError(f"cannot be read ({error.strerror or error})", path) from None
    if size > MAX_BYTES:
        raise LightledgerError(
            f"the catalogue has {size / 1e9:.1f} GB; at most {MAX_BYTES / 1e9:.1f} are read", path
        )
    if start.startswith(b"\x1f\x8b"):
        start = _unpacked_start(path)
    reader = _reader_for(start, path)
    try:
        # Once a field and before any worker starts, so the global filters are ours for a moment.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters comes back as a note or an error
            tables = [table for table in reader(path) if table.n_rows]
    except LightledgerError:
        raise
    except Exception as error:  # whatever a parser says about a damaged file: one line
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise LightledgerError(f"the table is damaged ({reason})", path) from None
    if not tables:
        raise LightledgerError("the catalogue has no rows", path)
    for table in tables:
        if table.n_rows > MAX_ROWS:
            raise LightledgerError(f"{table.n_rows} rows; at most {MAX_ROWS} are read", path)
    return tables


def _unpacked_start(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(4096)
    except (OSError, EOFError) as error:
        raise LightledgerError(f"the gzip data are damaged ({error})", path) from None


def _reader_for(start: bytes, path: Path) -> Callable[[Path], list[Table]]:
    if not start.strip():
        raise LightledgerError("the file is empty", path)
    if start.startswith(b"SIMPLE"):
        return _read_fits
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        if b"VOTABLE" in head.upper():
            return _read_votable
        raise LightledgerError("a web page or other markup, not a catalogue", path)
    if b"\x00" in start:
        raise LightledgerError("not a table of a known format", path)
    if head.startswith(b"# %ECSV"):
        return _read_ecsv
    if re.match(rb"#\s*1\s+[A-Za-z]\w*", head):
        return _read_sextractor
    return _read_text


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(raw)) as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise LightledgerError("too large once unpacked", path)
    return raw.decode("utf-8-sig", errors="replace")


# --- columns ---------------------------------------------------------------------------------


def _column(values: np.ndarray, mask: np.ndarray | None = None, **about: Any) -> Column:
    """Native, plain, missing values made visible."""
    values = np.asarray(values)
    gone = np.zeros(len(values), bool) if mask is None else np.array(mask, bool)
    if values.dtype.kind in "SUO":
        texts = [_as_text(v) for v in values]
        values = np.array(texts, object)
        values[gone] = ""
        gone = np.array([not t for t in values], bool)
    else:
        values = values.astype(values.dtype.newbyteorder("="))
        if values.dtype.kind == "f":
            gone |= ~np.isfinite(values)
        if gone.any() and values.dtype.kind in "iu" and (values[~gone] > 2**53).any():
            # Long ids must not go through a float.
            texts = ["" if g else str(v) for v, g in zip(values, gone, strict=True)]
            return Column(np.array(texts, object), missing=int(gone.sum()), **about)
        if gone.any():
            values = np.where(gone, np.nan, values.astype(np.float64))
    return Column(values, missing=int(gone.sum()), **about)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return "" if value is None or np.ma.is_masked(value) else str(value).strip("\x00 \t\r\n")


def _add(table: Table, name: str, values: np.ndarray, mask: Any, **about: Any) -> None:
    """Add a column; one of vectors becomes several: NAME, NAME_1, ..."""
    values = np.asarray(values)
    mask = None if mask is None or mask is np.ma.nomask else np.asarray(mask)
    if values.ndim == 1:
        table.columns[_free(table, name)] = _column(values, mask, **about)
        return
    flat = values.reshape(len(values), -1)
    flat_mask = None if mask is None else np.broadcast_to(mask, values.shape).reshape(flat.shape)
    for k in range(min(flat.shape[1], 64)):  # more are images or spectra
        own = None if flat_mask is None else flat_mask[:, k]
        part = name if k == 0 else f"{name}_{k}"
        table.columns[_free(table, part)] = _column(flat[:, k], own, **about)


def _free(table: Table, name: str) -> str:
    name = name.strip() or "column"
    free, k = name, 2
    while free in table.columns:
        free, k = f"{name}_{k}", k + 1
    return free


def _parsed(texts: list[str]) -> np.ndarray:
    """Texts of a column as int, float (missing: nan), or the texts themselves."""
    filled = [t for t in texts if t.lower() not in _MISSING]
    try:
        if len(filled) == len(texts):
            return np.array([int(t) for t in texts], np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        return np.array([np.nan if t.lower() in _MISSING else float(t) for t in texts])
    except ValueError:
        return np.array(["" if t.lower() in _MISSING else t for t in texts], object)


def _safe_for_ids(texts: list[str], values: np.ndarray) -> np.ndarray:
    """Keep long integers as texts when a missing one would send them through a float."""
    if values.dtype.kind == "f" and any(len(t) > 15 and t.isdigit() for t in texts):
        return np.array(["" if t.lower() in _MISSING else t for t in texts], object)
    return values


# --- formats ---------------------------------------------------------------------------------


def _read_fits(path: Path) -> list[Table]:
    from astropy.io import fits

    tables = []
    with fits.open(path, memmap=False) as hdus:
        for hdu in hdus:
            if not isinstance(hdu, (fits.BinTableHDU, fits.TableHDU)) or hdu.name == "LDAC_IMHEAD":
                continue
            if isinstance(hdu, fits.CompImageHDU):
                continue
            if int(hdu.header.get("NAXIS2", 0)) > MAX_ROWS:
                raise LightledgerError(f"more than {MAX_ROWS} rows", path)
            tables.append(_fits_table(hdu, "FITS_LDAC" if hdu.name == "LDAC_OBJECTS" else "FITS"))
    if not tables:
        raise LightledgerError("the FITS file holds no table", path, "is it an image?")
    return tables


def _fits_table(hdu: Any, kind: str) -> Table:
    table = Table(kind=kind, comments=" ".join(str(c) for c in hdu.header.get("COMMENT", [])))
    data = hdu.data
    for index, definition in enumerate(hdu.columns):
        try:
            values = data.field(index)
            if values.dtype == object and values.size and not isinstance(values[0], (str, bytes)):
                continue  # variable-length arrays are no columns of numbers
            values = values.view(np.ndarray)
        except Exception:  # one unreadable column does not spoil the others
            table.notes.append(f"the column {definition.name} cannot be read: left out")
            continue
        null = definition.null
        mask = values == null if null is not None and values.dtype.kind in "iu" else None
        about = str(hdu.header.get(f"TCOMM{index + 1}", ""))
        ucd = str(hdu.header.get(f"TUCD{index + 1}", ""))
        unit = str(definition.unit or "")
        _add(table, str(definition.name), values, mask, unit=unit, ucd=ucd, about=about)
    return table


def _read_votable(path: Path) -> list[Table]:
    from astropy.io import votable

    source = votable.parse(
        io.BytesIO(_text(path).encode()), verify="ignore", invalid="mask", unit_format="generic"
    )
    tables = []
    for part in source.iter_tables():
        table = Table(kind="VOTable", comments=str(part.description or ""))
        for definition in part.fields:
            values = part.array[definition.ID]
            if values.dtype == object and values.size and np.ndim(values[0]) > 0:
                continue
            _add(
                table, str(definition.name), np.ma.getdata(values), np.ma.getmask(values),
                unit=str(definition.unit or ""), ucd=str(definition.ucd or ""),
                about=str(definition.description or ""),
            )  # fmt: skip
        tables.append(table)
    return tables


def _read_ecsv(path: Path) -> list[Table]:
    from astropy.io import ascii as astropy_ascii

    try:
        source = astropy_ascii.read(_text(path).splitlines(), format="ecsv")
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        (table,) = _read_text(path)
        table.kind = "ECSV"
        table.notes.append(f"the ECSV header is damaged ({reason}): read as plain text, no units")
        return [table]
    table = Table(kind="ECSV", comments=str(source.meta.get("comments", "")))
    for name in source.colnames:
        column = source[name]
        if hasattr(column, "spherical"):  # a SkyCoord
            sky = column.icrs.spherical
            _add(table, f"{name}.ra", sky.lon.deg, None, unit="deg")
            _add(table, f"{name}.dec", sky.lat.deg, None, unit="deg")
            continue
        if not hasattr(column, "dtype") or not hasattr(column, "info"):
            table.notes.append(f"the column {name} is neither numbers nor text: left out")
            continue
        _add(
            table, name, np.ma.getdata(getattr(column, "value", column)),
            getattr(column, "mask", None),
            unit=str(column.unit or ""), about=str(column.info.description or ""),
        )  # fmt: skip
    return [table]


def _read_sextractor(path: Path) -> list[Table]:
    """ASCII_HEAD: ``#   1 NUMBER  Running object number  [unit]``; vectors name their first."""
    table = Table(kind="SExtractor")
    named: list[tuple[int, str, str, str]] = []
    rows: list[list[str]] = []
    for line in _text(path).splitlines():
        if line.startswith("#"):
            found = re.match(r"#\s*(\d+)\s+(\S+)\s*(.*?)\s*(?:\[(.*)\])?\s*$", line)
            if found:
                number, name, about, unit = found.groups()
                named.append((int(number), name, about, unit or ""))
        elif cells := line.split():
            rows.append(cells)
    if not rows:
        return [table]
    width = len(rows[0])
    if any(len(row) != width for row in rows) or named[-1][0] > width:
        raise LightledgerError("the rows do not fit the header of the SExtractor catalogue", path)
    ends = [number for number, *_ in named[1:]] + [width + 1]
    for (first, name, about, unit), end in zip(named, ends, strict=True):
        for k, place in enumerate(range(first - 1, end - 1)):
            texts = [row[place] for row in rows]
            part = name if k == 0 else f"{name}_{k}"
            _add(table, part, _parsed(texts), None, unit=unit, about=about)
    return [table]


def _read_text(path: Path) -> list[Table]:
    """Comma, semicolon, tab, bar or blanks between cells; names in the first line or in ``#``."""
    comments: list[str] = []
    lines: list[str] = []
    for line in _text(path).splitlines():
        if line.lstrip().startswith("#"):
            comments.append(line.lstrip().lstrip("#").strip())
        elif line.strip():
            lines.append(line)
    table = Table(kind="CSV", comments="\n".join(comments)[:10_000])
    if not lines:
        return [table]
    delimiter = _delimiter(lines)
    rows = _cells(lines, delimiter)
    names = rows[0]
    if any(_is_number(cell) for cell in names):
        # No line of names; the last comment may be one ("# ra dec mag").
        above = _cells(comments[-1:], delimiter)[0] if comments else []
        if len(above) != len(rows[0]):
            raise LightledgerError(
                "the table has no line with the names of its columns", path,
                "put one first, such as: id,ra,dec",
            )  # fmt: skip
        names = above
    else:
        rows = rows[1:]
    whole = [row for row in rows if len(row) == len(names)]
    if len(whole) < len(rows):
        n = len(rows) - len(whole)
        table.notes.append(f"{n} of {len(rows)} rows have another number of cells: left out")
    if rows and not whole:
        raise LightledgerError("the rows do not fit the names of the columns", path)
    for k, name in enumerate(names):
        texts = [row[k].strip() for row in whole]
        name, unit = _name_and_unit(name)
        values = _safe_for_ids(texts, _parsed(texts))
        _add(table, name, values, None, unit=unit)
    return [table]


def _delimiter(lines: list[str]) -> str:
    for candidate in (",", "\t", ";", "|"):
        counts = {line.count(candidate) for line in lines[:20]}
        if min(counts) > 0:
            return candidate
    return " "


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    if delimiter == " ":
        # Quotes hold cells with blanks together, as in ECSV.
        lines = [" ".join(line.split()) for line in lines]
    limit = csv.field_size_limit()
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    return [row for row in rows if row and max(map(len, row)) < limit]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip().lower() not in _MISSING


def _name_and_unit(name: str) -> tuple[str, str]:
    """``RA (deg)`` or ``RA [deg]`` to name and unit."""
    found = re.fullmatch(r"(.*?)\s*[\[(]\s*([A-Za-z:\"' /]+?)\s*[\])]", name.strip())
    return (found[1], found[2]) if found and found[1] else (name.strip(), "")
