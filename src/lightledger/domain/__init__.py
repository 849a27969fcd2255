"""Plain data that every room speaks: words, numbers and rules; needs numpy alone.

Light curve, record, flags, times, recipe, names, errors, problems, progress.
"""

from .calibration import Calibration, calibration_of
from .counts import counted
from .errors import Cancelled, LightledgerError
from .flags import DEFAULT_MASK, REGISTRY, Flag, is_good, mask_of, names_of
from .lightcurve import LightCurve
from .methods import Method, measurements_of, methods_of, parse_method
from .names import MeasurementName, clean_band, parse_measurement, radius_text
from .problems import Problem
from .progress import Control, Progress, Report, silent
from .recipe import Catalogues, Measuring, Presenting, Recipe
from .records import record_dtype
from .times import bjd_tdb
from .visits import (
    ADDED_COLUMNS,
    VISIT_COLUMNS,
    VisitRow,
    missing_column,
    noise_factors,
    noise_text,
    visit_table,
)
from .zeropoints import ZeroPoints

__all__ = [
    "ADDED_COLUMNS",
    "DEFAULT_MASK",
    "REGISTRY",
    "VISIT_COLUMNS",
    "Calibration",
    "Cancelled",
    "Catalogues",
    "Control",
    "Flag",
    "LightCurve",
    "LightledgerError",
    "MeasurementName",
    "Measuring",
    "Method",
    "Presenting",
    "Problem",
    "Progress",
    "Recipe",
    "Report",
    "VisitRow",
    "ZeroPoints",
    "bjd_tdb",
    "calibration_of",
    "clean_band",
    "counted",
    "is_good",
    "mask_of",
    "measurements_of",
    "methods_of",
    "missing_column",
    "names_of",
    "noise_factors",
    "noise_text",
    "parse_measurement",
    "parse_method",
    "radius_text",
    "record_dtype",
    "silent",
    "visit_table",
]
