"""A small synthetic field with known truth, as FITS files.

Made for the first minute of a newcomer and for the tests; `demo.make.make_demo` writes it.
"""

from .truth import TruthRow, read_truth

__all__ = ["TruthRow", "read_truth"]
