"""One visit's catalogue: rows with ids, positions, fluxes and flags, of any common format."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Problem

from .catalogue import id_texts, pixel_positions, sky_positions
from .frame import FrameTime
from .table_readers import read_tables
from .tables import Column, Table
from .visitcolumns import PLAIN, ColumnMap, id_columns, with_roles
from .visitrows import WHOLE, groups_of, header_of_rows
from .visitvalues import flags_of, measured


@dataclass(frozen=True)
class Piece:
    """Rows of one file that belong to one visit.

    Attributes
    ----------
    path, name : str
        Of the file.
    image : str
        Image that was measured: 'sci', 'clean', 'ratio'.
    key : str
        The visit in a table of many; `WHOLE` for all rows of the file.
    size, mtime_ns : int
    """

    path: str
    name: str
    image: str = "sci"
    key: str = WHOLE
    size: int = 0
    mtime_ns: int = 0


@dataclass(frozen=True)
class VisitCatalogue:
    """What one catalogue says of one visit and band; arrays of n rows, in the order of the file.

    Attributes
    ----------
    visit, band : str
    time : FrameTime or None
        On the clock of the header; None when nothing tells it.
    id_columns : dict of str to Column
        Columns that may hold ids, the likeliest first.
    ra, dec : ndarray of float64
        Degrees; nan unknown.
    x, y : ndarray of float64, or None
        0-based pixels.
    values, errors : dict of str to ndarray of float64
        By measurement, in the unit of ``units``; nan where there is none.
    flags : ndarray of uint16
        `lightledger.domain.Flag`.
    crowded : ndarray of bool
        SExtractor says neighbours or blended.
    units : dict of str to str
    meanings : dict of str to str
        Which columns, and what was done to them.
    mapping : ColumnMap
        As used.
    problems : tuple of Problem
    """

    visit: str
    band: str
    time: FrameTime | None
    id_columns: dict[str, Column]
    ra: np.ndarray
    dec: np.ndarray
    x: np.ndarray | None
    y: np.ndarray | None
    values: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    flags: np.ndarray
    crowded: np.ndarray
    units: dict[str, str]
    meanings: dict[str, str]
    mapping: ColumnMap
    problems: tuple[Problem, ...] = field(default=())

    @property
    def n_row(self) -> int:
        return int(self.ra.size)

    @property
    def has_sky(self) -> bool:
        return bool(np.isfinite(self.ra).any())

    def ids(self, column: str) -> list[str] | None:
        """Ids of all rows, '' where one has none; None when the column holds none."""
        found = self.id_columns.get(column)
        return None if found is None else id_texts(found, np.ones(self.n_row, bool))


def read_piece(
    piece: Piece, mapping: ColumnMap, visit: str, band: str, time: FrameTime | None
) -> VisitCatalogue:
    """Read the rows of a piece; a table of many visits is parsed once and kept.

    Raises
    ------
    LightledgerError
    """
    roles = tuple(sorted(mapping.roles.items()))
    if piece.key == WHOLE:
        table = best_table(Path(piece.path))
    else:
        whole, groups = _grouped(piece.path, piece.size, piece.mtime_ns, roles)
        if piece.key not in groups:
            raise LightledgerError(f"the visit {piece.key!r} is no longer in it", piece.name)
        rows = groups[piece.key]
        table = whole.rows(rows)
        table.cards = header_of_rows(whole, rows, mapping.roles)
    return read_rows(table, piece, mapping, visit, band, time)


@lru_cache(maxsize=2)
def _grouped(
    path: str, size: int, mtime_ns: int, roles: tuple[tuple[str, str], ...]
) -> tuple[Table, dict[str, np.ndarray]]:
    table = best_table(Path(path))
    return table, groups_of(table, dict(roles))


def best_table(path: Path, most_bytes: int = 0) -> Table:
    """The table of a file that holds a catalogue: that with positions, LDAC first, else the first.

    Raises
    ------
    LightledgerError
    """
    tables = read_tables(path, most_bytes)
    if len(tables) == 1:
        return tables[0]
    placed = [table for table in tables if _placed(table)] or tables
    return next((t for t in placed if t.kind == "FITS_LDAC"), placed[0])


def _placed(table: Table) -> bool:
    guesses: dict[str, str] = {}
    x, _ = pixel_positions(table, guesses)
    return x is not None or bool(np.isfinite(sky_positions(table, guesses)[0]).any())


def read_rows(
    table: Table,
    piece: Piece,
    mapping: ColumnMap,
    visit: str,
    band: str,
    time: FrameTime | None,
) -> VisitCatalogue:
    """Rows of a table as a visit's catalogue.

    Raises
    ------
    LightledgerError
        No column of the mapping is in it, or a column holds texts.
    """
    placed = with_roles(table, mapping.roles)
    ra, dec = sky_positions(placed, {})
    x, y = pixel_positions(placed, {})
    flags, crowded = flags_of(table, mapping.roles)
    exposure = time.exposure_s if time else np.nan
    values, errors, units, meanings = {}, {}, {}, {}
    missing = []
    for source in mapping.sources:
        if source.image not in (piece.image, PLAIN) and _names_an_image(piece, mapping):
            continue
        if source.value not in table.columns:
            missing.append(source.value)
            continue
        name = source.measurement
        values[name], errors[name], units[name], meanings[name] = measured(table, source, exposure)
    if not values:
        what = f"it has none of the columns {', '.join(missing)}" if missing else "no column maps"
        raise LightledgerError(what, piece.name, "map its columns with --map")
    ids = {name: table.columns[name] for name in id_columns(table, mapping.roles)}
    problems = [Problem(note, piece.name, severity="note") for note in table.notes]
    if missing:
        what = f"it has no column {', '.join(missing)}: no values of it"
        problems.append(Problem(what, piece.name, "", "note", visit, band))
    return VisitCatalogue(
        visit, band, time, ids, ra, dec, x, y, values, errors, flags,
        crowded, units, meanings, mapping, tuple(problems),
    )  # fmt: skip


def _names_an_image(piece: Piece, mapping: ColumnMap) -> bool:
    """Whether the mapping has measurements of the piece's image at all."""
    return any(source.image == piece.image for source in mapping.sources)
