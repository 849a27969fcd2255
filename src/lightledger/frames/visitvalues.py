"""What the columns of a visit's catalogue mean: fluxes with errors and units, and flags."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from lightledger.domain import Flag, LightledgerError
from lightledger.domain.magnitudes import AB_ZERO_UJY, INSTRUMENTAL_ZERO, POGSON

from .catalogue_columns import plain
from .headers import Cards
from .tables import Column, Table
from .units import flux_scale
from .visitcolumns import PLAIN, Source, is_magnitude

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


def measured(
    table: Table, source: Source, exposure_s: float
) -> tuple[np.ndarray, np.ndarray, str, str]:
    """Values, errors, unit and what was done, of one measurement.

    Raises
    ------
    LightledgerError
        A column of it holds texts.
    """
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


def flags_of(table: Table, roles: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
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
