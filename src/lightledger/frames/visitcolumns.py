"""Columns of a visit's catalogue to measurements: proposed by their names, edited as lines.

A line is ``sci-auto=FLUX_AUTO,FLUXERR_AUTO`` (a measurement, its column, that of its error),
``id=NUMBER`` (a role) or ``FWHM_IMAGE`` (a column as a measurement of its own name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lightledger.domain import LightledgerError, parse_method, radius_text

from .catalogue_columns import id_candidates, plain
from .tables import Column, Table

#: What a column may be besides a measurement.
ROLES = ("id", "ra", "dec", "x", "y", "flags", "bad", "visit", "time", "band")
#: Image of measurements that are columns as they stand, neither flux nor magnitude.
PLAIN = "column"

_NAME = re.compile(r"[A-Za-z0-9+]+-[A-Za-z0-9_.+]+")
_ERROR = re.compile(r"err|error|unc(?:ert)?|sigma|std|rms|^e_|^d(?:flux|mag)|snr", re.I)
_NO_FLUX = re.compile(r"radius|max|peak|growth|profile|ratio|frac|flag|snr|n_?pix|cal|exp", re.I)
#: The end of a name to the method that it is; others are methods of their own name.
_METHODS = {
    "auto": "auto", "kron": "auto", "iso": "iso", "segment": "iso", "segm": "iso", "": "flux",
}  # fmt: skip
_CIRCLES = re.compile(r"(?:ap|aper|aperture|aperture_net|aperture_sum|net|sum)?_?(\d*)")
_SIZED = re.compile(r"(?:aper(?:ture)?_?|ap_?)?r_?(\d+(?:\.\d+)?)(?:_?px|_?pix)?")
_RADIUS_COLUMNS = ("aperture", "apertureradius", "aperradius", "radiusaperture", "apradius")


@dataclass(frozen=True)
class Source:
    """One measurement, the column of its values and that of its errors ('' without one)."""

    measurement: str
    value: str
    error: str = ""

    @property
    def line(self) -> str:
        return f"{self.measurement}={self.value}" + (f",{self.error}" if self.error else "")

    @property
    def image(self) -> str:
        return self.measurement.partition("-")[0]


@dataclass(frozen=True)
class ColumnMap:
    """Which column is what.

    Attributes
    ----------
    sources : tuple of Source
        In the order of the records.
    roles : mapping of str to str
        Roles that were fixed; the others are found by the names of the columns of each file.
    left_out : mapping of str to str
        Columns of numbers that are not read, and why.
    """

    sources: tuple[Source, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[str, ...]:
        """As they stand in a recipe."""
        return (*(s.line for s in self.sources), *(f"{r}={c}" for r, c in self.roles.items()))

    def edited(self, lines: Iterable[str]) -> ColumnMap:
        """With these lines: measurements and roles added or replaced, ``NAME=`` taken away.

        Raises
        ------
        LightledgerError
            A line that is neither; one line that says how to write it.

        >>> ColumnMap().edited(["sci-auto=FLUX_AUTO,FLUXERR_AUTO", "id=NUMBER"]).lines
        ('sci-auto=FLUX_AUTO,FLUXERR_AUTO', 'id=NUMBER')
        """
        sources = {source.measurement: source for source in self.sources}
        roles, left_out = dict(self.roles), dict(self.left_out)
        for line in lines:
            name, _, columns = (part.strip() for part in line.partition("="))
            value, _, error = (part.strip() for part in columns.partition(","))
            if "=" not in line and name:
                name, value = f"{PLAIN}-{_clean(name)}", name
            if name in ROLES and not error:
                roles[name] = value
            elif _NAME.fullmatch(name):
                sources[name] = Source(name, value, error)
            else:
                raise LightledgerError(
                    f"{line!r} does not map a column",
                    advice="write 'sci-auto=FLUX_AUTO,FLUXERR_AUTO', a role such as 'id=NUMBER' "
                    f"(roles are {', '.join(ROLES)}), or the name of a column",
                )
            left_out.pop(value, None)
            left_out.pop(error, None)
        kept = tuple(source for source in sources.values() if source.value)
        return ColumnMap(kept, {r: c for r, c in roles.items() if c}, left_out)


def is_magnitude(name: str, column: Column) -> bool:
    """Whether a column holds magnitudes (or their errors), by its name, UCD and unit."""
    if re.search(r"(?:^|_)flux|flux(?:err)?(?:_|$)", name, re.I):
        return False
    about = f"{column.unit} {column.ucd}".lower()
    return bool(
        re.search(r"\bmag\b|abmag|phot[._]mag", about) or re.search("(?<!i)mag", name, re.I)
    )


def propose(
    tables: Mapping[str, Table], radii_px: Sequence[float] = (), fixed: ColumnMap | None = None
) -> ColumnMap:
    """Measurements that the columns seem to be.

    Fluxes go before magnitudes of the same kind. Circles are named by their radius where the
    header, a column or ``radii_px`` gives it, else by their number.

    Parameters
    ----------
    tables : mapping of str to Table
        One for each image ('sci', 'clean', 'ratio').
    radii_px : sequence of float
        Of the recipe, for circles whose radius nothing else tells.
    fixed : ColumnMap, optional
        Roles that are known.
    """
    sources: dict[str, Source] = {}
    left_out: dict[str, str] = {}
    roles = dict(fixed.roles) if fixed else {}
    for image, table in tables.items():
        _propose_one(image, table, radii_px, set(roles.values()), sources, left_out)
    used = {name for s in sources.values() for name in (s.value, s.error)}
    return ColumnMap(
        tuple(sources.values()), roles, {c: why for c, why in left_out.items() if c not in used}
    )


def _propose_one(
    image: str,
    table: Table,
    radii_px: Sequence[float],
    taken: set[str],
    sources: dict[str, Source],
    left_out: dict[str, str],
) -> None:
    numbers = [n for n, c in table.columns.items() if not c.is_text and n not in taken]
    values = [n for n in numbers if not _ERROR.search(n)]
    fluxes = {n: m for n in values if (m := _method(n, "flux")) is not None}
    magnitudes = {n: m for n in values if n not in fluxes and (m := _method(n, "mag")) is not None}
    net = [n for n in fluxes if re.search("net|bkgsub", n, re.I)]
    if net:  # the sum with the sky left in is no flux of the star
        for name in [n for n in fluxes if re.search("aperture_?sum|annulus", n, re.I)]:
            if name not in net:
                left_out[name] = f"{net[0]} is used"
                del fluxes[name]
    named = _with_radii(fluxes, table, radii_px)
    if not fluxes:
        named = _with_radii(magnitudes, table, radii_px)
    used: dict[str, str] = {}
    for name in values:
        method = named.get(name)
        if method is None:
            continue
        measurement = f"{image}-{method}"
        if measurement in sources:
            left_out[name] = f"{sources[measurement].value} is {measurement} already"
            continue
        sources[measurement] = Source(measurement, name, error_column(name, numbers, len(named)))
        used[name] = method
    for name in magnitudes:
        if name not in used:
            left_out[name] = "the fluxes are used"
    for name in numbers:
        left_out.setdefault(name, "not mapped")


def _method(name: str, what: str) -> str | None:
    """Method of a column of fluxes (``what`` 'flux') or magnitudes ('mag'); None for others."""
    text = name.lower().strip("_")
    if what == "flux":
        try:
            return str(parse_method(name.lower()))
        except LightledgerError:
            pass
        if found := _SIZED.fullmatch(text):
            return f"aper_r{radius_text(float(found[1]))}"
        if re.fullmatch(r"aperture_sum(?:_bkgsub)?(?:_\d+)?", text):
            return "circle"
    word = "flux" if what == "flux" else "(?<!i)mag"  # X_IMAGE is none
    found = re.fullmatch(rf"(?:(?P<a>.*?)_?)?{word}(?:nitude)?s?(?:_?(?P<b>.*))?", text)
    if found is None or (what == "flux" and _NO_FLUX.search(text)):
        return None
    if what == "mag" and found["a"] and len(found["a"]) > 12:
        return None
    rest = "_".join(part.strip("_") for part in (found["a"], found["b"]) if part)
    if sized := _SIZED.fullmatch(rest):
        return f"aper_r{radius_text(float(sized[1]))}"
    if rest in _METHODS:
        return _METHODS[rest]
    return "circle" if _CIRCLES.fullmatch(rest) else _clean(rest)


def _with_radii(methods: dict[str, str], table: Table, radii_px: Sequence[float]) -> dict[str, str]:
    """Circles named by their radii, in the order of their columns."""
    circles = [name for name, method in methods.items() if method == "circle"]
    radii = _radii(table, len(circles)) or tuple(radii_px)
    named = dict(methods)
    for k, name in enumerate(circles):
        if len(radii) == len(circles):
            named[name] = f"aper_r{radius_text(radii[k])}"
        else:
            named[name] = f"aper_{k + 1}" if len(circles) > 1 else "aper"
    return named


def _radii(table: Table, n: int) -> tuple[float, ...]:
    """Radii of ``n`` circles; SExtractor's SEXAPEDk are diameters. () unknown."""
    diameters = [table.cards.number(f"SEXAPED{k + 1}") or 0.0 for k in range(n)]
    if n and all(d > 0 for d in diameters):
        return tuple(d / 2 for d in diameters)
    if n == 1:
        for name, column in table.columns.items():
            if plain(name) in _RADIUS_COLUMNS and not column.is_text and len(column.values):
                first = float(column.values[0])
                if first > 0 and np.all(column.values == first):
                    return (first,)
    return ()


