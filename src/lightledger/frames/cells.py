"""Frames in the cells of a table: of target-pixel files, a row a cadence.

FLUX and FLUX_ERR are read whole, once for all rows: the longest series (20,000 cadences of 50 x 50
pixels) is 200 MB a column, and packed files cannot be read by the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from astropy.io import fits

from lightledger.domain import LightledgerError

from .frame import Frame
from .hdus import walk
from .headers import Cards

#: Column of each kind of frame.
COLUMNS = {"sci": "FLUX", "unc": "FLUX_ERR"}
#: Keywords of a column (FITS 4.0, table 22; '#' is its number) and those of an image.
_WCS = {"1CTYP#": "CTYPE1", "2CTYP#": "CTYPE2", "1CUNI#": "CUNIT1", "2CUNI#": "CUNIT2",
        "1CRPX#": "CRPIX1", "2CRPX#": "CRPIX2", "1CRVL#": "CRVAL1", "2CRVL#": "CRVAL2",
        "1CDLT#": "CDELT1", "2CDLT#": "CDELT2", "11PC#": "PC1_1", "12PC#": "PC1_2",
        "21PC#": "PC2_1", "22PC#": "PC2_2"}  # fmt: skip
_TEXTS = ("CTYPE1", "CTYPE2", "CUNIT1", "CUNIT2")


def column_of(cards: Cards, kind: str = "sci") -> int:
    """Number of the column with the frames of a kind, 0 where the table has none."""
    for k in range(1, min(cards.integer("TFIELDS"), 999) + 1):
        if cards.text(f"TTYPE{k}").upper() == COLUMNS[kind] and cell_shape(cards, k):
            return k
    return 0


def cell_shape(cards: Cards, column: int) -> tuple[int, int] | None:
    """Rows and columns of the frames in a column; None where its cells are no frames."""
    shape = cards.text(f"TDIM{column}").strip("() ").split(",")
    if len(shape) == 2 and all(part.strip().isdigit() for part in shape):
        return int(shape[1]), int(shape[0])
    return None


@dataclass(frozen=True)
class CellTable:
    """The table of a file whose cells are frames.

    Attributes
    ----------
    path : str
    size, mtime_ns : int
        They tell a file that was changed from what is kept of it.
    hdu : int
    """

    path: str
    size: int
    mtime_ns: int
    hdu: int

    @classmethod
    def of(cls, frame: Frame) -> Self:
        return cls(frame.path, frame.size, frame.mtime_ns, frame.hdu)

    def header(self) -> fits.Header:
        """Header of each frame: WCS and unit of the column FLUX; never to be modified.

        Raises
        ------
        LightledgerError, OSError
            The file is gone or no longer what it was.
        """
        return _header(self)

    def cells(self, kind: str) -> np.ndarray:
        """All frames of a kind: float32, shape (n_row, ny, nx); read-only.

        Raises
        ------
        LightledgerError, OSError
            The file is gone or no longer what it was.
        """
        return _cells(self, kind)


@lru_cache(maxsize=4)
def _header(table: CellTable) -> fits.Header:
    cards = _cards(table)
    column = column_of(cards)
    header = fits.Header()
    for keyword, plain in _WCS.items():
        name = keyword.replace("#", str(column))
        value = cards.text(name) if plain in _TEXTS else cards.number(name)
        if value not in ("", None):
            header[plain] = value
    header["RADESYS"] = cards.text("RADESYS") or "ICRS"
    header["BUNIT"] = cards.text(f"TUNIT{column}")
    return header


@lru_cache(maxsize=4)
def _cells(table: CellTable, kind: str) -> np.ndarray:
    column = column_of(_cards(table), kind)
    with fits.open(table.path, memmap=Path(table.path).suffix == ".fits") as file:
        cells = np.array(file[table.hdu].data.field(column - 1), np.float32, ndmin=3)
    cells.flags.writeable = False
    return cells


def _cards(table: CellTable) -> Cards:
    hdus = walk(Path(table.path))
    if table.hdu >= len(hdus) or not column_of(hdus[table.hdu].cards):
        raise LightledgerError("the file has changed since the folder was scanned")
    return hdus[table.hdu].cards
