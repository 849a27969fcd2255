"""Long work for the window: run it elsewhere, hear of it on the window's own thread."""

from __future__ import annotations

import inspect
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from lightledger.domain import Cancelled, Control, LightledgerError, Progress

from .failures import as_one_line
from .quiet import let_the_window_in
from .submit import PoolSubmitter

_log = logging.getLogger("lightledger.workers")

Done = Callable[[Any], None]
Failed = Callable[[LightledgerError], None]
OnProgress = Callable[[Any], None]


@dataclass(frozen=True)
class _Wanted:
    """What the window wants to hear of one job."""

    done: Done | None
    failed: Failed | None
    progress: OnProgress | None
    cancelled: Callable[[], None] | None


class Job:
    """Handle of one running job.

    Attributes
    ----------
    number : int
        Grows by one with each job of the same `Jobs`.
    control : Control
        Pause, resume; the function gets the same object if it takes ``control``.
    """

    def __init__(self, number: int, control: Control, forget: Callable[[int], None]) -> None:
        self.number = number
        self.control = control
        self._forget = forget

    def cancel(self) -> None:
        """Ask the work to stop and hear nothing of it any more."""
        self._forget(self.number)
        self.control.cancel()

    def stop(self) -> None:
        """Ask the work to stop; ``cancelled`` (or ``done``, if it was faster) is still called."""
        self.control.cancel()


