"""One visit's catalogue: rows with ids, positions, fluxes and flags, of any common format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from lightledger.domain import Flag, LightledgerError, Problem, clean_band
from lightledger.domain.magnitudes import AB_ZERO_UJY, INSTRUMENTAL_ZERO, POGSON

from .catalogue import id_texts, pixel_positions, sky_positions
from .catalogue_columns import plain
from .frame import FrameTime
from .headers import Cards
from .setups import band_of
from .sorting import stem_of
from .table_readers import read_tables
from .tables import Column, Table
from .times import header_time
from .units import flux_scale
from .visitcolumns import PLAIN, ColumnMap, Source, id_columns, is_magnitude, propose, with_roles
from .visitrows import WHOLE, groups_of, header_of_rows

#: FLAGS of SExtractor (manual, 'Flags'): saturated; isophote at the edge, aperture incomplete;
#: isophote incomplete or memory overflow while deblending or extracting. 1 and 2 (neighbours,
#: blended) are properties of the object and no flag of a visit.
SEXTRACTOR_FLAGS: tuple[tuple[int, Flag], ...] = (
    (4, Flag.SATURATED),
    (8 | 16, Flag.TRUNCATED),
    (32 | 64 | 128, Flag.BAD_PIXELS),
)
_CROWDED = 1 | 2
#: SExtractor writes magnitude 99 where it has none.
_NO_MAGNITUDE = 90.0


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


def read_visit_catalogue(path: str | Path, mapping: ColumnMap | None = None) -> VisitCatalogue:
    """Read the catalogue of a single visit.

    Parameters
    ----------
    path : path-like
        ECSV, CSV, FITS, FITS_LDAC, VOTable or SExtractor's ASCII_HEAD.
    mapping : ColumnMap, optional
        Proposed from the columns when it is not given.

    Raises
    ------
    LightledgerError
        Unreadable, no rows, or no column of the mapping in it.
    """
    path = Path(path)
    table = best_table(path)
    mapping = mapping or propose({"sci": table})
    header = header_of_rows(table, np.arange(table.n_rows), mapping.roles)
    told, band = header_time(header), clean_band(band_of(header))
    piece = Piece(str(path), path.name)
    return read_rows(table, piece, mapping, stem_of(path.name), band, told.time if told else None)


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
    flags, crowded = _flags(table, mapping.roles)
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
        values[name], errors[name], units[name], meanings[name] = _measured(table, source, exposure)
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


def _measured(
    table: Table, source: Source, exposure_s: float
) -> tuple[np.ndarray, np.ndarray, str, str]:
    """Values, errors, unit and what was done, of one measurement."""
    column = table.columns[source.value]
    error = table.columns.get(source.error)
    if column.is_text or (error is not None and error.is_text):
        text = source.value if column.is_text else source.error
        raise LightledgerError(f"the column {text} holds texts, not numbers")
    value = column.values.astype(np.float64)
    sigma = np.full(value.size, np.nan) if error is None else error.values.astype(np.float64)
    with np.errstate(all="ignore"):
        if source.image in (PLAIN, "ratio"):
            unit, done = column.unit, f"the column {source.value} as it stands"
        elif is_magnitude(source.value, column):
            value, sigma, unit, done = _from_magnitude(value, sigma, source.value, column)
        else:
            unit_found, area = _pixel_unit(table, column)
            scale = flux_scale(unit_found, area, exposure_s)
            if error is not None and is_magnitude(source.error, error):
                sigma = np.abs(value) * sigma / POGSON
            value, sigma = value * scale.factor, sigma * scale.factor
            unit, done = scale.unit, f"the column {source.value}"
            if scale.factor != 1.0:
                done += f" x {scale.factor:.6g}"
        nothing = (value == 0) & (sigma == 0)  # SExtractor, where it could not measure
        value = np.where(np.isfinite(value) & ~nothing, value, np.nan)
        sigma = np.where(np.isfinite(sigma) & (sigma > 0) & (sigma < 1e30), sigma, np.nan)
    return value, sigma, unit, done


def _from_magnitude(
    magnitude: np.ndarray, sigma: np.ndarray, name: str, column: Column
) -> tuple[np.ndarray, np.ndarray, str, str]:
    """Fluxes with the zero point at which the program shows the catalogue's magnitudes again."""
    absolute = bool(re.search(r"\bAB\b|ABmag", column.unit))
    zero = AB_ZERO_UJY if absolute else INSTRUMENTAL_ZERO
    magnitude = np.where(magnitude < _NO_MAGNITUDE, magnitude, np.nan)
    flux = 10.0 ** (-0.4 * (magnitude - zero))
    done = f"the column {name} as flux 10^(-0.4 (m - {zero:g}))"
    return flux, flux * sigma / POGSON, "uJy" if absolute else "", done


def _pixel_unit(table: Table, column: Column) -> tuple[str, float]:
    """Unit of a flux, and the area of the pixels it was summed over where that matters.

    SExtractor calls every unit 'count': the image's own stands in the header of FITS_LDAC.
    """
    unit, image = column.unit, table.cards.text("BUNIT")
    if image and (not unit or plain(unit) in ("count", "counts", "ct")):
        unit = image
    if "sr" not in unit.lower() and "arcsec" not in unit.lower():
        return unit, float("nan")
    return unit, _pixel_area_arcsec2(table.cards)


def _pixel_area_arcsec2(cards: Cards) -> float:
    """From the matrix of the image's WCS; nan where there is none."""
    cd = [cards.number(f"CD{i}-{j}") for i in (1, 2) for j in (1, 2)]
    a, b, c, d = (0.0 if value is None else value for value in cd)
    area = a * d - b * c or (cards.number("CDELT1") or 0.0) * (cards.number("CDELT2") or 0.0)
    return abs(area) * 3600.0**2 or float("nan")


def _flags(table: Table, roles: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Flags of every row, and which are crowded."""
    flags = np.zeros(table.n_rows, np.uint16)
    crowded = np.zeros(table.n_rows, bool)
    known = {plain(name): name for name in reversed(list(table.columns))}
    bits = roles.get("flags") or (known.get("flags", "") if _by_sextractor(table, known) else "")
    if bits in table.columns and not table.columns[bits].is_text:
        said = np.nan_to_num(table.columns[bits].values.astype(np.float64)).astype(np.int64)
        crowded = (said & _CROWDED) != 0
        for mask, flag in SEXTRACTOR_FLAGS:
            flags[(said & mask) != 0] |= np.uint16(flag)
    for name in (roles.get("bad", ""), known.get("imaflagsiso", "")):
        if name in table.columns and not table.columns[name].is_text:
            flags[table.columns[name].values != 0] |= np.uint16(Flag.BAD_PIXELS)
    return flags, crowded


def _by_sextractor(table: Table, known: Mapping[str, str]) -> bool:
    """Bits mean what SExtractor means by them in its own formats and beside its own columns."""
    if table.kind in ("SExtractor", "FITS_LDAC"):
        return True
    return bool({"fluxauto", "magauto", "alphaj2000", "ximage", "fluxaper"} & set(known))
