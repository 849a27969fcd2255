"""What the columns of a light-curve table are: guessed by their names, corrected by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lightledger.domain import LightledgerError
from lightledger.frames.tables import Table
from lightledger.frames.visitcolumns import error_column

from .cells import limits, numbers, quality_words
from .headers import is_export
from .options import ImportOptions

#: A column of numbers written as texts: at least this part of the cells are numbers.
NUMERIC = 0.5
#: Measurements of one table at most: more are spectra, or no light curve.
MOST = 40

_TIME = (
    r"time|bjd|btjd|bkjd", r".*(?:bjd|btjd|bkjd).*", r".*hjd.*", r"(?!.*utc?_?date).*jd.*",
    r"t|times|obs_?time|t_?mid|mid_?time|time_?(?:obs|mid|stamp|mid_.*)", r"epoch|date|date_?obs",
)  # fmt: skip
_NO_TIME = re.compile(r"corr|err|unc|exp|flag|trend|trtime|start|end", re.I)
_FLUX = re.compile(
    r"(?:^|_)flux|flux(?:_|$|\d)|^f$|^ujy$|^fcor|^fraw$|^(?:count_?)?rate$|^counts$|^cts$"
)
_MAGNITUDE = re.compile(
    r"(?<![a-z])mags?(?:nitudes?)?(?:_|$|\d)|^[a-z]?_?mag(?:_|$|\d)|^[a-z]\d?mpro$|"
    r"mag_?(?:auto|psf|iso|aper\w*|[a-z])$|^m$|^[it]r[mf]\d|^tfa\d|^irm\d"
)
_ERROR = re.compile(r"err|unc|sig(?:ma|m)?|std|rms|^e_|^d(?:flux|mag)", re.I)
_BARE_ERROR = re.compile(r"(?:err(?:or)?|unc(?:ertainty)?|sigma|std)(?:_\d)?", re.I)
_NO_VALUE = re.compile(
    r"lim|zero|zp|kepmag|tessmag|tmag|time_?corr|pos_?corr|flag|n_?obs|bkg|background|ref|magn[^i]|"
    r"trend|over_error|quality|snr|offset|^[ck]mag$",
    re.I,
)
_KEPT_SKY = re.compile(r"^(?:sap|flux)?_?(?:bkg|background)(?:_flux)?$", re.I)
_ROLES: Mapping[str, Sequence[str]] = {
    "object": (r"object|object_?(?:id|name)|obj_?id|oid|star|star[_ ]?(?:id|name)|"
               r"source_?(?:id|name)|target|tic(?:_?id)?|kic|epic|kepler_?id|master_?id|name|gaia_?id|"
               r"asas_?sn_?id",
               r"id|source"),
    "band": (r"filter_?type",  # of Pan-STARRS, beside numbers
             r"band|(?:phot_?)?filter|filt|passband|filter_?(?:code|name|id)|fid|flt|photband",
             r"f"),  # 'o' and 'c' of ATLAS
    "quality": (r"sap_?quality", r"d?quality|quality_?(?:flags?|bits)|tess_?flags",
                r"cat_?flags?|flags?|qual|info_?flags|mflags", r"rejected_by_photometry"),
    "cadence": (r"cadence_?(?:no|num|number)?|cadn",),
    "ra": (r"ra|ra_?(?:deg|j2000|icrs)",),
    "dec": (r"decl?|dec?_?(?:deg|j2000|icrs)",),
    "timecorr": (r"time_?corr",),
    "x": (r"mom_?centr1|centroid_?col|sap_?x|x|x_?centroid", r"psf_?centr1|pos_?corr1"),
    "y": (r"mom_?centr2|centroid_?row|sap_?y|y|y_?centroid", r"psf_?centr2|pos_?corr2"),
}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A measurement: its name, column, column of errors ('' none), whether it is in magnitudes."""

    name: str
    column: str
    error: str
    magnitude: bool


