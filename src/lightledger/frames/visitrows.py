"""Rows of a table to visits: one visit's table has its time in the header, one of many in rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lightledger.domain import LightledgerError, counted

from .catalogue_columns import plain
from .headers import Cards
from .sorting import stem_of
from .tables import Table
from .timekeys import (
    ELAPSED_KEYS,
    EXPOSURE_KEYS,
    FRAME_TIME_KEYS,
    NUMBER_KEYS,
    REDUCED_KEYS,
    TEXT_KEYS,
)
from .visittable import cards_of, keyword_of

#: Key of all rows of a file.
WHOLE = ""
#: A table in which visits have fewer rows than this on average is a light curve, not catalogues.
_FEWEST_ROWS = 2.0
_VISIT_COLUMNS = (
    "visit", "visitid", "groupname", "group", "aor", "aorkey", "reqkey", "exposureid", "expid",
    "expnum", "obsid", "observationid", "imageid", "imagename", "image", "file", "filename",
    "sourcefile", "frame", "frameid", "frameno",
)  # fmt: skip
_BAND_COLUMNS = ("band", "filter", "filtername", "channel", "ch", "chnlnum", "passband")
_TEXT_TIMES = frozenset(TEXT_KEYS["start"] + TEXT_KEYS["mid"])
_DAY_TIMES = frozenset(NUMBER_KEYS["start"] + NUMBER_KEYS["mid"]) | {"MJD-MID", "JD-MID"}
_ALL_TIMES = _TEXT_TIMES | _DAY_TIMES | frozenset(REDUCED_KEYS)
#: Columns that tell of the visit what a header would.
_HEADER_COLUMNS = _ALL_TIMES.union(
    TEXT_KEYS["end"], NUMBER_KEYS["end"], EXPOSURE_KEYS, FRAME_TIME_KEYS, ELAPSED_KEYS,
    ("AIRMASS", "AIRMAS", "SECZ", "TIMESYS", "INSTRUME", "TELESCOP", "OBJECT"),
    ("FILTER", "FILTNAM", "FILTNAME", "BAND"),
)  # fmt: skip


def groups_of(table: Table, roles: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Rows of each visit and band, in the order in which they first stand; {} for a single visit.

    Keys are ``visit`` or ``visit\\tband``.

    Raises
    ------
    LightledgerError
        Hardly two rows belong to the same visit: a light curve, not catalogues of visits.
    """
    names = [name for name in (_visit_column(table, roles), band_column(table, roles)) if name]
    parts = [_codes(table, name) for name in names]
    if not parts or max(len(texts) for _, texts in parts) < 2:
        return {}
    combined = parts[0][0]
    for codes, texts in parts[1:]:
        combined = combined * len(texts) + codes
    _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
    if table.n_rows < _FEWEST_ROWS * first.size:
        raise LightledgerError(
            f"{counted(table.n_rows, 'row')} in {counted(first.size, 'visit')}: "
            "a light curve, not catalogues of visits",
            advice="light curves are no input of an ingest",
        )
    order = np.argsort(inverse, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(inverse))[:-1])
    found = {}
    for k in np.argsort(first, kind="stable"):
        row = first[k]
        found["\t".join(texts[codes[row]] for codes, texts in parts)] = rows[k]
    return found


def visit_and_band(key: str, table: Table, roles: Mapping[str, str]) -> tuple[str, str]:
    """Visit and band of a key; '' where it names none."""
    visit = _visit_column(table, roles)
    texts = key.split("\t")
    name = texts.pop(0) if visit else ""
    if visit and plain(visit) in ("file", "filename", "image", "imagename", "sourcefile"):
        name = stem_of(name)
    return name, texts[0] if texts else ""


def header_of_rows(table: Table, rows: np.ndarray, roles: Mapping[str, str]) -> Cards:
    """What columns tell of these rows' visit, over the keywords of the file.

    The middle of numbers counts, and the first of texts.
    """
    cells: dict[str, tuple[object, str]] = {}
    for column_name, column in table.columns.items():
        name = column_name
        if name == roles.get("time") and keyword_of(name) not in _ALL_TIMES:
            name = "DATE-OBS" if column.is_text else "MJD-MID"
        elif name == roles.get("band"):
            name = "FILTER"
        if keyword_of(name) not in _HEADER_COLUMNS:
            continue
        values = column.values[rows]
        if column.is_text:
            value: object = next((text for text in values if text), "")
        else:
            value = float(np.median(values)) if np.isfinite(values).any() else ""
        if value != "":
            cells[name] = (value, column.unit)
    return cards_of(cells).over(table.cards)


def _visit_column(table: Table, roles: Mapping[str, str]) -> str:
    """The column that names the visit, else that of the time; '' where a table has neither."""
    for role in ("visit", "time"):
        if role in roles:
            return roles[role] if roles[role] in table.columns else ""
    known = {plain(name): name for name in reversed(list(table.columns))}
    named = [known[name] for name in _VISIT_COLUMNS if name in known]
    keys = {keyword_of(name): name for name in reversed(list(table.columns))}
    timed = [
        keys[k] for group in (_TEXT_TIMES, _DAY_TIMES, REDUCED_KEYS) for k in keys if k in group
    ]
    for name in (*named, *timed):
        if len(_codes(table, name)[1]) > 1:
            return name
    return next(iter((*named, *timed)), "")


def band_column(table: Table, roles: Mapping[str, str]) -> str:
    """The column that names the band; '' where there is none."""
    if "band" in roles:
        return roles["band"] if roles["band"] in table.columns else ""
    known = {plain(name): name for name in reversed(list(table.columns))}
    return next((known[name] for name in _BAND_COLUMNS if name in known), "")


def _codes(table: Table, name: str) -> tuple[np.ndarray, list[str]]:
    """A column as numbers of its distinct values, and those as texts."""
    values = table.columns[name].values
    if values.dtype == object:
        values = values.astype("U")
    distinct, codes = np.unique(values, return_inverse=True)
    return codes, [str(value) for value in distinct.tolist()]
