"""Work in processes that may be killed, starved or crash, without paying for a new interpreter.

A server imports everything once and forks a child for each call; so a `kill -9` at a random moment
costs some hundredths of a second. It has one thread when it forks.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Files with what a child wrote to standard output and standard error.
SAID = ("out", "err")


@dataclass(frozen=True)
class Outcome:
    """How a child ended.

    Attributes
    ----------
    status : int
        Exit code, or minus the signal that killed it.
    seconds : float
    out, err : str
        What it wrote to standard output and to standard error.
    """

    status: int
    seconds: float
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both, the answer first."""
        return self.out + self.err


class Server:
    """Forks a child for each call.

    Parameters
    ----------
    warm : tuple of (str, list)
        Called once in the server itself, ``module:function`` and arguments, so that children
        find everything imported and compiled.
    """

    def __init__(self, scratch: Path, warm: tuple[str, list[Any]] | None = None) -> None:
        self._scratch = scratch
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(scratch), json.dumps(sys.path), json.dumps(warm)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def call(
        self,
        function: str,
        *arguments: Any,
        kill_after: float | None = None,
        megabytes: int = 0,
        cpu_seconds: float = 0,
    ) -> Outcome:
        """Run ``module:function`` in a child, with the environment and folder of the caller.

        Parameters
        ----------
        kill_after : float, optional
            Seconds until ``kill -9``.
        megabytes, cpu_seconds : int, float
            What the child may take beyond what it begins with; the system sees to it.
        """
        assert self._process.stdin is not None
        for name in SAID:
            (self._scratch / name).write_bytes(b"")  # a child may die before it says anything
        job = {
            "work": [function, [_plain(a) for a in arguments]],
            "place": [dict(os.environ), str(Path.cwd())],
            "limits": [megabytes, cpu_seconds],
            "kill_after": kill_after,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        status, seconds = json.loads(self._line())
        said = (self._scratch / name for name in SAID)
        return Outcome(status, seconds, *(f.read_text("utf-8", "replace") for f in said))

    def close(self) -> None:
        self._process.communicate()


def _plain(argument: Any) -> Any:
    return str(argument) if isinstance(argument, Path) else argument


@contextlib.contextmanager
def serving(scratch: Path, warm: tuple[str, list[Any]] | None = None) -> Iterator[Server]:
    server = Server(scratch, warm)
    try:
        yield server
    finally:
        server.close()


# ---- in the server ----------------------------------------------------------------------------


def _find(function: str) -> Any:
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


def _limit(megabytes: int, cpu_seconds: float) -> None:
    import resource

    if megabytes:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if cpu_seconds:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)  # SIGPROF kills


def _child(scratch: Path, job: dict[str, Any]) -> None:
    """Never returns; what the work returns is the exit code."""
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for k, name in enumerate(SAID, 1):
            os.dup2(os.open(scratch / name, os.O_WRONLY | os.O_TRUNC), k)
        environment, folder = job["place"]
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        _limit(*job["limits"])
        function, arguments = job["work"]
        code = int(_find(function)(*arguments) or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _serve(scratch: Path) -> None:
    for line in sys.stdin:
        job = json.loads(line)
        began = time.monotonic()
        pid = os.fork()
        if not pid:
            _child(scratch, job)
        if job["kill_after"] is not None:
            handle = os.pidfd_open(pid)
            if not select.select([handle], [], [], job["kill_after"])[0]:
                os.kill(pid, signal.SIGKILL)
            os.close(handle)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps([status, time.monotonic() - began]), flush=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    sys.path[:], first = map(json.loads, sys.argv[2:])
    if first:
        answers, sys.stdout = sys.stdout, sys.stderr
        _find(first[0])(*first[1])
        sys.stdout = answers
    print("ready", flush=True)
    _serve(folder)
