"""How the columns of the object table are titled and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .curves import unit_text

#: Columns beside the id, until others are chosen.
DEFAULT = ("verdict", "mag", "excess", "inv_eta", "n_good", "stetson_j")
#: Says nothing where there is one band.
OF_TWO_BANDS = "stetson_j"


@dataclass(frozen=True)
class Column:
    """One column: title, how a cell is written, what it means, and whether large comes first."""

    key: str
    title: str
    write: Callable[[Any], str]
    meaning: str = ""
    descending: bool = False
    text: bool = False


def _number(places: int) -> Callable[[float], str]:
    def write(value: float) -> str:
        if not np.isfinite(value):
            return "–"
        # Narrow columns: large numbers need no decimals to be told apart.
        fewer = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else places
        keep = min(places, fewer)
        return f"{round(value, keep) + 0.0:.{keep}f}"  # + 0.0: never '-0.0'

    return write


def _ratio(value: float) -> str:
    return _number(2 if abs(value) < 10 else 1)(value)


def _four_digits(value: float) -> str:
    """Any quantity, in four digits.

    >>> _four_digits(0.00123456), _four_digits(12345.6), _four_digits(float("nan"))
    ('0.001235', '12346', '–')
    """
    if not np.isfinite(value):
        return "–"
    if value and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3e}"
    digits = 3 - int(np.floor(np.log10(abs(value)))) if value else 0
    return f"{value:.{min(max(digits, 0), 7)}f}"


def _place(value: float) -> str:
    return f"{value:.5f}" if np.isfinite(value) else "–"


def _whole(value: Any) -> str:
    return str(int(value)) if np.isfinite(value) else "–"


def _said(value: Any) -> str:
    """Text, or several (tags)."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _yes(value: Any) -> str:
    return "yes" if value else ""


#: Columns that have a title of their own.
COLUMNS: tuple[Column, ...] = (
    Column("verdict", "", _said, "What it was vetted as", text=True),
    Column("id", "id", str, "Id of the object in the catalogue", text=True),
    Column("mag", "mag", _number(2), "Magnitude of the median flux"),
    Column(
        "excess",
        "excess",
        _number(1),
        "Scatter above that of objects of the same brightness; above 3: look at it",
        descending=True,
    ),
    Column(
        "inv_eta",
        "1/η",
        _ratio,
        "Smoothness from visit to visit (inverse von Neumann ratio); high: varies slowly",
        descending=True,
    ),
    Column("n_good", "n", _number(0), "Visits with a good point", descending=True),
    Column(
        OF_TWO_BANDS,
        "bands",
        _number(1),
        "Bands agree: Stetson's J with the other band; 0 for noise, high where both vary together",
        descending=True,
    ),
)
_TITLED = {column.key: column for column in COLUMNS}
#: Written with five decimals: a degree's 1e-5 is 36 mas, a day's is 0.9 s.
_PLACES = {"ra", "dec", "ra_deg", "dec_deg", "first_mjd", "last_mjd"}


def column_of(key: str, values: np.ndarray | None, meaning: str = "", unit: str = "") -> Column:
    """How a column is shown; ``values`` tell whether it is text, yes or no, or a number."""
    if key in _TITLED:
        return _TITLED[key]
    words = f"{meaning} [{unit}]" if unit else meaning
    kind = "f" if values is None else values.dtype.kind
    if kind in "OUS":
        return Column(key, key, _said, words, text=True)
    if kind == "b":
        return Column(key, key, _yes, words, descending=True)
    if kind in "iu":
        return Column(key, key, _whole, words, descending=True)
    brightest_first = key.startswith("mag")
    write = _place if key in _PLACES else _four_digits
    return Column(key, key, write, words, descending=not brightest_first and key not in _PLACES)


def sort_keys(values: np.ndarray) -> np.ndarray:
    """Numbers that sort like a column, nan for what is missing; float64 of the same length."""
    if values.dtype.kind in "OUS":
        said = np.array([_said(value) for value in values.tolist()])
        names, place = np.unique(said, return_inverse=True)
        keys = place.astype(np.float64)
        if names.size and not names[0]:
            keys[place == 0] = np.nan
        return keys
    return values.astype(np.float64)


def texts(mapping: Mapping[str, np.ndarray], key: str) -> tuple[str, str]:
    """Meaning and unit of a column where the mapping knows them."""
    meaning, unit = getattr(mapping, "meaning", None), getattr(mapping, "unit", None)
    return (meaning(key) if meaning else ""), unit_text(unit(key) if unit else "")
