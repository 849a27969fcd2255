"""Is it real? What a light curve's own records say for and against a variation.

Each question is answered by ok, doubt or unknown, with its numbers. Rules are such that a constant
star with normal noise is doubted in at most 2 % of cases by each (tested by simulation); each says
its own rate.
"""

from .agreement import bands_agree, clean_agrees, measurements_agree
from .answer import Answer, Mark
from .circumstances import neighbourhood, strongest_correlation
from .extremes import robust_spread, settled, without_extremes

__all__ = [
    "Answer",
    "Mark",
    "bands_agree",
    "clean_agrees",
    "measurements_agree",
    "neighbourhood",
    "robust_spread",
    "settled",
    "strongest_correlation",
    "without_extremes",
]
