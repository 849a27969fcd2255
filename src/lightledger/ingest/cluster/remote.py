"""The future of work that another process does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class RemoteFuture(Future[Any]):
    """A `concurrent.futures.Future` of work elsewhere; whoever settles it first has done so.

    Parameters
    ----------
    withdraw : callable
        Called with this future when it is cancelled.

    Attributes
    ----------
    there : object
        What stands for the work elsewhere.
    """

    def __init__(self, withdraw: Callable[[RemoteFuture], None]) -> None:
        super().__init__()
        self.there: Any = None
        self._withdraw = withdraw
        self._settling = threading.Lock()

    def cancel(self) -> bool:
        with self._settling:
            if self.done():
                return self.cancelled()
            super().cancel()
            self.set_running_or_notify_cancel()
        self._withdraw(self)
        return True

    def finish(self, result: Any) -> None:
        with self._settling:
            if not self.done():
                self.set_result(result)

    def fail(self, error: BaseException) -> None:
        with self._settling:
            if not self.done():
                self.set_exception(error)
