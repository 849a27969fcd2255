"""Settings: declared once in `declared`, kept in files a person can read, changed in a dialog.

Values that a person chooses in the dialog are in ``settings.toml``, what the window remembers by
itself in ``window.toml``.
"""

from __future__ import annotations

from .declared import (
    BUDGET_MB,
    COLOR_BY,
    COLUMNS_SHOWN,
    CROSSHAIR,
    ENTRIES,
    EXPORT_FOLDER,
    LOG_LEVEL,
    LOOK,
    OBSERVER,
    OPEN_FOLDER,
    PHASE_CYCLES,
    RECIPE_FOLDER,
    SAMP_AT_START,
    SAMP_FOLLOW,
    SAMP_MATCH,
    SAMP_POINT,
    SYSTEM,
    TEMPLATES,
    THEME,
    VERDICTS_SHOWN,
    WORKERS,
    X_AXIS,
    Y_SCALE,
)
from .entry import Entry, Value
from .settings import Settings, settings_file

__all__ = [
    "BUDGET_MB",
    "COLOR_BY",
    "COLUMNS_SHOWN",
    "CROSSHAIR",
    "ENTRIES",
    "EXPORT_FOLDER",
    "LOG_LEVEL",
    "LOOK",
    "OBSERVER",
    "OPEN_FOLDER",
    "PHASE_CYCLES",
    "RECIPE_FOLDER",
    "SAMP_AT_START",
    "SAMP_FOLLOW",
    "SAMP_MATCH",
    "SAMP_POINT",
    "SYSTEM",
    "TEMPLATES",
    "THEME",
    "VERDICTS_SHOWN",
    "WORKERS",
    "X_AXIS",
    "Y_SCALE",
    "Entry",
    "Settings",
    "Value",
    "settings_file",
]
