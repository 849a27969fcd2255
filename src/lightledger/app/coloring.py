"""Colours of points: by band, by what is wrong with them, or by a quantity of visits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lightledger.domain import Flag

from .theme import Theme

#: Steps of a colour map; more are not told apart in markers of 5 pixels.
N_STEP = 32
#: Perceptually uniform, and read by people who do not tell red from green.
MAPS = {"light": "cividis", "dark": "viridis"}
#: A flag has its colour in every panel, and none that a band has; grey: hardly ever with a value.
_FLAG_FILLS = {
    Flag.BAD_PIXELS: "#7F4FC9",
    Flag.TRUNCATED: "#999933",
    Flag.SATURATED: "#BB5566",
    Flag.COSMIC_RAY: "#F0E442",
    Flag.LOW_COVERAGE: "#44AA99",
    Flag.FRAME_PROBLEM: "#8A6D3B",
    Flag.UNCERTAIN_POSITION: "#DDCC77",
    Flag.REJECTED: "#D55E00",
    Flag.QUALITY_BAD: "#AA4499",
}
_OTHER_FLAG = "#999999"


@dataclass(frozen=True)
class Coloring:
    """Which colour each point has.

    Attributes
    ----------
    cells : ndarray of int64, shape (n,)
        Index into ``fills``.
    fills : tuple of str
    """

    cells: np.ndarray
    fills: tuple[str, ...]


@dataclass(frozen=True)
class Legend:
    """What colours mean: a colour bar with its ends, or named colours.

    Attributes
    ----------
    title : str
    fills : tuple of str
        Of the bar, low to high; or one for each of ``names``.
    ends : tuple of float, or None
    names : tuple of str
    """

    title: str
    fills: tuple[str, ...]
    ends: tuple[float, float] | None = None
    names: tuple[str, ...] = ()


@lru_cache(maxsize=4)
def _fills(name: str) -> tuple[str, ...]:
    import pyqtgraph as pg

    table = pg.colormap.get(name).getLookupTable(nPts=N_STEP, alpha=False)
    return tuple("#{:02X}{:02X}{:02X}".format(*map(int, row)) for row in table)


def range_of(values: list[np.ndarray]) -> tuple[float, float]:
    """Ends of a colour bar for all panels: 2 and 98 per cent, wider where they are the same."""
    finite = np.concatenate([v[np.isfinite(v)] for v in values]) if values else np.empty(0)
    if finite.size == 0:
        return 0.0, 1.0
    low, high = (float(v) for v in np.percentile(finite, [2, 98]))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def by_value(values: np.ndarray, ends: tuple[float, float], theme: Theme) -> Coloring:
    """Colours of a map; grey where a value is not known."""
    fills = _fills(MAPS[theme.name])
    low, high = ends
    known = np.isfinite(values)
    part = np.clip((np.where(known, values, low) - low) / (high - low), 0.0, 1.0)
    cells = np.where(known, np.round(part * (N_STEP - 1)), N_STEP).astype(np.int64)
    return Coloring(cells, (*fills, theme.muted))


def value_legend(title: str, ends: tuple[float, float], theme: Theme) -> Legend:
    return Legend(title, _fills(MAPS[theme.name]), ends)


def by_flag(flags: np.ndarray, plain: str, theme: Theme) -> tuple[Coloring, Legend]:
    """Colours of the first flag of each point; ``plain`` for those without any."""
    cells = np.zeros(flags.size, np.int64)
    fills, names = [plain], ["no flags"]
    for flag in Flag:
        (has,) = np.nonzero((cells == 0) & ((flags & np.uint16(flag)) != 0))
        if has.size:
            cells[has] = len(fills)
            fills.append(_FLAG_FILLS.get(flag, _OTHER_FLAG))
            names.append(str(flag.name).lower().replace("_", " "))
    return Coloring(cells, tuple(fills)), Legend("flags", tuple(fills), names=tuple(names))


def joined(one: Legend | None, other: Legend | None) -> Legend | None:
    """One legend for two light curves of a panel."""
    if one is None or other is None or not one.names:
        return other or one
    fills = dict(zip(one.names, one.fills, strict=True))
    fills |= {n: f for n, f in zip(other.names, other.fills, strict=True) if n not in fills}
    return Legend(one.title, tuple(fills.values()), names=tuple(fills))
