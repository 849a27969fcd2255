"""The same verbs in a terminal; no Qt.

Machine output goes to standard output, everything for a person to standard error.
"""

from .figures import Figures
from .main import VERBS, run

__all__ = ["VERBS", "Figures", "run"]
