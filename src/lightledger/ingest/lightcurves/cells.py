"""Cells of a column as numbers, and the limits that are written among them."""

from __future__ import annotations

import re

import numpy as np

from lightledger.frames.tables import Table

#: What a mark of good points, or of bad ones, may be where it is no number.
_MARKS = {"g": 0, "good": 0, "b": 1, "bad": 1}
_YES_NO = {"false": 0, "f": 0, "true": 1, "t": 1}
_LIMIT = re.compile(r"([<>])=?\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)")


def numbers(table: Table, name: str) -> tuple[np.ndarray, int]:
    """A column as float64, nan where a cell is no number, and how many of such cells there are."""
    values = table.columns[name].values
    if values.dtype != object:
        return values.astype(np.float64), 0
    out, wrong = np.full(len(values), np.nan), 0
    for i, text in enumerate(values):
        try:
            out[i] = float(text)
        except (TypeError, ValueError):
            wrong += bool(text)
    return out, wrong


def limits(table: Table, name: str, signs: str = "<>") -> np.ndarray:
    """Numbers behind '<' or '>' in a column, float64; nan elsewhere.

    Of magnitudes both signs mean 'fainter than': surveys write '>17.2', the AAVSO '<17.2'.
    """
    values = table.columns[name].values
    out = np.full(len(values), np.nan)
    if values.dtype == object:
        for i, text in enumerate(values):
            found = _LIMIT.fullmatch(text)
            if found and found[1] in signs:
                try:
                    out[i] = float(found[2])
                except ValueError:  # '>1.2.3'
                    continue
    return out


def quality_words(table: Table, name: str) -> np.ndarray | None:
    """A column of quality as whole numbers, int64: 'G' and 'B', 'true' and 'false' too.

    None where there is no such column, or its cells are none of these.
    """
    if not name or not table.columns[name].is_text:
        return whole_numbers(table, name)
    texts = [text.lower() for text in table.columns[name].values]
    for known in (_MARKS, _YES_NO):
        if any(texts) and all(not text or text in known for text in texts):
            return np.array([known.get(text, 0) for text in texts], np.int64)
    return None


def whole_numbers(table: Table, name: str, missing: int = 0) -> np.ndarray | None:
    """A column of whole numbers, int64; None without one."""
    if not name or table.columns[name].is_text:
        return None
    values = table.columns[name].values
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values) & (np.abs(values) < 2**62), values, missing)
    return values.astype(np.int64)