@dataclass
class Columns:
    """Which column is what.

    Attributes
    ----------
    time : str
    roles : dict of str to str
        Others of `lightledger.ingest.lightcurves.options.ROLES` that there are.
    values : list of Value
    unused : list of str
    notes : list of str
        What was guessed without a name.
    """

    time: str
    roles: dict[str, str] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def guess_columns(table: Table, options: ImportOptions) -> Columns:
    """Roles and measurements of a table's columns.

    Raises
    ------
    LightledgerError
        No time, or nothing that was measured; or a column that a person names is not there.
    """
    given = {role: _named(table, name) for role, name in options.roles().items()}
    values = [_given(table, *line) for line in options.measurements()]
    time = given.pop("time", "") or _by_names(table, _TIME, _NO_TIME)
    if not time and all(re.fullmatch(r"col\d+", name) for name in table.columns):
        return _bare(table, given, values)
    if not time:
        raise LightledgerError(
            f"no column of times among {_listed(table)}", advice="name it: --column time=NAME"
        )
    found = Columns(time)
    for role, tries in _ROLES.items():
        name = given.get(role, "") or _by_names(table, tries)
        if name and (role in given or (name != time and _fits(table, role, name))):
            found.roles[role] = name
    if not {"x", "y"} <= found.roles.keys():
        found.roles.pop("x", None), found.roles.pop("y", None)
    taken = {time, *found.roles.values()}
    found.values = values or _values(table, taken)
    if not found.values:
        raise LightledgerError(
            f"no column of magnitudes or fluxes among {_listed(table)}",
            advice="name it: --column mag=NAME,ERRORS or --column flux=NAME,ERRORS",
        )
    taken |= {name for value in found.values for name in (value.column, value.error)}
    found.unused = [name for name in table.columns if name not in taken]
    return found


def says_light_curve(names: Sequence[str]) -> bool:
    """Whether columns of these names hold times and something measured."""
    if is_export(names):
        return True
    time = any(
        re.fullmatch(pattern, name, re.I) and not _NO_TIME.search(name)
        for pattern in _TIME
        for name in names
    )
    texts = [name.lower() for name in names]
    return time and any(
        (_FLUX.search(text) or _MAGNITUDE.search(text))
        and not _ERROR.search(text)
        and not _NO_VALUE.search(text)
        for text in texts
    )


def _listed(table: Table) -> str:
    names = list(table.columns)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _named(table: Table, name: str) -> str:
    """A column that a person names, in any case of letters, or by its number."""
    if name in table.columns:
        return name
    same = [column for column in table.columns if column.lower() == name.lower()]
    if len(same) == 1:
        return same[0]
    if name.isdigit() and 0 < int(name) <= len(table.columns):
        return list(table.columns)[int(name) - 1]
    raise LightledgerError(f"there is no column {name!r} among {_listed(table)}")


def _given(table: Table, name: str, column: str, error: str) -> Value:
    column = _named(table, column)
    return Value(
        clean_method(name), column, _named(table, error) if error else "",
        bool(re.search(r"mag|^m$", name, re.I)) or is_magnitude(table, column),
    )  # fmt: skip


def _by_names(table: Table, tries: Sequence[str], never: re.Pattern[str] | None = None) -> str:
    """The first column that has one of the names, likelier names first, one without values last."""
    found = [
        name
        for pattern in tries
        for name in table.columns
        if re.fullmatch(pattern, name.strip(), re.I) and not (never and never.search(name))
    ]
    return min(found, key=lambda n: table.columns[n].missing >= table.n_rows, default="")


def _fits(table: Table, role: str, name: str) -> bool:
    values = table.columns[name].values
    if role in ("object", "band"):
        # a number of the row, or of the point, is no name of an object
        few = len({str(v) for v in values.tolist()}) <= max(1, 0.5 * len(values))
        return (values.dtype.kind in "iub" or table.columns[name].is_text) and few
    return values.dtype != object or (role == "quality" and quality_words(table, name) is not None)


def is_magnitude(table: Table, name: str) -> bool:
    column = table.columns[name]
    text = name.lower()
    about = f"{column.unit} {column.ucd}".lower()
    if re.search(r"\bmag\b|phot[._]mag", about):
        return True
    return not _FLUX.search(text) and bool(_MAGNITUDE.search(text))