class _Mailbox:
    """Where workers leave news; plain Python, so that no worker ever owns a QObject."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._news: deque[tuple[int, str, Any]] = deque()
        self._ring: Callable[[], None] | None = ring
        self._rung = False

    def post(self, number: int, kind: str, payload: Any) -> None:
        with self._lock:
            # Of one stage only the newest progress matters: a fast worker cannot flood the window.
            if self._news and _supersedes(payload, number, *self._news[-1]):
                self._news.pop()
            self._news.append((number, kind, payload))
            ring = None if self._rung else self._ring
            if ring is None:
                return
            self._rung = True
            try:
                ring()
            except RuntimeError:  # the bridge went down with its parent
                self._ring = None

    def empty(self) -> list[tuple[int, str, Any]]:
        with self._lock:
            self._rung = False
            news = list(self._news)
            self._news.clear()
            return news

    def shut(self) -> None:
        with self._lock:
            self._ring = None
            self._news.clear()


class Jobs(QObject):
    """Runs functions on a pool and calls back on the thread that owns this object.

    All news comes through one bridge signal, numbered; that of cancelled or superseded jobs is
    dropped. Keep it as long as its window and call `drain` before the window goes.

    Parameters
    ----------
    parent : QObject, optional
    threads : int
        Jobs running at a time.
    """

    _rung = Signal()
    #: True when the first job starts, False when the last one ended.
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, threads: int = 2) -> None:
        super().__init__(parent)
        let_the_window_in()
        self._submitter = PoolSubmitter(threads)
        self._numbers = itertools.count(1)
        self._wanted: dict[int, _Wanted] = {}
        self._controls: dict[int, Control] = {}
        self._channels: dict[str, Job] = {}
        self._closed = False
        self._mailbox = _Mailbox(self._rung.emit)
        self._rung.connect(self._read_news, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        fn: Callable[..., Any],
        *args: Any,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: OnProgress | None = None,
        cancelled: Callable[[], None] | None = None,
        channel: str = "",
    ) -> Job:
        """Run ``fn(*args)`` on a worker.

        Parameters
        ----------
        fn : callable
            Touches no widget. Gets ``control=`` (`Control`) and ``report=`` where it has
            parameters of those names. ``report`` takes a `Progress`, or any other plain object:
            of progress in one stage only the newest is delivered, of the rest everything.
        done, failed, progress, cancelled : callable, optional
            Called on this object's thread: with the result; with a `LightledgerError` of one
            line; with what was reported; with nothing, after `Job.stop`.
        channel : str
            A new job cancels the one before it in the same channel.

        Notes
        -----
        After `close` nothing runs and nothing is heard: a timer that was under way then (a
        field just edited) asks in vain.
        """
        number = next(self._numbers)
        control = Control()
        job = Job(number, control, self._forget)
        if self._closed:
            control.cancel()
            return job
        if channel:
            if channel in self._channels:
                self._channels[channel].cancel()
            self._channels[channel] = job
        if not self._controls:
            self.busy_changed.emit(True)
        self._wanted[number] = _Wanted(done, failed, progress, cancelled)
        self._controls[number] = control
        post = self._mailbox.post
        extra: dict[str, Any] = {}
        names = _free_parameters(fn, args)
        if "control" in names:
            extra["control"] = control
        if "report" in names:
            extra["report"] = lambda p: post(number, "progress", p)
        future = self._submitter.submit(_call, fn, args, extra, control)
        future.add_done_callback(lambda f: _post_outcome(f, number, post))
        return job

    @property
    def busy(self) -> bool:
        return bool(self._controls)

    def drain(self) -> None:
        """Cancel everything, wait until no worker runs, and drop what they said."""
        self._wanted.clear()
        for control in list(self._controls.values()):
            control.cancel()
        self._submitter.drain()
        self._mailbox.empty()
        was_busy = bool(self._controls)
        self._controls.clear()
        self._channels.clear()
        if was_busy:
            self.busy_changed.emit(False)

    def close(self) -> None:
        """Drain, and never run anything again."""
        self._closed = True
        self.drain()
        self._mailbox.shut()
        self._submitter.close()

    def _forget(self, number: int) -> None:
        self._wanted.pop(number, None)

    @Slot()
    def _read_news(self) -> None:
        for number, kind, payload in self._mailbox.empty():
            wanted = self._wanted.get(number)
            if kind != "progress":
                self._wanted.pop(number, None)
                known = self._controls.pop(number, None) is not None
                if known and not self._controls:
                    self.busy_changed.emit(False)
            if wanted is None:
                continue
            try:
                _deliver(wanted, kind, payload)
            except Exception:
                # One broken listener must not swallow the news behind it.
                _log.exception("a listener of job %d failed", number)


def _supersedes(payload: Any, number: int, old: int, kind: str, before: Any) -> bool:
    return (
        old == number
        and kind == "progress"
        and isinstance(payload, Progress)
        and isinstance(before, Progress)
        and payload.stage == before.stage
    )


def _call(
    fn: Callable[..., Any], args: tuple[Any, ...], extra: dict[str, Any], control: Control
) -> Any:
    if control.cancelled:
        raise Cancelled("cancelled before it began")
    return fn(*args, **extra)


def _post_outcome(future: Future[Any], number: int, post: Callable[[int, str, Any], None]) -> None:
    if future.cancelled():
        post(number, "cancelled", None)
        return
    error = future.exception()
    if error is None:
        post(number, "done", future.result())
    elif isinstance(error, Cancelled):
        post(number, "cancelled", None)
    else:
        post(number, "failed", as_one_line(error))


def _deliver(wanted: _Wanted, kind: str, payload: Any) -> None:
    if kind == "progress" and wanted.progress is not None:
        wanted.progress(payload)
    elif kind == "done" and wanted.done is not None:
        wanted.done(payload)
    elif kind == "cancelled" and wanted.cancelled is not None:
        wanted.cancelled()
    elif kind == "failed":
        if wanted.failed is not None:
            wanted.failed(payload)
        else:
            _log.error("a job failed and nobody listens: %s", payload)


def _free_parameters(fn: Callable[..., Any], args: tuple[Any, ...]) -> set[str]:
    """Names of the parameters that ``args`` do not fill."""
    try:
        signature = inspect.signature(fn)
        taken = signature.bind_partial(*args).arguments
    except (TypeError, ValueError):
        return set()
    return set(signature.parameters) - set(taken)
