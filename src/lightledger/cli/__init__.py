"""The same verbs in a terminal; no Qt.

Machine output goes to standard output, everything for a person to standard error.
"""

from .figures import Figures, has_screen, missing_for_window
from .main import VERBS, run

__all__ = ["VERBS", "Figures", "has_screen", "missing_for_window", "run"]
