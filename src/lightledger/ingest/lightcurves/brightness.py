"""Columns of magnitudes and fluxes to the fluxes of a store, with their upper limits.

A limit has no value, which no statistic then takes for a detection: it has the flag
`Flag.NOT_DETECTED`, and as its error a third of the limit (`LightCurve.upper_limit`).
"""

from __future__ import annotations

import re

import numpy as np

from lightledger.domain import Flag
from lightledger.domain.magnitudes import (
    AB_ZERO_UJY,
    INSTRUMENTAL_ZERO,
    LIMIT_SIGMA,
    POGSON,
    to_flux,
)
from lightledger.frames.tables import Table

from .cells import limits, numbers
from .columns import Value
from .headers import unit_and_scale
from .series import Brightness

#: Magnitudes beyond are marks of "no measurement" (99, 99.99).
_NO_MAGNITUDE = 50.0
#: Errors of magnitudes from here on mark a limit (9.99, 99.99): the magnitude is that of a limit.
_NO_ERROR = 9.0
#: Fluxes that mark "no measurement", where no error contradicts.
_NO_FLUX = (-99.0, -999.0, -9999.0)
#: Columns that say how faint a star could have been seen: ASAS-SN, ZTF, ATLAS.
_LIMITING = re.compile(
    r"(?:diff_?)?mag_?lim(?:it)?|(?:diff_?)?lim(?:it(?:ing)?)?_?(?:mag(?:nitude)?)?|mag5sig|"
    r"upper_?limit",
    re.I,
)


def brightness_of(table: Table, about: Value, notes: list[str]) -> Brightness:
    """Values and errors as stored: magnitudes as fluxes, flux densities in uJy."""
    value, wrong = numbers(table, about.column)
    error = numbers(table, about.error)[0] if about.error else np.full(len(value), np.nan)
    limit = limits(table, about.column, "<>" if about.magnitude else "<")
    if wrong > (n := int(np.isfinite(limit).sum())):
        notes.append(f"{wrong - n} of {len(value)} cells of {about.column} are no numbers")
    unit_said = table.columns[about.column].unit
    with np.errstate(all="ignore"):
        if about.magnitude:
            absent = _without_magnitude(table, about, value, error, limit)
            absolute = "AB" in unit_said
            zero = AB_ZERO_UJY if absolute else INSTRUMENTAL_ZERO
            system, unit = ("AB", "uJy") if absolute else ("as given", "")
            value, limit = to_flux(value, zero), to_flux(limit, zero)
            error = value * error / POGSON
            meaning = f"magnitudes {about.column}, kept as flux 10^(-0.4 (m - {zero:g}))"
        else:
            absent = np.isin(value, _NO_FLUX) & ~(error > 0)
            if absent.any():
                notes.append(f"{int(absent.sum())} values of {about.column} are marks of no value")
            value, absent = np.where(absent, np.nan, value), np.zeros(len(value), bool)
            unit, scale = unit_and_scale(unit_said)
            value, error, limit = value * scale, error * scale, limit * scale
            zero, system = (
                (AB_ZERO_UJY, "AB") if unit == "uJy" else (INSTRUMENTAL_ZERO, "instrumental")
            )
            meaning = f"the column {about.column}" + (f" x {scale:g}" if scale != 1 else "")
        limited = np.isnan(value) & (limit > 0)
        error = np.where(limited, limit / LIMIT_SIGMA, error)
        single, sigma = value.astype(np.float32), error.astype(np.float32)
    if not (limited | np.isfinite(value)).any():
        notes.append(f"{about.column} holds no value")
    if limited.any():
        notes.append(
            f"{int(limited.sum())} of {len(value)} points of {about.column} are upper limits"
        )
    single[~np.isfinite(single)] = np.nan
    sigma[~(np.isfinite(sigma) & (sigma > 0))] = np.nan
    attributes: dict[str, str | float] = {
        "quantity": "flux",
        "unit": unit,
        "zero_point": zero,
        "magnitude_system": system,
        "aperture": "as whoever measured it chose",
        "radius_arcsec": float("nan"),
        "background": "none",
        "sky_inner_arcsec": float("nan"),
        "sky_outer_arcsec": float("nan"),
        "meaning": meaning + (f", errors {about.error}" if about.error else ", without errors"),
    }
    lacking = np.where(absent | limited, np.uint16(Flag.NOT_DETECTED), np.uint16(0))
    return Brightness(single, sigma, lacking, attributes)


def _without_magnitude(
    table: Table, about: Value, value: np.ndarray, error: np.ndarray, limit: np.ndarray
) -> np.ndarray:
    """Rows of no detection, bool; their ``value`` becomes nan, their ``limit`` what is known."""
    absent = np.abs(value) > _NO_MAGNITUDE
    if about.column.lower() == "m" and "ujy" in (name.lower() for name in table.columns):
        absent |= value < 0  # ATLAS: a negative flux as a magnitude, its sign in front
    faint = (error >= _NO_ERROR) & np.isfinite(value) & ~absent
    limit[faint] = value[faint]
    value[absent | faint] = np.nan
    for name in table.columns:
        if _LIMITING.fullmatch(name):
            seen_to = numbers(table, name)[0]
            use = np.isnan(value) & np.isnan(limit) & (np.abs(seen_to) <= _NO_MAGNITUDE)
            limit[use] = seen_to[use]
    return absent | faint
