"""Periods of one light curve: Lomb-Scargle, box least squares, windows, aliases, folding."""

from .boxes import MAX_BOX_FREQUENCY, box_durations
from .errors import Bound, baluev, baluev_level
from .folding import fold
from .grid import Grid, grid_of
from .peaks import Peak, find_peaks
from .scargle import Fit, fit, power, window_power
from .search import METHODS, Found, Wanted, bootstrap, search
from .series import Series

__all__ = [
    "MAX_BOX_FREQUENCY",
    "METHODS",
    "Bound",
    "Fit",
    "Found",
    "Grid",
    "Peak",
    "Series",
    "Wanted",
    "baluev",
    "baluev_level",
    "bootstrap",
    "box_durations",
    "find_peaks",
    "fit",
    "fold",
    "grid_of",
    "power",
    "search",
    "window_power",
]
