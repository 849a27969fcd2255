"""How kernels are compiled and where the machine code is kept; only packages of kernels ask it.

numba caches a kernel by the text of its own file and is blind to the kernels of other files that
it calls; so the folder is named by a digest of all sources of the package, and a changed kernel can
never run an old callee. The folder is the user's: the package itself may lie in a read-only place.

In kernels ``float(v)`` of a float32 stays float32; ``np.float64(v)`` is meant where it stands.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

from lightledger.installation import places

Kernel = TypeVar("Kernel", bound=Callable[..., object])

_HOW: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
_INNER = {**_HOW, "no_cpython_wrapper": True}

#: Called from kernels only, never from Python (which would crash): kept with the kernel that
#: calls, and compiled in less time, for want of what unpacks Python's arguments.
inner = numba.njit(**_INNER)
#: As `inner`; it may add in another order than is written, and so several at once. What is not
#: finite stays so.
summing = numba.njit(fastmath={"reassoc", "contract", "nsz"}, **_INNER)


def kernel(function: Kernel) -> Kernel:
    """Compile on first use, without the GIL; the machine code is kept.

    It goes under ``NUMBA_CACHE_DIR`` if that is set, else under the user's cache. Where no folder
    can be written the kernel still works and is compiled in each process.
    """
    before = config.CACHE_DIR  # type: ignore[attr-defined]
    source = Path(str(sys.modules[function.__module__].__file__))
    # numba reads the setting when it decorates; other packages keep theirs.
    config.CACHE_DIR = str(_cache_of(source.parent))  # type: ignore[attr-defined]
    try:
        return cast(Kernel, numba.njit(cache=True, **_HOW)(function))
    except RuntimeError:  # "no locator available": nothing is writable
        return cast(Kernel, numba.njit(**_HOW)(function))
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]


@lru_cache(maxsize=8)
def _cache_of(package: Path) -> Path:
    digest = hashlib.sha256()
    for source in (Path(__file__), *sorted(package.glob("*.py"))):
        digest.update(source.read_bytes())
    base = Path(config.CACHE_DIR or places.cache_folder() / "kernels")  # type: ignore[attr-defined]
    return base / f"{package.parent.name}-{digest.hexdigest()[:12]}"