def _values(table: Table, taken: set[str]) -> list[Value]:
    names = [n for n in table.columns if n not in taken and _numeric(table, n)]
    chosen = []
    for name in names:
        text = name.lower()
        if _ERROR.search(text) or (_NO_VALUE.search(text) and not _KEPT_SKY.match(text)):
            continue
        by_ucd = re.match(r"phot\.(?:mag|flux)", table.columns[name].ucd)
        if _FLUX.search(text) or _KEPT_SKY.match(text) or by_ucd or is_magnitude(table, name):
            chosen.append(name)
    by_filter = [n for n in names if not chosen and _named_by_filter(table, n)]
    chosen, found = chosen or by_filter, []
    for name in chosen[:MOST]:
        others = [n for n in names if n != name and n not in chosen]
        error = error_column(name, others, len(chosen))
        stem = re.sub(r"(?i)_?flux_?", "", name).lower()
        likely = name.lower().replace("mpro", "sigmpro")  # WISE
        if stem in ("raw", "corr", "cor"):
            likely = r"flux_?err(?:or)?"  # of both
        elif len(chosen) == 1:
            likely = "uncertainty|unc|merr"
        if not error:
            error = next((n for n in others if re.fullmatch(likely, n, re.I)), "")
        after = next(iter(names[names.index(name) + 1 :]), "")
        if not error and _BARE_ERROR.fullmatch(after):
            error = after  # 'mag, err, flux, err'
        magnitude = name in by_filter or is_magnitude(table, name)
        found.append(Value(clean_method(name), name, error, magnitude))
    return found


def _named_by_filter(table: Table, name: str) -> bool:
    """A column named 'V' or "r'" with numbers that magnitudes are."""
    if not re.fullmatch(r"[UBVRIugrizyJHK](?:'|c)?", name):
        return False
    values = numbers(table, name)[0]
    return bool(np.isfinite(values).any() and 0 < np.nanmedian(values) < 30)


def _numeric(table: Table, name: str) -> bool:
    column = table.columns[name]
    if column.values.dtype.kind in "fiu":
        return True
    if not column.is_text or not table.n_rows:
        return False
    n = np.count_nonzero(np.isfinite(numbers(table, name)[0]) | np.isfinite(limits(table, name)))
    return bool(n >= NUMERIC * max(table.n_rows - column.missing, 1))


def clean_method(name: str) -> str:
    """A column's name as the method of a measurement.

    >>> clean_method("PDCSAP_FLUX"), clean_method("flux-cal (1)")
    ('pdcsap_flux', 'flux_cal_1')
    """
    return re.sub(r"[^A-Za-z0-9.+]+", "_", name).strip("_").lower() or "column"


def _bare(table: Table, given: dict[str, str], values: list[Value]) -> Columns:
    """A table without names: the first column that can be a time, then values, then errors."""
    names = [name for name in table.columns if _numeric(table, name)]
    time = next((n for n in names if _like_times(numbers(table, n)[0])), "")
    rest = names[names.index(time) + 1 :] if time else []
    if not rest:
        raise LightledgerError(
            "a table without names of columns, and none that looks like times and magnitudes",
            advice="name them by number: --column time=1 --column mag=2,3",
        )
    found = Columns(time, dict(given), values)
    if not values:
        value = numbers(table, rest[0])[0]
        error = next((n for n in rest[1:2] if _like_errors(numbers(table, n)[0], value)), "")
        middle = np.nanmedian(value)
        magnitude = bool(2.0 < middle < 30.0 and np.nanmin(value) > -5)
        found.values = [Value("mag" if magnitude else "flux", rest[0], error, magnitude)]
        found.notes.append(
            f"no names of columns: {time} taken as times, {rest[0]} as "
            f"{'magnitudes' if magnitude else 'fluxes'}" + (f", {error} as errors" if error else "")
        )
    taken = {time, *found.roles.values()}
    taken |= {name for value in found.values for name in (value.column, value.error)}
    found.unused = [name for name in table.columns if name not in taken]
    return found


def _like_times(values: np.ndarray) -> bool:
    good = values[np.isfinite(values)]
    if good.size < 2:
        return bool(good.size) and good[0] > 1000
    return bool(
        good.min() > 1000 and np.ptp(good) < 50_000 and np.unique(good).size > good.size / 2
    )


def _like_errors(errors: np.ndarray, values: np.ndarray) -> bool:
    good = errors[np.isfinite(errors)]
    return bool(good.size and (good >= 0).all() and np.median(good) < abs(np.nanmedian(values)))
