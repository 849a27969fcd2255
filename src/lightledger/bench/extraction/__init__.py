"""Measuring a deep field beside the programs that it is measured with elsewhere, as ratios.

Everything is timed in one run on the same FITS files, by CPU time.
"""

from .run import run

__all__ = ["run"]
