"""QThreadPool as a submitter: the window's stand-in for a thread pool of the command."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

from PySide6.QtCore import QRunnable, QThreadPool

from lightledger.ingest.submit import available_processors

#: Bytes of stack per thread: the default of some systems (512 kB) is too small for scipy.
_STACK = 8 << 20

_Task = tuple["Future[Any]", Callable[..., Any], tuple[Any, ...]]


class _Lane(QRunnable):
    """Takes tasks from the queue until it is empty.

    One per thread, made once, never deleted by the pool: a runnable per task would be freed
    by C++ on the worker's thread while Python may still hold it.
    """

    def __init__(self, take: Callable[[], _Task | None]) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self._take = take

    def run(self) -> None:
        while (task := self._take()) is not None:
            future, fn, args = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = fn(*args)
            except BaseException as error:
                future.set_exception(error)
                # the frame of this loop must not keep the traceback, and all it holds, alive
                del error
            else:
                future.set_result(result)
                del result
            del task, future, fn, args


class PoolSubmitter:
    """Runs callables on a QThreadPool of its own; the futures are those of `concurrent.futures`.

    Parameters
    ----------
    n : int
        Threads; 0: as many as processors this process may use.

    Notes
    -----
    A context manager; leaving it drops what has not started and waits for what has.
    """

    def __init__(self, n: int = 0) -> None:
        self.n_workers = n if n > 0 else available_processors()
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(self.n_workers)
        self._pool.setStackSize(_STACK)
        self._lock = threading.Lock()
        self._queue: deque[_Task] = deque()
        self._busy = 0
        self._closed = False
        self._lanes = [_Lane(self._take) for _ in range(self.n_workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Run ``fn(*args)`` on a thread of the pool.

        Raises
        ------
        RuntimeError
            After `close`.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._queue.append((future, fn, args))
            wake = self._busy < self.n_workers
            lane = self._lanes[self._busy] if wake else None
            self._busy += wake
        if lane is not None:
            self._pool.start(lane)
        return future

    def _take(self) -> _Task | None:
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            self._busy -= 1
            return None

    @property
    def idle(self) -> bool:
        with self._lock:
            return self._busy == 0 and not self._queue

    def drain(self) -> None:
        """Cancel what has not started and wait for what has; the pool stays usable."""
        with self._lock:
            waiting = list(self._queue)
            self._queue.clear()
        for future, _fn, _args in waiting:
            future.cancel()
            future.set_running_or_notify_cancel()
        self._pool.waitForDone()

    def close(self) -> None:
        """Drain, and take nothing any more."""
        with self._lock:
            self._closed = True
        self.drain()

    shutdown = close

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
