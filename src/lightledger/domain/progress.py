"""Progress, pause and cancel of anything long, shared by the window and the command."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from .errors import Cancelled


@dataclass(frozen=True)
class Progress:
    """How far one stage of a job is: ``done`` of ``total`` steps (total 0: unknown)."""

    stage: str
    done: int = 0
    total: int = 0
    text: str = ""


#: Receives every `Progress`, from whichever thread does the work.
Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Report nothing."""


class Control:
    """Cancel and pause of one long job; safe to share between threads."""

    def __init__(self) -> None:
        self._cancel = threading.Event()
        self._go = threading.Event()
        self._go.set()

    def cancel(self) -> None:
        self._cancel.set()
        self._go.set()

    def pause(self) -> None:
        self._go.clear()

    def resume(self) -> None:
        self._go.set()

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    def check(self) -> None:
        """Wait while paused.

        Raises
        ------
        Cancelled
            When the job was cancelled.
        """
        self._go.wait()
        if self._cancel.is_set():
            raise Cancelled("cancelled; what was finished is kept")
