"""What a worker of a cluster runs around the measuring of a visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lightledger.domain import LightledgerError

from .fitness import Demands, fault_of


def measure_there(demands: Demands | None, fn: Callable[..., Any], *args: Any) -> Any:
    """What a worker runs.

    Raises
    ------
    LightledgerError
        The worker came later than the others and is not fit.
    """
    if demands is not None and (fault := fault_of(demands)):
        raise LightledgerError(f"a worker that came later is not fit: {fault}")
    return fn(*args, _withdrawn())


def _withdrawn() -> Callable[[], bool]:
    """Tells whether the dask task of this thread was cancelled meanwhile."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def told() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state != "executing"

    return told
