"""A client of a dask scheduler, or of a cluster of processes on this machine."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from lightledger.domain import LightledgerError
from lightledger.ingest.submit import available_processors

#: Seconds until a scheduler must have answered.
CONNECT_S = 6.0
_LOCAL = re.compile(r"local(?::(\d+))?")
_LOGGERS = ("distributed", "tornado", "asyncio")
_SILENT = logging.CRITICAL + 1
#: What processes of this machine begin with: Ctrl+C is for the command alone, which ends them.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


class Connection:
    """A client, and the cluster that was started for it.

    Attributes
    ----------
    client : distributed.Client
    """

    def __init__(self, make: Callable[[], tuple[Any, Any]]) -> None:
        self._loudness = {name: logging.getLogger(name).level for name in _LOGGERS}
        for name in _LOGGERS:  # a line of ours says what happened
            logging.getLogger(name).setLevel(_SILENT)
        try:
            self.client, self._cluster = make()
        except BaseException:
            self._as_loud_as_before()
            raise

    def close(self) -> None:
        with suppress(Exception):  # a scheduler that is gone cannot be told
            self.client.close(timeout=5)
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close(timeout=10)
        self._as_loud_as_before()

    def _as_loud_as_before(self) -> None:
        for name, level in self._loudness.items():
            logging.getLogger(name).setLevel(level)


def connect(address: str) -> Connection:
    """Find the scheduler at ``tcp://HOST:PORT``, or start ``local:N`` processes.

    Raises
    ------
    LightledgerError
        dask.distributed is missing, it is no address, or nobody answers in time.
    """
    try:
        import distributed
    except ImportError as error:
        raise LightledgerError(
            f"a cluster needs dask.distributed ({error})",
            advice="install it with: pip install 'lightledger[cluster]'",
        ) from None
    local = _LOCAL.fullmatch(address)
    if local and local[1] != "0":
        n = int(local[1] or available_processors())
        return Connection(lambda: _local(distributed, n))
    if "://" not in address:
        raise LightledgerError(
            f"{address!r} is not a cluster",
            advice="write tcp://HOST:8786, or local:2 for two processes on this machine",
        )
    return Connection(lambda: (_remote(distributed, address), None))


def _local(distributed: Any, n: int) -> tuple[Any, Any]:
    cluster = distributed.LocalCluster(
        n_workers=n,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=_SILENT,
        preload=[_DEAF],
    )
    return distributed.Client(cluster), cluster


def _remote(distributed: Any, address: str) -> Any:
    try:
        return _within(CONNECT_S + 2, lambda: distributed.Client(address, timeout=CONNECT_S))
    except Exception as error:  # whatever a port answers that is not a scheduler's
        why = "" if isinstance(error, OSError) else f" ({type(error).__name__}: {error})"
        raise LightledgerError(
            f"no dask scheduler answers at {address}{why}",
            advice="start one there with 'dask scheduler', or look at the address",
        ) from error


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """What ``make`` returns.

    Raises
    ------
    TimeoutError
        It takes longer: dask waits for ever on a port that takes connections and says nothing.
    """
    made: Future[Any] = Future()

    def work() -> None:
        try:
            with warnings.catch_warnings():  # other versions of dask work together, or fail by name
                warnings.simplefilter("ignore")
                made.set_result(make())
        except BaseException as error:
            made.set_exception(error)

    threading.Thread(target=work, name="connect", daemon=True).start()
    return made.result(seconds)
