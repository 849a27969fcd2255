"""A dask cluster of real processes on this machine, for tests."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SUPPORT = Path(__file__).parent


@dataclass
class Cluster:
    """A scheduler and its workers.

    Attributes
    ----------
    address : str
    scheduler : Popen
    workers : list of Popen
        Keepers of worker processes, which they start anew when these die.
    """

    address: str
    scheduler: subprocess.Popen[str]
    folder: Path
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def add_worker(self, *before: str, path: str = "", n: int = 1) -> None:
        """Start ``n`` workers and wait until the scheduler knows them.

        Parameters
        ----------
        before : str
            What the command is run by.
        path : str
            Put before the places where Python looks for modules.
        """
        words = ["-m", "dask", "worker", self.address, "--nthreads", "1", "--nworkers", str(n)]
        words += ["--no-dashboard", "--local-directory", str(self.folder)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([path, *_PATHS])}
        worker = subprocess.Popen(
            [*before, sys.executable, *words], stderr=subprocess.PIPE, text=True, env=environment
        )
        self.workers.append(worker)
        for _ in range(n):
            _wait_for(worker, r"Registered to: +tcp")

    def stop_worker(self) -> None:
        worker = self.workers.pop()
        worker.terminate()
        worker.communicate()


#: Where the program and what the tests send to workers are found.
_PATHS = [str(SUPPORT), *(p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p)]


@contextlib.contextmanager
def dask_cluster(folder: Path, n: int = 0) -> Iterator[Cluster]:
    """A scheduler that lets a visit cost one worker, and ``n`` workers."""
    environment = {
        **os.environ,
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        "PYTHONPATH": os.pathsep.join(_PATHS),
    }
    words = ["-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen(
        [sys.executable, *words], stderr=subprocess.PIPE, text=True, env=environment
    )
    cluster = Cluster(_wait_for(scheduler, r"Scheduler at: +(tcp\S+)"), scheduler, folder)
    try:
        if n:
            cluster.add_worker(n=n)
        yield cluster
    finally:
        for process in [*cluster.workers, scheduler]:
            process.kill() if process is scheduler else process.terminate()
            process.communicate()


def _wait_for(process: subprocess.Popen[str], what: str) -> str:
    """Read what a process says until it has said ``what``; the last group of it."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        if found := re.search(what, line):
            return found[found.re.groups]
        said.append(line)
    raise AssertionError("".join(said))


def processes_of(client: object) -> dict[str, int]:
    """Process numbers of the workers by address."""
    return dict(client.run(os.getpid))  # type: ignore[attr-defined]


def wait_until(told: object, seconds: float = 30.0) -> float:
    """Seconds until ``told()`` is true."""
    began = time.monotonic()
    while not told():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began
