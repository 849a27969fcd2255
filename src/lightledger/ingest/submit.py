"""Where tasks run: a thread pool here; the window offers the same on its own pool."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from lightledger.domain import LightledgerError


class Submitter(Protocol):
    """Runs functions somewhere and hands back futures."""

    @property
    def n_workers(self) -> int: ...

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]: ...


class WorkerDied(LightledgerError):
    """The processes that tried a piece of work all died.

    Parameters
    ----------
    attempts : int
    """

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"{attempts} worker processes died while measuring it",
            advice="look at their memory, then run the same again",
        )


def available_processors() -> int:
    """Processors this process may use: affinity and container limits respected.

    Reads the CPU quota of control groups, version 2 (``cpu.max``) and 1 (``cpu.cfs_quota_us``).
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        count = os.cpu_count() or 1
    return max(1, min(count, _quota(Path("/sys/fs/cgroup")) or count))


def _quota(root: Path) -> int:
    """Whole processors that the control group grants; 0 when it sets no limit."""
    try:
        quota, period = (root / "cpu.max").read_text().split()[:2]
    except (OSError, ValueError):
        try:
            quota = (root / "cpu/cpu.cfs_quota_us").read_text()
            period = (root / "cpu/cpu.cfs_period_us").read_text()
        except OSError:
            return 0
    try:
        return max(1, int(quota) // int(period)) if int(quota) > 0 else 0
    except ValueError:  # 'max'
        return 0


class ThreadSubmitter:
    """A pool of ``n`` threads; a context manager that waits for them."""

    def __init__(self, n: int = 0) -> None:
        self.n_workers = n or available_processors()
        self._pool = ThreadPoolExecutor(self.n_workers, thread_name_prefix="measure")

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        return self._pool.submit(fn, *args)

    def __enter__(self) -> ThreadSubmitter:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
