"""Every setting there is, once: `ENTRIES` is what the dialog, the files and the manual go by."""

from __future__ import annotations

from lightledger.app.objectcolumns import DEFAULT
from lightledger.app.vetting.verdictset import parse, text_of
from lightledger.app.yscale import YScale
from lightledger.library.verdicts import VERDICTS

from .entry import Entry

THEME = Entry(
    "view/theme",
    "system",
    "Colours of the window and its plots.",
    "Colours",
    "Window",
    {"system": "as the system", "light": "light", "dark": "dark"},
)
Y_SCALE = Entry(
    "view/y_scale",
    "same",
    "How panels choose their Y range in a store that was never open; the key Y changes it.",
    "Y scale",
    "Window",
    {scale.value: scale.meaning for scale in YScale},
)
PHASE_CYCLES = Entry(
    "view/phase_cycles",
    2,
    "Cycles that a phase axis shows: with two, what happens around phase 0 is seen whole.",
    "Cycles of a phase",
    "Window",
    low=1,
    high=2,
)
#: Less memory would publish a large store in a thousand small pieces.
BUDGET_MB = Entry(
    "run/memory_mb",
    1024,
    "Memory for publishing a store; more is faster on slow disks.",
    "Memory",
    "Measuring",
    low=256,
    high=1 << 20,
    step=256,
    unit="MB",
)
WORKERS = Entry(
    "run/workers",
    0,
    "Threads that measure frames at a time; each needs memory for one frame.",
    "Workers",
    "Measuring",
    high=256,
    low_words="one per processor",
)
VERDICTS_SHOWN = Entry(
    "vetting/verdicts",
    text_of(VERDICTS),
    "Verdicts of the keys 1 to 9, by commas; an empty place keeps what stands there at first.",
    "Verdicts",
    "Vetting",
    tidy=lambda text: text_of(parse(text)),
)
OBSERVER = Entry(
    "export/observer",
    "",
    "Your observer code, as it stands in AAVSO files.",
    "Observer code",
    "Exports",
    tidy=str.strip,
)
SAMP_AT_START = Entry(
    "samp/connect",
    False,
    "Connect to the SAMP hub of this machine as the program starts, if one is running.",
    "Connect at start",
    "Other programs",
)
SAMP_FOLLOW = Entry(
    "samp/follow",
    True,
    "Highlight the current object in tables that other programs have from here.",
    "Highlight rows",
    "Other programs",
)
SAMP_MATCH = Entry(
    "samp/match_arcsec",
    1,
    "Rows of a table that arrives are objects up to this far from their position.",
    "Matching radius",
    "Other programs",
    low=1,
    high=3600,
    unit="arcsec",
)
SAMP_POINT = Entry(
    "samp/point_arcsec",
    10,
    "A place that another program points at selects the nearest object within this radius.",
    "Pointing radius",
    "Other programs",
    low=1,
    high=36000,
    unit="arcsec",
)
LOG_LEVEL = Entry(
    "log/level",
    "info",
    "What is written into the log (Help, Log): take everything before you report a fault.",
    "Log",
    "Log",
    {"warning": "problems only", "info": "what happens", "debug": "everything"},
)

# Chosen where they are used, and remembered.
SYSTEM = Entry(
    "view/magnitude_system",
    "",
    "System of magnitudes chosen last.",
    choices={"": "as the store has them", "AB": "AB", "Vega": "Vega"},
)
X_AXIS = Entry("view/x_axis", "mjd", "Times on the X axis of a store that was never open.")
COLOR_BY = Entry("view/color_by", "band", "What colours points in a store that was never open.")
CROSSHAIR = Entry("view/crosshair", False, "Whether panels have a crosshair.")
EXPORT_FOLDER = Entry("export/folder", "", "Folder last exported to.")
OPEN_FOLDER = Entry("open/folder", "", "Folder last opened from.")
COLUMNS_SHOWN = Entry(
    "table/columns", ",".join(DEFAULT), "Columns of the object table beside the id, by commas."
)
TEMPLATES = Entry(
    "files/templates", "{}", "File-name templates of one's own: name to pattern, JSON."
)
RECIPE_FOLDER = Entry("files/recipe_folder", "", "Folder of the recipe last saved or loaded.")
LOOK = Entry("sky/look", "", "Stretch, colours and markers of the sky, JSON.")

ENTRIES: tuple[Entry, ...] = (
    THEME, Y_SCALE, PHASE_CYCLES, BUDGET_MB, WORKERS, VERDICTS_SHOWN, OBSERVER,
    SAMP_AT_START, SAMP_FOLLOW, SAMP_MATCH, SAMP_POINT, LOG_LEVEL,
    SYSTEM, X_AXIS, COLOR_BY, CROSSHAIR, EXPORT_FOLDER, OPEN_FOLDER, COLUMNS_SHOWN, TEMPLATES,
    RECIPE_FOLDER, LOOK,
)  # fmt: skip