def error_column(name: str, numbers: Sequence[str], n_value: int) -> str:
    """The column of a value's errors among ``numbers``, '' where there is none."""
    known = {plain(column): column for column in reversed(numbers)}
    p = plain(name)
    words = ("flux", "mag", "sum")
    tries = [p.replace(word, f"{word}err", 1) for word in words if word in p]
    tries += [p.replace(word, f"{word}error", 1) for word in words if word in p]
    tries += [f"{p}{word}" for word in ("err", "error", "unc", "uncertainty", "sigma")]
    tries += [f"{word}{p}" for word in ("e", "err", "error", "sigma", "unc", "d")]
    if "flux" in p:
        tries += [p.replace("flux", "magerr", 1)]
    if n_value == 1:
        tries += ["fluxerr", "fluxerror", "magerr", "magerror", "err", "error", "merr"]
    return next((known[text] for text in tries if text in known and known[text] != name), "")


def _clean(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+]+", "_", name).strip("_") or "column"


def id_columns(table: Table, fixed: Mapping[str, str]) -> list[str]:
    """Columns that may hold ids: the one a person named, else the likeliest first."""
    if "id" in fixed:
        return [fixed["id"]] if fixed["id"] in table.columns else []
    return id_candidates(table)


def with_roles(table: Table, fixed: Mapping[str, str]) -> Table:
    """The table with the columns of fixed positions under the names that are looked for first."""
    names = {"ra": "ALPHAWIN_J2000", "dec": "DELTAWIN_J2000", "x": "XCENTROID", "y": "YCENTROID"}
    wanted = {names[role]: name for role, name in fixed.items() if role in names}
    if not wanted:
        return table
    columns = {new: table.columns[old] for new, old in wanted.items() if old in table.columns}
    return replace(table, columns=table.columns | columns)
