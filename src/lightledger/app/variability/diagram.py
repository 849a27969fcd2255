"""What the diagram shows of the columns: axes, scales, who is strong, the median locus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lightledger.analysis.locus import MedianLocus, median_locus
from lightledger.app.curves import unit_text
from lightledger.app.objectcolumns import column_of
from lightledger.domain import counted

from .columnbox import unit_words
from .scale import Kind, Scale, knee_of

#: Bins of the median locus against a magnitude.
BIN_MAG = 0.5
#: Where most lie near zero and what is interesting far above it.
_PILED = {"excess": 3.0}
#: Numbers spanning more than this are on a logarithmic axis at first.
_WIDE = 100.0


@dataclass(frozen=True)
class Shown:
    """One state of the diagram.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n_object,)
    places : (ndarray, ndarray)
        Where they are along the axes, float64; nan: nowhere.
    strong : ndarray of bool, shape (n_object,)
        Objects that pass; the others are faint.
    scales : (Scale, Scale)
    titles : (str, str)
    locus : MedianLocus or None
        In places along the axes, of the strong ones.
    """

    x: np.ndarray
    y: np.ndarray
    places: tuple[np.ndarray, np.ndarray]
    strong: np.ndarray
    scales: tuple[Scale, Scale]
    titles: tuple[str, str]
    locus: MedianLocus | None

    def counts(self) -> str:
        """How many are drawn, and how many cannot be."""
        known = np.isfinite(self.places[0]) & np.isfinite(self.places[1])
        n_strong = int(np.count_nonzero(known & self.strong))
        n_faint = int(np.count_nonzero(known & ~self.strong))
        words = counted(n_strong, "object")
        words += f", {n_faint:,} more faint" if n_faint else ""
        valued = np.isfinite(self.x) & np.isfinite(self.y)
        n_valued = int(np.count_nonzero(valued))
        if n_valued < known.size:
            words += f"; {known.size - n_valued:,} of {known.size:,} have no value"
        off = n_valued - n_strong - n_faint  # values that a logarithm has none of
        return words + (f"; {off:,} not above 0 (log axis)" if off else "")


def make_shown(
    columns: Mapping[str, np.ndarray],
    names: tuple[str, str],
    kinds: tuple[Kind | None, Kind | None],
    passing: np.ndarray | None,
) -> Shown:
    """The diagram of two columns.

    Parameters
    ----------
    columns : mapping
    names : (str, str)
        Of x and y.
    kinds : (Kind or None, Kind or None)
        Scales chosen by hand; None: by what the numbers are.
    passing : ndarray of bool, or None
        Who passes the filter; well measured ones among them are strong.
    """
    x, y = (np.asarray(columns[name], np.float64) for name in names)
    strong = np.ones(x.size, bool) if passing is None else passing
    if "well_measured" in columns:
        strong = strong & np.asarray(columns["well_measured"], bool)
    xs = scale_for(names[0], x[strong], kinds[0])
    ys = scale_for(names[1], y[strong], kinds[1])
    width = BIN_MAG if is_magnitude(names[0]) and xs.kind is Kind.LINEAR else 0.0
    px, py = xs.forward(x), ys.forward(y)
    locus = median_locus(px[strong], py[strong], width)
    titles = title(columns, names[0]), title(columns, names[1])
    return Shown(x, y, (px, py), strong, (xs, ys), titles, locus)


def is_magnitude(name: str) -> bool:
    """Whether a column is of magnitudes, which grow downward."""
    column = name.rpartition(".")[2]
    return column == "mag" or column.startswith("mag_") or column.endswith("_mag")


def title(columns: Mapping[str, np.ndarray], name: str) -> str:
    """A column's name as it stands on an axis, with its unit."""
    shown = column_of(name, None).title
    return f"{shown} {unit_text(unit_words(columns, name))}".strip().replace("uJy", "µJy")


def scale_for(name: str, values: np.ndarray, kind: Kind | None) -> Scale:
    """A scale by choice, or by what the numbers are."""
    if kind is Kind.ASINH or (kind is None and name in _PILED):
        return Scale(Kind.ASINH, _PILED.get(name) or knee_of(values))
    if kind is not None:
        return Scale(kind)
    known = values[np.isfinite(values)]
    if is_magnitude(name) or known.size < 2:
        return Scale()
    low, high = np.percentile(known, (1, 99))
    if low > 0 and high / low > _WIDE:
        return Scale(Kind.LOG)
    if low <= 0 and high > 0:
        middle = float(np.percentile(np.abs(known), 50))
        if middle > 0 and max(high, -low) / middle > _WIDE:
            return Scale(Kind.ASINH, knee_of(values))
    return Scale()
