"""Compiled kernels (numba): nogil, cached, row ranges, never parallel."""
