"""Visits that kill the process that measures them, or never end; sent to workers by name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from lightledger.ingest.task import VisitTask, measure_visit
from lightledger.ingest.visitresult import VisitResult


def measure_or_die(task: VisitTask, cancelled: Callable[[], bool]) -> VisitResult:
    """Measure; the second visit takes its process with it, as one does that needs more memory."""
    if "002" in task.sci.visit:
        os.kill(os.getpid(), signal.SIGKILL)
    return measure_visit(task, cancelled)


def until_cancelled(task: object, cancelled: Callable[[], bool]) -> None:
    """Work until told to stop."""
    while not cancelled():
        time.sleep(0.02)
