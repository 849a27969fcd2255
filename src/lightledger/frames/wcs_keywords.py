"""The celestial WCS keywords of a header, read distrustfully and put into one plain form.

Real headers hold numbers as text, SCAMP polynomials under the name of another projection, three
kinds of linear matrix, axes that have nothing to do with the sky, and look-up tables that are not
there. Only what describes the two image axes is taken over, as numbers; so nothing unexpected ever
reaches wcslib.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from astropy.io.fits import Header

_CTYPE = re.compile(r"^(RA|DEC|[GE]L(?:ON|AT))-+([A-Z]{3})(-SIP)?$")
_LONGITUDES = ("RA", "GLON", "ELON")
#: Projections of wcslib (FITS Paper II) and TPV; others (TNX, ZPX, ...) are refused.
_PROJECTIONS = frozenset({
    "AZP", "SZP", "TAN", "STG", "SIN", "ARC", "ZPN", "ZEA", "AIR", "CYP",
    "CEA", "CAR", "MER", "COP", "COE", "COD", "COO", "SFL", "PAR", "MOL",
    "AIT", "BON", "PCO", "TSC", "CSC", "QSC", "HPX", "XPH", "TPV",
})  # fmt: skip
#: Degrees in one unit of CUNITi.
_UNITS = {
    "deg": 1.0, "degree": 1.0, "degrees": 1.0, "d": 1.0, "arcmin": 1 / 60, "arcminute": 1 / 60,
    "arcsec": 1 / 3600, "arcsecond": 1 / 3600, "arcseconds": 1 / 3600, "mas": 1 / 3.6e6,
    "rad": math.degrees(1.0), "radian": math.degrees(1.0), "radians": math.degrees(1.0),
}  # fmt: skip
_MAX_SIP_ORDER = 9
_MAX_PV = 39


class NoSkyGrid(Exception):
    """The header has no usable celestial WCS; the message says why."""


@dataclass
class _Reader:
    """Single values out of a header in which any card may be unreadable."""

    header: Header
    as_text: list[str] = field(default_factory=list)

    def raw(self, key: str) -> Any:
        # astropy verifies a card when it is first read, and raises many things.
        try:
            return self.header.get(key)
        except Exception:
            return None

    def text(self, key: str) -> str:
        value = self.raw(key)
        return value.strip() if isinstance(value, str) else ""

    def number(self, key: str) -> float | None:
        """The value as a finite number; None when missing or not one."""
        value = self.raw(key)
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, str):
            try:
                number = float(re.sub("[dD]", "e", value.strip(), count=1))
            except ValueError:
                return None
            if math.isfinite(number):
                self.as_text.append(key)
        elif isinstance(value, (int, float)):
            number = float(value)
        else:
            return None
        return number if math.isfinite(number) else None


def repair_wcs(header: Header) -> tuple[Header, tuple[str, ...]]:
    """The celestial WCS of the first two axes, in one plain form.

    Numbers that stand as text become numbers, TAN with SCAMP's PV terms becomes TPV, any of CD,
    PC + CDELT and CROTA2 becomes CD in degrees, SIP is kept. Whatever else the header holds is left
    out. The argument is not modified.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of an image.

    Returns
    -------
    header : astropy.io.fits.Header
        WCS keywords alone; empty when the header has no usable celestial WCS.
    notes : tuple of str
        What was repaired or left out; for an empty header, why.

    Notes
    -----
    TAN against TPV: https://fits.gsfc.nasa.gov/registry/tpvwcs.html.
    """
    try:
        return _plain(_Reader(header))
    except NoSkyGrid as reason:
        return Header(), (str(reason),)


def _plain(read: _Reader) -> tuple[Header, tuple[str, ...]]:
    notes: list[str] = []
    first, second, projection, sip_named = _axes(read)
    scale = [_unit(read, axis, notes) for axis in (1, 2)]
    pixel = [read.number(f"CRPIX{axis}") for axis in (1, 2)]
    value = [read.number(f"CRVAL{axis}") for axis in (1, 2)]
    if None in pixel or None in value:
        raise NoSkyGrid("the WCS lacks CRPIX or CRVAL")
    matrix = _matrix(read, notes)

    sip = _sip(read, notes) if projection == "TAN" else {}
    if sip_named and not sip:
        notes.append("CTYPE says SIP but its coefficients are missing or broken: none used")
    if sip and not sip_named:
        notes.append("SIP coefficients found without -SIP in CTYPE: used")
    longitude_axis = 1 if first in _LONGITUDES else 2
    terms = _pv(read)
    if projection == "TAN" and terms:
        if sip:
            terms = {}
            notes.append("both SIP and PV terms found: SIP used")
        elif any(axis != longitude_axis or m > 4 for axis, m in terms):
            projection = "TPV"
            notes.append("CTYPE says TAN but SCAMP distortion (PV) is present: read as TPV")
    suffix = "-SIP" if sip else ""

    plain = Header()
    for axis, name in ((1, first), (2, second)):
        plain[f"CTYPE{axis}"] = name.ljust(4, "-") + f"-{projection}{suffix}"
    for i in (0, 1):
        plain[f"CRPIX{i + 1}"] = pixel[i]
        plain[f"CRVAL{i + 1}"] = value[i] * scale[i]  # type: ignore[operator]
        plain[f"CUNIT{i + 1}"] = "deg"
        for j in (0, 1):
            plain[f"CD{i + 1}_{j + 1}"] = matrix[i][j] * scale[i]
    for key in ("LONPOLE", "LATPOLE"):
        if (angle := read.number(key)) is not None:
            plain[key] = angle
    if system := (read.text("RADESYS") or read.text("RADECSYS")):
        plain["RADESYS"] = system.upper()
    # EPOCH is the old word for EQUINOX, but many write the date of the observation there.
    if (equinox := read.number("EQUINOX")) is not None and 1800 < equinox < 2200:
        plain["EQUINOX"] = equinox
    for (axis, m), number in terms.items():
        plain[f"PV{axis}_{m}"] = number
    for key, coefficient in sip.items():
        plain[key] = coefficient
    if read.raw("CPDIS1") or read.raw("CPDIS2") or read.raw("D2IMDIS1") or read.raw("D2IMDIS2"):
        notes.append("distortion look-up tables of the WCS are left out")
    if read.as_text:
        notes.insert(0, f"WCS numbers stand as text ({read.as_text[0]}, ...): read as numbers")
    return plain, tuple(notes)


def _axes(read: _Reader) -> tuple[str, str, str, bool]:
    """Names of the two axes, their projection, whether SIP is announced."""
    found = []
    for axis in (1, 2):
        ctype = read.text(f"CTYPE{axis}").upper()
        match = _CTYPE.match(ctype)
        if match is None:
            what = f"CTYPE{axis} = {ctype!r} is no place on the sky" if ctype else "it has no CTYPE"
            raise NoSkyGrid(f"no celestial WCS: {what}")
        found.append(match.groups())
    (first, projection, sip), (second, other, _) = found
    if {first, second} not in ({"RA", "DEC"}, {"GLON", "GLAT"}, {"ELON", "ELAT"}):
        raise NoSkyGrid(f"no celestial WCS: axes {first} and {second} do not belong together")
    if projection != other:
        raise NoSkyGrid(f"no celestial WCS: projections {projection} and {other} differ")
    if projection not in _PROJECTIONS:
        raise NoSkyGrid(f"the projection {projection} is not supported")
    return first, second, projection, bool(sip)


def _unit(read: _Reader, axis: int, notes: list[str]) -> float:
    unit = read.text(f"CUNIT{axis}")
    if unit and unit.lower() not in _UNITS:
        notes.append(f"CUNIT{axis} = {unit!r} is no angle: degrees assumed")
    return _UNITS.get(unit.lower(), 1.0)


def _matrix(read: _Reader, notes: list[str]) -> list[list[float]]:
    """Linear matrix in units of CUNIT per pixel, from CD, else PC + CDELT, else CROTA2."""
    cd = _elements(read, "CD{}_{}")
    if cd and _regular(matrix := _filled(cd, 0.0)):
        return matrix
    cdelt = [read.number(f"CDELT{axis}") for axis in (1, 2)]
    step = [1.0 if value is None else value for value in cdelt]
    pc = _elements(read, "PC{}_{}") or _elements(read, "PC{:03d}{:03d}")
    if pc:
        rotation = _filled(pc, 1.0)
        matrix = [[step[i] * rotation[i][j] for j in (0, 1)] for i in (0, 1)]
    else:
        # AIPS convention (Calabretta & Greisen 2002, A&A 395, 1077, eq. 186 f.)
        angle = math.radians(read.number("CROTA2") or 0.0)
        cos, sin = math.cos(angle), math.sin(angle)
        matrix = [[step[0] * cos, -step[1] * sin], [step[0] * sin, step[1] * cos]]
    if None in cdelt and not pc:
        raise NoSkyGrid("the WCS has neither CD nor PC nor CDELT")
    if not _regular(matrix):
        raise NoSkyGrid("the matrix of the WCS is singular")
    if cd:
        notes.append("the CD matrix is singular: CDELT used")
    return matrix


def _elements(read: _Reader, pattern: str) -> dict[tuple[int, int], float]:
    numbers = {(i, j): read.number(pattern.format(i, j)) for i in (1, 2) for j in (1, 2)}
    return {key: value for key, value in numbers.items() if value is not None}


def _filled(elements: dict[tuple[int, int], float], diagonal: float) -> list[list[float]]:
    return [[elements.get((i, j), diagonal if i == j else 0.0) for j in (1, 2)] for i in (1, 2)]


def _regular(matrix: list[list[float]]) -> bool:
    (a, b), (c, d) = matrix
    size = max(abs(v) for v in (a, b, c, d))
    return 0 < size < math.inf and abs(a * d - b * c) > 1e-9 * size * size


def _pv(read: _Reader) -> dict[tuple[int, int], float]:
    terms = {(i, m): read.number(f"PV{i}_{m}") for i in (1, 2) for m in range(_MAX_PV + 1)}
    return {key: value for key, value in terms.items() if value is not None}


def _sip(read: _Reader, notes: list[str]) -> dict[str, float]:
    """A and B polynomials; the inverse ones are not needed (see `lightledger.frames.grid`)."""
    orders = [read.number(f"{name}_ORDER") for name in "AB"]
    if None in orders:
        if orders != [None, None]:
            notes.append("SIP with one of A_ORDER and B_ORDER alone: left out")
        return {}
    if not all(1 <= order <= _MAX_SIP_ORDER for order in orders):  # type: ignore[operator]
        notes.append("SIP of an impossible order: left out")
        return {}
    found: dict[str, float] = {}
    for name, order in zip("AB", orders, strict=True):
        top = int(order)  # type: ignore[arg-type]
        found[f"{name}_ORDER"] = top
        for p in range(top + 1):
            for q in range(top + 1 - p):
                if (number := read.number(f"{name}_{p}_{q}")) is not None:
                    found[f"{name}_{p}_{q}"] = number
    return found
