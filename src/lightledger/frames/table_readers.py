"""Tables of any common format as plain columns.

ECSV, FITS tables (FITS_LDAC too), VOTable, SExtractor ASCII_HEAD, CSV and its relatives.
"""

from __future__ import annotations

import gzip
import re
import threading
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import LightledgerError

from .headers import Cards
from .table_ipac import read_ipac
from .table_text import read_sextractor, read_text, text_of
from .table_votable import read_votable
from .tables import MAX_BYTES, MAX_ROWS, Table, add_column

#: Parsers warn at every turn, and the filters of warnings are shared by all threads.
_ONE_AT_A_TIME = threading.Lock()


def read_tables(path: Path, most_bytes: int = 0, unnamed: bool = False) -> list[Table]:
    """All tables of a file (several only in FITS), without judging them.

    Parameters
    ----------
    path : Path
    most_bytes : int
        Of a text only so much is read, to see what it is; 0: all.
    unnamed : bool
        Columns of a text without a line of names become col1, col2, ... instead of an error.

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
    if unnamed and reader is read_text:
        reader = partial(read_text, unnamed=True)
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters comes back as a note or an error
            tables = [table for table in reader(path, most_bytes) if table.n_rows]
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


def _reader_for(start: bytes, path: Path) -> Callable[[Path, int], list[Table]]:
    if not start.strip():
        raise LightledgerError("the file is empty", path)
    if start.startswith(b"SIMPLE"):
        return _read_fits
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        if b"VOTABLE" in head.upper():
            return read_votable
        raise LightledgerError("a web page or other markup, not a catalogue", path)
    if b"\x00" in start:
        raise LightledgerError("not a table of a known format", path)
    if head.startswith(b"# %ECSV"):
        return _read_ecsv
    if re.match(rb"(?:\\[^\n]*\n)*\|", head):
        return read_ipac
    if re.match(rb"#\s*1\s+[A-Za-z]\w*", head):
        return read_sextractor
    return read_text


def _read_fits(path: Path, _: int) -> list[Table]:
    from astropy.io import fits

    tables = []
    with fits.open(path, memmap=False) as hdus:
        above = Cards.from_text(hdus[0].header.tostring())
        for hdu in hdus:
            if not isinstance(hdu, (fits.BinTableHDU, fits.TableHDU)):
                continue
            if isinstance(hdu, fits.CompImageHDU):
                continue
            if hdu.name == "LDAC_IMHEAD":
                above = _image_header(hdu).over(above)
                continue
            if int(hdu.header.get("NAXIS2", 0)) > MAX_ROWS:
                raise LightledgerError(f"more than {MAX_ROWS} rows", path)
            table = _fits_table(hdu, "FITS_LDAC" if hdu.name == "LDAC_OBJECTS" else "FITS")
            table.cards = Cards.from_text(hdu.header.tostring()).over(above)
            tables.append(table)
    if not tables:
        raise LightledgerError("the FITS file holds no table", path, "is it an image?")
    return tables


def _image_header(hdu: Any) -> Cards:
    """Cards of the image, which SExtractor keeps as the one cell of this table."""
    try:
        cards = np.atleast_1d(hdu.data.field(0)[0]).ravel()
    except (IndexError, TypeError, ValueError):
        return Cards()
    if len(cards) == 1:
        return Cards.from_text(str(cards[0]))
    return Cards.from_text("".join(f"{card!s:80.80}" for card in cards))


def _fits_table(hdu: Any, kind: str) -> Table:
    table = Table(kind=kind, comments=" ".join(str(c) for c in hdu.header.get("COMMENT", [])))
    data, length = hdu.data, _series_in_a_row(hdu)
    for index, definition in enumerate(hdu.columns):
        try:
            values = data.field(index)
            if length:
                same = values.size == length
                values = values.reshape(-1) if same else np.repeat(values[:1], length, axis=0)
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
        add_column(table, str(definition.name), values, mask, unit=unit, ucd=ucd, about=about)
    return table


def _series_in_a_row(hdu: Any) -> int:
    """How long the series is that a table of one row keeps in its cells; 0 of other tables."""
    if len(hdu.data) != 1:
        return 0
    times = [c for c in hdu.columns if re.fullmatch(r"time|t|[bh]?m?jd|b[tk]jd", c.name, re.I)]
    return next((n for c in times if (n := int(np.size(hdu.data.field(c.name)))) > 1), 0)


def _read_ecsv(path: Path, most_bytes: int) -> list[Table]:
    from astropy.io import ascii as astropy_ascii

    try:
        source = astropy_ascii.read(text_of(path, most_bytes).splitlines(), format="ecsv")
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        (table,) = read_text(path, most_bytes)
        table.kind = "ECSV"
        table.notes.append(f"the ECSV header is damaged ({reason}): read as plain text, no units")
        return [table]
    table = Table(kind="ECSV", comments=str(source.meta.get("comments", "")))
    table.cards = Cards.from_dict(_plain_values(source.meta))
    for name in source.colnames:
        column = source[name]
        if hasattr(column, "spherical"):  # a SkyCoord
            sky = column.icrs.spherical
            add_column(table, f"{name}.ra", sky.lon.deg, None, unit="deg")
            add_column(table, f"{name}.dec", sky.lat.deg, None, unit="deg")
            continue
        if hasattr(column, "jd") and hasattr(column, "scale"):  # a Time
            about = f"JD ({column.scale.upper()})"
            add_column(table, name, column.jd, None, unit="d", about=about)
            continue
        if not hasattr(column, "dtype") or not hasattr(column, "info"):
            table.notes.append(f"the column {name} is neither numbers nor text: left out")
            continue
        add_column(
            table, name, np.ma.getdata(getattr(column, "value", column)),
            getattr(column, "mask", None),
            unit=str(column.unit or ""), about=str(column.info.description or ""),
        )  # fmt: skip
    return [table]


def _plain_values(meta: Any) -> dict[str, object]:
    """Texts and numbers of the meta data of a table, nested ones too, the outer ones first."""
    found: dict[str, object] = {}
    inner = []
    for key, value in dict(meta).items():
        if isinstance(value, dict):
            inner.append(value)
        elif isinstance(value, (str, int, float)):
            found[str(key)] = value
        elif hasattr(value, "isoformat"):  # YAML makes dates of what looks like one
            found[str(key)] = value.isoformat()
    for value in inner:
        found = _plain_values(value) | found
    return found
