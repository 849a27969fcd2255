"""How kernels are compiled: without the interpreter's lock, kept on disk, never parallel.

numba caches a kernel by the text of its own file and is blind to the kernels of other files that
it calls; so the folder is named by a digest of all kernel sources. It is the user's: the package
itself may lie in a read-only place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import config

from lightledger.installation import places

Kernel = TypeVar("Kernel", bound=Callable[..., object])

_HOW: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_INNER = {**_HOW, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

#: Called from kernels only: compiled in half the time, kept with the kernel that calls.
inner = njit(**_INNER)
#: As `inner`; sums may be taken in any order (which vectorises them), nan stays nan.
sums = njit(fastmath={"reassoc", "contract"}, **_INNER)


@lru_cache(maxsize=1)
def kernel_cache_folder() -> Path:
    """Folder of the compiled kernels: under ``NUMBA_CACHE_DIR`` if set, else the user's cache."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    base = Path(config.CACHE_DIR or places.cache_folder() / "kernels")  # type: ignore[attr-defined]
    return base / f"analysis-{digest.hexdigest()[:12]}"


def kernel(function: Kernel) -> Kernel:
    """Called from Python: compiled on first use, kept in `kernel_cache_folder`.

    Where no folder can be written the kernel still works and is compiled in each process.
    """
    before = config.CACHE_DIR  # type: ignore[attr-defined]
    # numba reads the setting when it decorates; other packages keep theirs.
    config.CACHE_DIR = str(kernel_cache_folder())  # type: ignore[attr-defined]
    try:
        return cast(Kernel, njit(cache=True, **_HOW)(function))
    except RuntimeError:  # "no locator available": nothing is writable
        return cast(Kernel, njit(**_HOW)(function))
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]
