"""Progress and problems on a terminal, all to standard error."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from lightledger.domain import Control, Problem, Progress

#: Problems listed one by one; the rest are counted.
LISTED = 200


def say(text: str) -> None:
    """A line for the person."""
    print(text, file=sys.stderr, flush=True)


class ProgressBars:
    """One bar per stage on a terminal; nothing where standard error is a file."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> ProgressBars:
        self._bars.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bars.stop()

    def __call__(self, progress: object) -> None:
        """Show progress; other events of an ingest pass by."""
        if not isinstance(progress, Progress):
            return
        total = progress.total or None
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bars.add_task(progress.stage, total=total, text="")
        self._bars.update(
            self._tasks[progress.stage],  # type: ignore[arg-type]
            completed=progress.done,
            total=total,
            text=progress.text,
        )


@contextmanager
def cancel_on_interrupt() -> Iterator[Control]:
    """A control that Ctrl+C (and a polite kill) cancels, so that what is finished is kept."""
    control = Control()

    def cancel(number: int, frame: FrameType | None) -> None:
        control.cancel()

    before = {s: signal.signal(s, cancel) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield control
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def list_problems(problems: Sequence[Problem]) -> None:
    """Every problem, a line each."""
    for problem in problems[:LISTED]:
        say(f"  {problem.severity}: {problem}")
    if len(problems) > LISTED:
        say(f"  ... and {len(problems) - LISTED} more; 'lightledger info' lists them all")
