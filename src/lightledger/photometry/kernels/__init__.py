"""Compiled kernels (numba): nogil, cached, row ranges, never parallel.

Array arguments are C-contiguous and read-only (see `lightledger.photometry.apertures.plane`), so
that every kernel has one signature and the cache that was warmed is the one that is used.
"""
