"""QThreadPool as one more submitter: run, progress, cancel, drain.

No worker touches a widget; results reach the window through one bridge.
"""

from .failures import as_one_line, details
from .jobs import Job, Jobs
from .quiet import heavy_imports, settle
from .submit import PoolSubmitter

__all__ = ["Job", "Jobs", "PoolSubmitter", "as_one_line", "details", "heavy_imports", "settle"]
