"""Kernels compiled before they are needed, while the person still looks at the files."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

from lightledger.domain import Cancelled, Control, Progress, Report, silent

_MODULES = ("lightledger.photometry.warm", "lightledger.analysis.warm")
_POLL_S = 0.05


class Warmth:
    """Fills the kernels' cache once, in child processes: compiling would hold the window up.

    Whoever comes second waits for the first. A child that fails only means compiling later.

    Parameters
    ----------
    modules : tuple of str
        What is run; those of all kernels unless told.
    """

    def __init__(self, modules: tuple[str, ...] = _MODULES) -> None:
        self._modules = modules
        self._lock = threading.Lock()
        self._done = False

    def ensure(self, *, control: Control, report: Report = silent) -> None:
        """Return once the kernels are there; for a worker.

        Raises
        ------
        Cancelled
        """
        if self._done:
            return
        report(Progress("preparing the kernels"))
        while not self._lock.acquire(timeout=_POLL_S):
            control.check()
        try:
            if not self._done:
                _run_all(self._modules, control)
                self._done = True
        finally:
            self._lock.release()


def _run_all(modules: tuple[str, ...], control: Control) -> None:
    children = [
        subprocess.Popen(  # noqa: S603  our own interpreter and modules
            [sys.executable, "-m", module],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for module in modules
    ]
    for child in children:
        _step_back(child.pid)
    try:
        while any(child.poll() is None for child in children):
            control.check()
            time.sleep(_POLL_S)
    except Cancelled:
        for child in children:
            child.kill()
        raise
    finally:
        for child in children:
            child.wait()


def _step_back(pid: int) -> None:
    """Let the window go first where there are fewer processors than work."""
    if hasattr(os, "setpriority"):
        # A child that has ended already needs no priority.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, 10)
