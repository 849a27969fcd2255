"""Visits measured by dask.distributed, behind the submitter that `run` knows.

The only place that knows dask. What travels is plain data (a `VisitTask`); each worker reads the
frames and writes its staged file in the folder that all of them share.
"""

from .submitter import ClusterSubmitter

__all__ = ["ClusterSubmitter"]
