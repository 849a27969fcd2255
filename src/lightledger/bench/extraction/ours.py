"""Our side of the comparison; runs in a process of its own, whose memory is that of measuring."""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from lightledger.domain import LightledgerError
from lightledger.ingest.task import VisitTask, measure_visit

from .tasks import with_outputs

#: Seconds between two looks at what a visit does, and between two ticks.
_LOOK_S, TICK_S = 0.002, 0.005
#: Steps of a visit that SExtractor does not take.
_NOT_SEXTRACTOR = tuple(f"photometry.{name}." for name in ("cosmics", "correlated", "visitnoise"))


def cpu_seconds() -> float:
    """CPU time of this process and of the children it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def measure(task: VisitTask) -> float:
    """CPU seconds of one visit.

    Raises
    ------
    LightledgerError
        It could not be measured.
    """
    began = cpu_seconds()
    result = measure_visit(task, lambda: False)
    took = cpu_seconds() - began
    if result.problem is not None:
        raise LightledgerError(result.problem.what, result.problem.file, result.problem.advice)
    return took


def visit_costs(tasks: Sequence[VisitTask], turns: int) -> list[float]:
    """CPU seconds of every visit, the first turn (compiling, first pages) left out."""
    for task in tasks:
        measure(task)
    return [measure(task) for _ in range(turns) for task in tasks]


def sextractor_share(tasks: Sequence[VisitTask], turns: int) -> float:
    """CPU seconds of what SExtractor does in its two runs: a visit with `sci` and `clean` alone.

    Without the removal of cosmic rays and the empty apertures, which it does not do; their part is
    known from looking at the call stack.
    """
    alone = [
        replace(task, measuring=replace(task.measuring, images=("sci", "clean")))
        for task in with_outputs(tasks, len(tasks))  # what the full set staged is compared later
    ]
    cost = statistics.median(visit_costs(alone, turns))
    parts = steps(alone[0], turns)
    other = sum(seconds for name, seconds in parts.items() if name.startswith(_NOT_SEXTRACTOR))
    return cost * (1 - other / sum(parts.values()))


def steps(task: VisitTask, turns: int) -> dict[str, float]:
    """Seconds of the steps of a visit, by looking at the call stack all the time."""
    seen: Counter[str] = Counter()
    thread = threading.get_ident()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(_LOOK_S):
            frame = sys._current_frames().get(thread)
            while frame is not None:
                module = str(frame.f_globals.get("__name__", ""))
                if module.startswith("lightledger.") and "kernels" not in module:
                    seen[f"{module.removeprefix('lightledger.')}.{frame.f_code.co_name}"] += 1
                    break
                frame = frame.f_back

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        took = statistics.mean(measure(task) for _ in range(turns))
    finally:
        stop.set()
        watcher.join()
    total = sum(seen.values()) or 1
    return {name: took * n / total for name, n in seen.most_common()}


def thread_gains(tasks: Sequence[VisitTask], per_turn: int, turns: int) -> list[float]:
    """How many times quicker two threads are than one, turn after turn; `per_turn` visits each."""
    work = with_outputs(tasks, per_turn)
    gains = []
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        list(two.map(measure, work[:2]))
        for turn in range(turns):
            seconds = []
            for pool in (one, two) if turn % 2 else (two, one):
                began = time.perf_counter()
                list(pool.map(measure, work))
                seconds.append(time.perf_counter() - began)
            gains.append(seconds[0] / seconds[1] if turn % 2 else seconds[1] / seconds[0])
    return gains


def tick_gaps(tasks: Sequence[VisitTask], per_worker: int, idle_s: float) -> tuple[float, float]:
    """Longest gap between ticks of a thread, milliseconds: with nothing else, with two workers."""
    idle = _longest_gap(lambda: time.sleep(idle_s))
    work = with_outputs(tasks, 2 * per_worker)

    def busy() -> None:
        with ThreadPoolExecutor(2) as two:
            list(two.map(measure, work))

    return 1e3 * idle, 1e3 * _longest_gap(busy)


def _longest_gap(work: object) -> float:
    stop = threading.Event()
    gaps: list[float] = []

    def tick() -> None:
        last = time.perf_counter()
        while not stop.is_set():
            time.sleep(TICK_S)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        work()  # type: ignore[operator]
    finally:
        stop.set()
        ticker.join()
    return max(gaps)


def peak_bytes() -> int:
    """Most resident memory so far, mapped files included; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def resident_bytes() -> int:
    """Resident memory now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123  read thousands of times
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def long_run(tasks: Sequence[VisitTask], n: int) -> tuple[list[float], list[int]]:
    """CPU seconds of ``n`` visits one after the other, and resident bytes after each."""
    costs, resident = [], []
    for task in with_outputs(tasks, n):
        costs.append(measure(task))
        resident.append(resident_bytes())
    return costs, resident
