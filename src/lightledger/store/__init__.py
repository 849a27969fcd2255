"""Numbers to file: layout, staging, publish, reader, verify; the only room that imports h5py.

FORMAT.md describes the file for strangers.
"""

from .adopt import adopt_next
from .compare import differences
from .publish import PublishReport, Reduce, publish
from .reader import StoreReader
from .staged import StagedDamage, StagedVisit, read_staged, write_staged
from .staging import Staging, staging_folder
from .verify import VerifyReport, verify

__all__ = [
    "PublishReport",
    "Reduce",
    "StagedDamage",
    "StagedVisit",
    "Staging",
    "StoreReader",
    "VerifyReport",
    "adopt_next",
    "differences",
    "publish",
    "read_staged",
    "staging_folder",
    "verify",
    "write_staged",
]
