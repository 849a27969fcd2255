"""Columns of a table before anyone asks what they mean: numbers or texts, missing ones visible."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .headers import Cards

MAX_BYTES = 1 << 30
MAX_ROWS = 5_000_000
MISSING = frozenset({"", "nan", "null", "none", "--", "n/a", "na", "masked", '""'})


@dataclass(frozen=True)
class Column:
    """One column: numbers (missing: nan) or texts (missing: '').

    Attributes
    ----------
    values : ndarray, shape (n,)
        float, int, bool, or object array of str.
    missing : int
        How many values are.
    """

    values: np.ndarray
    unit: str = ""
    ucd: str = ""
    about: str = ""
    missing: int = 0

    @property
    def is_text(self) -> bool:
        return self.values.dtype == object


@dataclass
class Table:
    """Columns in their order, the kind of file, what was written beside them, and remarks.

    ``cards`` are the keywords of its header: of FITS, of the image that a FITS_LDAC catalogue was
    made from, of the meta data of ECSV, of the parameters of a VOTable.
    """

    columns: dict[str, Column] = field(default_factory=dict)
    kind: str = ""
    comments: str = ""
    notes: list[str] = field(default_factory=list)
    cards: Cards = field(default_factory=Cards)

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values())).values) if self.columns else 0

    def rows(self, which: np.ndarray) -> Table:
        """The table with these rows alone; ``missing`` stays that of all rows."""
        columns = {n: replace(c, values=c.values[which]) for n, c in self.columns.items()}
        return replace(self, columns=columns)


def _column(values: np.ndarray, mask: np.ndarray | None = None, **about: Any) -> Column:
    """A column in native byte order, missing values made visible; ``about``: unit, ucd, about."""
    values = np.asarray(values)
    gone = np.zeros(len(values), bool) if mask is None else np.array(mask, bool)
    if values.dtype.kind in "SUO":
        texts = [_as_text(v) for v in values]
        values = np.array(texts, object)
        values[gone] = ""
        gone = np.array([not t for t in values], bool)
    else:
        values = values.astype(values.dtype.newbyteorder("="))
        if values.dtype.kind == "f":
            gone |= ~np.isfinite(values)
        if gone.any() and values.dtype.kind in "iu" and (values[~gone] > 2**53).any():
            # Long ids must not go through a float.
            texts = ["" if g else str(v) for v, g in zip(values, gone, strict=True)]
            return Column(np.array(texts, object), missing=int(gone.sum()), **about)
        if gone.any():
            values = np.where(gone, np.nan, values.astype(np.float64))
    return Column(values, missing=int(gone.sum()), **about)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return "" if value is None or np.ma.is_masked(value) else str(value).strip("\x00 \t\r\n")


def add_column(table: Table, name: str, values: np.ndarray, mask: Any, **about: Any) -> None:
    """Add a column; one of vectors becomes several: NAME, NAME_1, ..."""
    values = np.asarray(values)
    mask = None if mask is None or mask is np.ma.nomask else np.asarray(mask)
    if values.ndim == 1:
        table.columns[_free(table, name)] = _column(values, mask, **about)
        return
    flat = values.reshape(len(values), -1)
    flat_mask = None if mask is None else np.broadcast_to(mask, values.shape).reshape(flat.shape)
    for k in range(min(flat.shape[1], 64)):  # more are images or spectra
        own = None if flat_mask is None else flat_mask[:, k]
        part = name if k == 0 else f"{name}_{k}"
        table.columns[_free(table, part)] = _column(flat[:, k], own, **about)


def _free(table: Table, name: str) -> str:
    name = name.strip() or "column"
    free, k = name, 2
    while free in table.columns:
        free, k = f"{name}_{k}", k + 1
    return free


def parsed(texts: list[str]) -> np.ndarray:
    """Texts of a column as int, float (missing: nan), or the texts themselves."""
    filled = [t for t in texts if t.lower() not in MISSING]
    try:
        if len(filled) == len(texts):
            return np.array([int(t) for t in texts], np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        return np.array([np.nan if t.lower() in MISSING else float(t) for t in texts])
    except ValueError:
        return np.array(["" if t.lower() in MISSING else t for t in texts], object)


def safe_for_ids(texts: list[str], values: np.ndarray) -> np.ndarray:
    """Keep long integers as texts when a missing one would send them through a float."""
    if values.dtype.kind == "f" and any(len(t) > 15 and t.isdigit() for t in texts):
        return np.array(["" if t.lower() in MISSING else t for t in texts], object)
    return values
