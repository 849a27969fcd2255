"""Visits on their way through a dask cluster, as futures that `run` understands."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from lightledger.domain import Control, LightledgerError, Progress, Report, silent
from lightledger.ingest.plan import Plan
from lightledger.ingest.submit import ThreadSubmitter, WorkerDied

from .connect import connect
from .fitness import Demands, Token, other_version, ready
from .onworker import measure_there
from .remote import RemoteFuture

#: Seconds until a scheduler must have a worker.
WORKER_S = 30.0
#: Seconds between looks at the scheduler, its silence that ends a run, and a run without workers.
LOOK_S, SILENCE_S, DESERTED_S = 2.0, 30.0, 120.0
_POLL_S = 0.1


class ClusterSubmitter:
    """Runs visits on the workers of a dask cluster; a context manager that lets go of them.

    Work whose last argument is the callable ``cancelled`` travels; the callable stays here, and
    on the worker another one tells whether the work was withdrawn. All else (the reference) is
    done on threads of this process.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT`` of a scheduler, or ``local:N`` for N processes on this machine.

    Raises
    ------
    LightledgerError
        dask.distributed is missing, or no scheduler answers there in time.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._demands: Demands | None = None
        self._token: Token | None = None
        self._lost = ""
        self._under_way: set[RemoteFuture] = set()
        self._closed = threading.Event()
        self._second_tries = asyncio.Lock()
        self._connection = connect(address)
        self._client = self._connection.client
        self._here = ThreadSubmitter()
        self._threads: dict[str, int] = dict(self._client.nthreads())
        threading.Thread(target=self._look, name="cluster", daemon=True).start()

    @property
    def n_workers(self) -> int:
        """Visits that are measured at once: threads of all workers, as last seen."""
        return max(sum(self._threads.values()), 1)

    def check(
        self, plan: Plan, control: Control | None = None, report: Report = silent
    ) -> list[str]:
        """Have every worker ready, or say what is wrong with it.

        A worker must run this version of the program and see the frames and the folder of the
        store under their paths; its kernels are compiled here, before the first visit.

        Returns
        -------
        list of str
            A line per kind of trouble: which workers, what is wrong, what to do.

        Raises
        ------
        LightledgerError
            No worker comes within `WORKER_S`.
        Cancelled
        """
        control = control or Control()
        self._wait_for_workers(control, report)
        self._token = Token.beside(plan.request.output.absolute())
        self._demands = Demands.of(self._token, (Path(f.path) for f in plan.todo))
        faults = self._without_program()
        if not faults:
            first, rest = _one_per_host(self._threads)
            for part, addresses in enumerate((first, rest)):
                # one worker of a host fills the cache of kernels for the others
                faults |= self._make_ready(addresses, len(first) * part, control, report)
        kinds: dict[str, list[str]] = {}
        for worker, fault in sorted(faults.items()):
            kinds.setdefault(fault, []).append(worker)
        return [f"{_named(workers)}: {fault}" for fault, workers in kinds.items()]

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Run ``fn(*args)`` on a worker, or here when it is not the measuring of a visit.

        The future raises `WorkerDied` when the processes that tried it all died, and
        LightledgerError when the scheduler is gone or a worker is not fit.
        """
        if not (args and callable(args[-1])):
            return self._here.submit(fn, *args)
        visit = RemoteFuture(self._withdraw)
        if self._lost:
            visit.fail(LightledgerError(self._lost, advice=_KEPT))
            return visit
        self._under_way.add(visit)
        visit.add_done_callback(self._under_way.discard)
        work = partial(measure_there, self._demands, fn, *args[:-1])
        self._client.loop.add_callback(self._follow, visit, work)
        return visit

    def close(self) -> None:
        """Withdraw what is under way and let go of the workers."""
        self._closed.set()
        for visit in tuple(self._under_way):
            visit.cancel()
        if self._token is not None:
            self._token.remove()
        self._here.__exit__()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _wait_for_workers(self, control: Control, report: Report) -> None:
        for _ in range(int(WORKER_S / _POLL_S)):
            control.check()
            self._threads = dict(self._client.nthreads())
            if self._threads:
                return
            report(Progress("waiting for workers"))
            self._closed.wait(_POLL_S)
        raise LightledgerError(
            f"the scheduler at {self.address} has no workers",
            advice="start some with 'dask worker ADDRESS' on machines that share the folders",
        )

    # ---- are the workers fit

    def _without_program(self) -> dict[str, str]:
        """Workers on which nothing of ours can run: what is wrong, by address."""
        versions = self._client.get_versions(packages=["lightledger"])
        mine = versions["client"]["packages"]["lightledger"]
        faults = {}
        for worker, facts in versions["workers"].items():
            theirs = facts["packages"].get("lightledger")
            if theirs is None:
                faults[worker] = "Lightledger is not installed there; install it"
            elif theirs != mine:
                faults[worker] = other_version(theirs, mine)
        return faults

    def _make_ready(
        self, addresses: list[str], done: int, control: Control, report: Report
    ) -> dict[str, str]:
        total = len(self._threads)
        report(Progress("preparing the workers", done, total))
        there = {
            a: self._client.submit(ready, self._demands, workers=[a], pure=False) for a in addresses
        }
        try:
            while waiting := sum(not future.done() for future in there.values()):
                control.check()
                if self._lost:
                    raise LightledgerError(self._lost)
                report(Progress("preparing the workers", done + len(there) - waiting, total))
                self._closed.wait(_POLL_S)
            report(Progress("preparing the workers", done + len(there), total))
            outcomes = {a: _outcome(future) for a, future in there.items()}
        finally:
            self._client.cancel(list(there.values()))
        return {address: fault for address, fault in outcomes.items() if fault}

    # ---- visits under way

    async def _follow(self, visit: RemoteFuture, work: Callable[[], Any]) -> None:
        """See a visit through; on the thread of the client's loop.

        A visit that only shared a worker with the one that kills is blamed alike. So each is tried
        once more, one at a time: then none dies of another.
        """
        died = await self._try(visit, work)
        if died:
            async with self._second_tries:
                died += await self._try(visit, work)
            visit.fail(WorkerDied(died))

    async def _try(self, visit: RemoteFuture, work: Callable[[], Any]) -> int:
        """Settle a visit, or say how many workers died of it."""
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        if visit.done():  # cancelled before it could begin
            return 0
        try:
            visit.there = self._client.submit(work, pure=False)
        except Exception:  # the connection broke just now; the type is dask's own affair
            visit.fail(self._gone())
            return 0
        try:
            visit.finish(await visit.there)
        except (CancelledError, asyncio.CancelledError):
            if not visit.cancelled():  # the client lost its scheduler, and all that it waited for
                visit.fail(self._gone())
        except CommClosedError:  # lost while what was measured came across
            visit.fail(self._gone())
        except KilledWorker as killed:
            return int(killed.allowed_failures) + 1
        except LightledgerError as error:
            visit.fail(error)
        except Exception as error:
            what = f"a worker failed ({type(error).__name__}: {error})"
            visit.fail(LightledgerError(what, advice=_KEPT))
        finally:
            visit.there = None  # the cluster may forget it
        return 0

    def _withdraw(self, visit: RemoteFuture) -> None:
        there = visit.there
        if there is not None and not self._lost:
            with suppress(RuntimeError):  # the loop ended
                self._client.loop.add_callback(_cancel, there)

    def _gone(self) -> LightledgerError:
        self._lost = self._lost or f"the scheduler at {self.address} was lost"
        return LightledgerError(self._lost, advice=_KEPT)

    def _look(self) -> None:
        """Count the workers now and then; give up when nobody answers, or nobody is left."""
        deserted = 0.0
        while not self._closed.wait(LOOK_S):
            try:
                threads = self._client.sync(
                    self._client.scheduler.ncores, callback_timeout=SILENCE_S
                )
            except Exception:
                if not self._closed.is_set():
                    self._give_up(self._gone())
                return
            deserted = 0.0 if threads else deserted + LOOK_S
            if threads:
                self._threads = dict(threads)
            elif deserted >= DESERTED_S and self._under_way:
                self._lost = f"the scheduler at {self.address} has no workers left"
                self._give_up(LightledgerError(self._lost, advice=_KEPT))
                return

    def _give_up(self, error: LightledgerError) -> None:
        for visit in tuple(self._under_way):
            visit.fail(error)


_KEPT = "finished visits are kept: run the same again when that is mended"


async def _cancel(there: Any) -> None:
    with suppress(Exception):  # it is over, or the scheduler is
        await there.cancel()


def _outcome(future: Any) -> str:
    try:
        return str(future.result(timeout=SILENCE_S))
    except Exception as error:
        return f"it cannot run this program ({type(error).__name__}: {error})"


def _one_per_host(addresses: Iterable[str]) -> tuple[list[str], list[str]]:
    """The first worker of each host, and all others."""
    from distributed.comm import get_address_host

    hosts: set[str] = set()
    first: list[str] = []
    rest: list[str] = []
    for address in sorted(addresses):
        host = get_address_host(address)
        (rest if host in hosts else first).append(address)
        hosts.add(host)
    return first, rest


def _named(workers: list[str]) -> str:
    """Workers in a few words."""
    some = ", ".join(workers[:3]) + (", ..." if len(workers) > 3 else "")
    return f"{len(workers)} worker{'s' if len(workers) > 1 else ''} ({some})"
