"""A part of a frame's pixels, read without the rest: for cut-outs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from lightledger.domain import LightledgerError

from .cells import COLUMNS, CellTable, cell_shape, column_of
from .examine import kind_of_name
from .hdus import Hdu, open_unpacked, walk
from .layout import Plane, planes_of
from .read import STORED, TRUNCATED, flattened, header_of, physical, quiet
from .units import clean_unit


@dataclass(frozen=True)
class FrameFile:
    """One file of a visit, its headers walked.

    Attributes
    ----------
    path : Path
    name : str
        As the store names it.
    planes : dict of str to Plane
        By kind: 'sci', 'unc', 'std', 'cov'.
    first : Hdu
        The primary one.
    cells : CellTable or None
        The table whose cells the planes are; None of images.
    row : int
        Of this table.
    """

    path: Path
    name: str
    planes: dict[str, Plane]
    first: Hdu
    cells: CellTable | None = None
    row: int = 0

    def unit(self, kind: str) -> str:
        """BUNIT of a plane, '' where unknown."""
        if self.cells is not None:
            return clean_unit(str(self.cells.header()["BUNIT"]))
        return clean_unit(self.planes[kind].hdu.cards.over(self.first.cards).text("BUNIT"))

    def header(self, kind: str) -> fits.Header:
        """As `lightledger.frames.read.read_header`."""
        if self.cells is not None:
            return self.cells.header()
        return header_of(self.first, self.planes[kind].hdu)


def open_frame(path: Path, name: str, template: str, row: int | None = None) -> FrameFile:
    """Walk the headers of a frame's file.

    Parameters
    ----------
    name : str
        Relative name, which tells the kind, as ``template`` (of the recipe) says.
    row : int, optional
        Of the table whose cells are frames.

    Raises
    ------
    LightledgerError
        Gone, unreadable, or without an image; one line naming the file.
    """
    try:
        hdus = walk(path)
        if row is not None:
            return _cells_of(path, name, hdus, row)
        planes, _ = planes_of(hdus)
    except LightledgerError as error:
        raise LightledgerError(error.what, name, error.advice) from None
    except OSError as error:
        raise LightledgerError(f"cannot be read ({error.strerror or error})", name) from None
    kind = kind_of_name(name, template)
    if kind == "sci":
        return FrameFile(path, name, {plane.kind: plane for plane in planes}, hdus[0])
    return FrameFile(path, name, {kind: planes[0]}, hdus[0])


def _cells_of(path: Path, name: str, hdus: list[Hdu], row: int) -> FrameFile:
    hdu = next((hdu for hdu in hdus if column_of(hdu.cards)), None)
    if hdu is None or not row < hdu.cards.integer("NAXIS2"):
        raise LightledgerError("it is no longer the table of frames that was measured")
    shape = cell_shape(hdu.cards, column_of(hdu.cards)) or (0, 0)
    kinds = (kind for kind in COLUMNS if column_of(hdu.cards, kind))
    planes = {kind: Plane(hdu, kind, shape, 1) for kind in kinds}
    status = path.stat()
    table = CellTable(str(path), status.st_size, status.st_mtime_ns, hdu.index)
    return FrameFile(path, name, planes, hdus[0], table, row)


def read_part(
    file: FrameFile, kind: str, rows: tuple[int, int], columns: tuple[int, int]
) -> np.ndarray:
    """Pixels ``[rows) x [columns)`` of a plane; nan where the frame does not reach.

    Parameters
    ----------
    rows, columns : tuple of int
        First and one past the last, 0-based; they may lie outside.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        In the frame's unit, nan where blank; the same numbers as
        `lightledger.frames.read.read_image` gives.

    Raises
    ------
    LightledgerError
        The file is damaged, or no longer what it was; one line.
    """
    plane = file.planes[kind]
    ny, nx = plane.shape
    out = np.full((rows[1] - rows[0], columns[1] - columns[0]), np.nan, np.float32)
    y0, y1 = max(rows[0], 0), min(rows[1], ny)
    x0, x1 = max(columns[0], 0), min(columns[1], nx)
    if y0 >= y1 or x0 >= x1:
        return out
    # which sub-frames of a cube are sound is judged by whole ones
    whole = plane.n_sub > 1
    try:
        read = _tiles if plane.hdu.compressed else _stored
        if file.cells is not None:
            cube = file.cells.cells(kind)[file.row, None, y0:y1, x0:x1]
        else:
            cube = read(file.path, plane, *(((0, ny), (0, nx)) if whole else ((y0, y1), (x0, x1))))
        part = flattened(cube, kind)[0][y0:y1, x0:x1] if whole else cube[0]
    except LightledgerError as error:
        raise LightledgerError(error.what, file.name, error.advice) from None
    except Exception as error:  # a damaged file makes numpy, zlib and astropy raise anything
        text = " ".join(str(error).split())[:120]
        raise LightledgerError(f"its pixels cannot be read ({text})", file.name) from None
    with np.errstate(over="ignore", invalid="ignore"):
        out[y0 - rows[0] : y1 - rows[0], x0 - columns[0] : x1 - columns[0]] = part
    return out


def _stored(
    path: Path, plane: Plane, rows: tuple[int, int], columns: tuple[int, int]
) -> np.ndarray:
    """Pieces of rows, one after another: nothing else of the file is read."""
    dtype = np.dtype(STORED[plane.hdu.bitpix])
    ny, nx = plane.shape
    (y0, y1), (x0, x1) = rows, columns
    # A piece that is most of its row: one long read is faster than many.
    whole = 2 * (x1 - x0) > nx
    raw = np.empty((plane.n_sub, y1 - y0, nx if whole else x1 - x0), dtype)
    with open_unpacked(path) as file:
        for n, sub in enumerate(raw):
            start = plane.hdu.offset + n * ny * nx * dtype.itemsize
            pieces = (
                [(y0 * nx, sub)] if whole else [(y * nx + x0, sub[y - y0]) for y in range(y0, y1)]
            )
            for at, piece in pieces:
                file.seek(start + at * dtype.itemsize)
                wanted = piece.view(np.uint8).reshape(-1)
                if file.readinto(wanted.data) != wanted.size:  # type: ignore[attr-defined]
                    raise LightledgerError(TRUNCATED)
    return physical(raw[:, :, x0:x1] if whole else raw, plane.hdu)


def _tiles(path: Path, plane: Plane, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """Only the tiles that hold the part are unpacked."""
    with quiet(), fits.open(path, memmap=False) as hdus:
        section = hdus[plane.hdu.index].section
        some = (..., slice(*rows), slice(*columns))
        part = np.asarray(section[some])
    return part.reshape(plane.n_sub, rows[1] - rows[0], columns[1] - columns[0])
