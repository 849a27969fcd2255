"""How kernels are compiled: without the interpreter's lock, kept on disk, never parallel."""

from __future__ import annotations

from typing import Any

from numba import njit

_HOW: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_INNER = {**_HOW, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

#: Called from Python, on a range of rows.
kernel = njit(cache=True, **_HOW)
#: Called from kernels only: compiled in half the time, kept with the kernel.
inner = njit(**_INNER)
#: As `inner`; sums may be taken in any order (which vectorises them), nan stays nan.
sums = njit(fastmath={"reassoc", "contract"}, **_INNER)
