"""The whole comparison: a made-up field, all of ours and all of the others in one run."""

from __future__ import annotations

import difflib
import multiprocessing
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightledger.domain import (
    Cancelled,
    Control,
    LightledgerError,
    Progress,
    Report,
    measurements_of,
    silent,
)
from lightledger.ingest.task import VisitTask, reference_of

from . import ours
from .agreement import agreement, inputs_of
from .field import FieldSize, make_field
from .others import PROGRAMS, Program
from .result import Result, Row
from .tasks import tasks_of

#: A long run is held against one that has just begun, after its tenth visit: turns of visits.
_TENTH, _PIECE, _TURNS = 10, 5, 10
_POLL_S = 0.2


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes
    ----------
    turns : int
        Visits of the full set that are timed, times the visits of the field.
    thread_turns, thread_visits : int
        Interleaved turns of one thread and two, and the visits of each.
    tick_visits : int
        Visits of each of two workers while a thread ticks.
    long_visits, long_side : int
        The long run, on a smaller field.
    """

    turns: int = 4
    thread_turns: int = 5
    thread_visits: int = 4
    tick_visits: int = 6
    long_visits: int = 1000
    long_side: int = 256


def run(
    size: FieldSize,
    effort: Effort | None = None,
    *,
    only: Sequence[str] | None = None,
    folder: Path | None = None,
    control: Control | None = None,
    report: Report = silent,
) -> Result:
    """Make a field, measure it, and have it measured by the others.

    Parameters
    ----------
    size : FieldSize
    effort : Effort
    only : sequence of str, optional
        Keys of `others.PROGRAMS`; none of them when it is empty.
    folder : Path, optional
        Where to make a temporary folder; by default the system's place for them.

    Raises
    ------
    LightledgerError
        An unknown program, too little room, or one that fails.
    Cancelled
        The temporary folder is removed then too.
    """
    effort, control = effort or Effort(), control or Control()
    result = Result(size.side, load=(_load(), 0.0))
    programs = _installed(_chosen(only), result)
    root = Path(folder or tempfile.gettempdir())
    _need_room(size, root)
    with (
        tempfile.TemporaryDirectory(prefix="lightledger-bench-", dir=root) as scratch,
        _child(control) as ask,
    ):
        tasks = _prepared(Path(scratch) / "field", size, control, report)
        small = FieldSize(effort.long_side, 4, size.seed)
        few = _prepared(Path(scratch) / "small", small, control, report)
        reference = reference_of(tasks[0].reference)
        result.n_object = reference.n_object
        result.n_measurement = len(measurements_of(tasks[0].measuring))
        _ours(tasks, few, effort, result, ask, control, report)
        inputs = inputs_of(tasks[0]) if programs else None
        for n, program in enumerate(programs):
            control.check()
            report(Progress("the others", n, len(programs), program.title))
            assert inputs is not None
            result.others.append(_theirs(program, tasks[0], inputs))
        report(Progress("the others", len(programs), len(programs)))
    result.load = (result.load[0], _load())
    return result


Ask = Callable[..., Any]


def _ours(
    tasks: Sequence[VisitTask],
    few: Sequence[VisitTask],
    effort: Effort,
    result: Result,
    ask: Ask,
    control: Control,
    report: Report,
) -> None:
    def stage(done: int, text: str) -> None:
        report(Progress("measuring ours", done, 6, text))

    stage(0, "visits, one after the other")
    result.costs_s = ask(ours.visit_costs, tasks, effort.turns)
    stage(1, "where the time goes")
    result.steps_s = ask(ours.steps, tasks[0], effort.turns)
    stage(2, "one thread beside two")
    result.gains = ask(ours.thread_gains, tasks, effort.thread_visits, effort.thread_turns)
    stage(3, "a thread that ticks")
    gaps = ask(ours.tick_gaps, tasks, effort.tick_visits, 2.0)
    result.idle_gap_ms, result.tick_gap_ms = gaps
    result.peak_bytes = ask(ours.peak_bytes)
    if not result.peak_bytes:
        result.notes.append("memory: not measured, this system does not tell")
    stage(4, "what SExtractor does")
    result.sextractor_share_s = ask(ours.sextractor_share, tasks, effort.turns)
    stage(5, f"{effort.long_visits:,} visits of a small field")
    n, turns = effort.long_visits, effort.long_visits // (2 * _PIECE)
    _, resident = ask(ours.long_run, few, n)
    # beside a process that has just begun, in turns: the load of the machine is the same for both
    with _child(control) as ask_another:
        ask_another(ours.long_run, few, _TENTH)
        late, early = [], []
        for _ in range(min(turns, _TURNS)):
            late += ask(ours.long_run, few, _PIECE)[0]
            early += ask_another(ours.long_run, few, _PIECE)[0]
    result.n_long, result.small_side = n, round(reference_of(few[0].reference).shape[0])
    result.flatness = statistics.median(late) / statistics.median(early)
    result.growth_bytes = resident[-1] - resident[min(_TENTH, n) - 1]
    stage(6, "")


def _theirs(program: Program, task: VisitTask, inputs: Any) -> Row:
    try:
        timed = program.run(inputs)
        agrees = agreement(task, inputs, timed)
    except (LightledgerError, Cancelled):
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise LightledgerError(
            f"{program.title} failed ({what})", advice="compare the others with --only"
        ) from error
    return Row(timed.key, timed.title, timed.does, timed.on, timed.cpu_s, agrees, program.counted)


def _prepared(folder: Path, size: FieldSize, control: Control, report: Report) -> list[VisitTask]:
    make_field(folder, size, control, report)
    return tasks_of(folder, size.n_visit, control, report)


@contextmanager
def _child(control: Control) -> Any:
    """A process that does what it is asked, one thing after the other."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    def ask(function: Callable[..., Any], *arguments: Any) -> Any:
        future = pool.submit(function, *arguments)
        while not wait([future], _POLL_S).done:
            control.check()
        return future.result()

    try:
        yield ask
    finally:
        # what it does is of no use any more when the run was cancelled
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _chosen(only: Sequence[str] | None) -> list[Program]:
    known = [program.key for program in PROGRAMS]
    for key in only or ():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=2, cutoff=0.4)
            raise LightledgerError(
                f"no program {key!r}", advice=f"did you mean {' or '.join(near or known)}?"
            )
    return [p for p in PROGRAMS if only is None or p.key in only]


def _installed(programs: Sequence[Program], result: Result) -> list[Program]:
    """Those that are here; the others are left out by name."""
    for program in programs:
        if why := program.missing():
            result.left_out[program.title] = why
    return [program for program in programs if program.title not in result.left_out]


def _need_room(size: FieldSize, root: Path) -> None:
    if not root.is_dir():
        raise LightledgerError("no such folder", root, "create it first")
    # the frames, those for SExtractor, the footprints and the coadd's planes
    need = size.n_bytes + 12 * size.side**2 + 40 * size.side**2
    free = shutil.disk_usage(root).free
    if need > free:
        raise LightledgerError(
            f"not enough room: {need / 1e9:,.1f} GB are needed, {free / 1e9:,.1f} are free",
            root,
            "name a larger disk with --folder, or a smaller field with --side",
        )


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
