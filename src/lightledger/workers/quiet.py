"""Two things of the interpreter that would let a window stutter while workers are busy."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds after which a thread that computes must let another one in (Python's own: 5 ms). A
#: window that paints comes back to Python dozens of times, and waits this long each time.
SWITCH_S = 0.0005

_lock = threading.Lock()
_inside = 0


@contextmanager
def heavy_imports() -> Iterator[None]:
    """Import large libraries on a worker without long garbage collections.

    Importing astropy, scipy and numba makes half a million objects that live for ever; a full
    collection of them holds every thread up for 90 to 140 ms. Collection rests meanwhile, and
    afterwards these objects are never looked at again. May be nested, in several threads.
    """
    global _inside  # the collector is one for the whole process
    before = len(sys.modules)
    with _lock:
        _inside += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                if len(sys.modules) > before:
                    gc.freeze()
                gc.enable()


def settle() -> None:
    """Collect garbage now, and never look again at what is alive: a window has been built."""
    gc.collect()
    gc.freeze()


def let_the_window_in() -> None:
    """Shorten the turns of computing threads; called once there is a window."""
    if sys.getswitchinterval() > SWITCH_S:
        sys.setswitchinterval(SWITCH_S)
