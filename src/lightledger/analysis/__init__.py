"""Light curves to insight: masks, statistics, ensemble zero points.

Compiled kernels live in `kernels`; they release the GIL and take row ranges.
"""

from .columns import STATISTIC_COLUMNS, STATISTICS
from .excess import VARIABLE_ABOVE, add_excess, is_variable, well_measured
from .masks import REASONS, Filters, Hidden, TimeRange, passes

__all__ = [
    "REASONS",
    "STATISTICS",
    "STATISTIC_COLUMNS",
    "VARIABLE_ABOVE",
    "Filters",
    "Hidden",
    "TimeRange",
    "add_excess",
    "is_variable",
    "passes",
    "well_measured",
]
