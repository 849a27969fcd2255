"""Ways to keep light curves: ours, what stood before it, and what others would take.

One module per container. A module loads its package only when it writes or opens, so that what
is not installed is left out by name.
"""

from __future__ import annotations

from .duck import DuckDB
from .hdf5 import Hdf5Chunks, Hdf5Datasets
from .ours import Ours, OursCopied, Pread
from .parquet import Parquet
from .sqlite_blobs import SqliteBlobs, SqliteUnpacked
from .sqlite_rows import SqliteRows
from .way import HUNDRED, ONE, SCAN, VISIT, Points, Way
from .zarr_chunks import Zarr

#: In the order of the table; the first is what the others are compared with.
WAYS: tuple[type[Way], ...] = (
    Ours, OursCopied, Pread, SqliteUnpacked, SqliteBlobs, SqliteRows, DuckDB, Parquet, Zarr,
    Hdf5Datasets, Hdf5Chunks,
)  # fmt: skip

__all__ = ["HUNDRED", "ONE", "SCAN", "VISIT", "WAYS", "Points", "Way"]
