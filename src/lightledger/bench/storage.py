"""Our store beside other ways to keep light curves: the same points, the same questions."""

from __future__ import annotations

import difflib
import importlib.metadata
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from lightledger.domain import Cancelled, Control, LightledgerError, Progress, Report, silent

from . import pagecache
from .made import Feed, Size, points
from .result import Measured, Result
from .timing import cold_in_turns, in_turns
from .ways import HUNDRED, ONE, SCAN, VISIT, WAYS, Way

#: Most turns of each task.
_TURNS = {ONE: 300, HUNDRED: 25, VISIT: 15, SCAN: 7}
_IN_WORDS = {
    ONE: "one light curve",
    HUNDRED: "100 objects",
    VISIT: "one visit of all objects",
    SCAN: "a scan of one measurement",
}
_COLD_TRIALS = 15
#: Bytes of a light curve beside its points, at most.
_CURVE_BYTES = 1024
#: Objects of the task of a hundred.
_MANY = 100
#: Questions made up for each task; asked in turn, again from the first.
_ASKED = 6000
#: Share of a file's pages in memory that counts as warm.
_WARM = 0.98


def run(
    size: Size,
    *,
    only: Sequence[str] = (),
    folder: Path | None = None,
    with_cold: bool = True,
    seconds: float = 30.0,
    control: Control | None = None,
    report: Report = silent,
) -> Result:
    """Write the same points in every way, check that all read them alike, and time them.

    Parameters
    ----------
    size : Size
    only : sequence of str
        Keys of the ways to compare with ours; empty: all.
    folder : Path, optional
        Where to make a temporary folder; by default the system's place for them.
    with_cold : bool
        Also one light curve that is not in memory.
    seconds : float
        For each question that is asked of all ways; some take longer, for each is asked thrice.

    Raises
    ------
    LightledgerError
        Unknown way, too little room, a package that fails, or a way that gives other numbers.
    Cancelled
        The temporary folder is removed then too.
    """
    control = control or Control()
    if min(size.objects, size.visits, size.measurements) < 1:
        raise LightledgerError("there must be at least one object, visit and measurement")
    result = Result(size)
    kinds = _installed(_chosen(only), result)
    root = Path(folder or tempfile.gettempdir())
    if not root.is_dir():
        raise LightledgerError("no such folder", root, "create it first")
    _need_room(kinds, size, root)
    with tempfile.TemporaryDirectory(prefix="lightledger-bench-", dir=root) as scratch:
        ways = [kind(Path(scratch) / kind.container, size) for kind in kinds]
        _write(ways, result, control, report)
        rng = np.random.default_rng(1)
        with _opened(ways):
            _validate(ways, rng, control, report)
        if with_cold:
            _cold(ways, result, rng, seconds, control, report)
        with _opened(ways):
            _warm(ways, result, control, report)
            _time(ways, result, rng, seconds, control, report)
    return result


def _chosen(only: Sequence[str]) -> list[type[Way]]:
    known = [kind.key for kind in WAYS]
    for key in only:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=2, cutoff=0.4)
            raise LightledgerError(
                f"no way {key!r}", advice=f"did you mean {' or '.join(near or known)}?"
            )
    return [kind for kind in WAYS if not only or kind.key in only or kind is WAYS[0]]


def _installed(kinds: Sequence[type[Way]], result: Result) -> list[type[Way]]:
    """The ways that can run here; the others are left out by name."""
    there = []
    for kind in kinds:
        if why := kind.missing():
            result.left_out[kind.title] = why
            continue
        there.append(kind)
        uses = {package: importlib.metadata.version(package) for package in kind.requires}
        result.ways[kind.key] = Measured(kind.key, kind.title, kind.container, kind.how, uses)
    return there


def _need_room(kinds: Sequence[type[Way]], size: Size, root: Path) -> None:
    containers = {kind.container: kind.point_bytes for kind in kinds}
    curves = size.objects * size.measurements
    need = sum(per * size.points + _CURVE_BYTES * curves for per in containers.values())
    free = shutil.disk_usage(root).free
    if need > free:
        raise LightledgerError(
            f"not enough room: up to {need / 1e9:,.1f} GB are needed, {free / 1e9:,.1f} are free",
            root,
            "name a larger disk with --folder, or compare less (--objects, --only)",
        )


@contextmanager
def _named(way: Way) -> Iterator[None]:
    """What a package throws becomes one line that names it."""
    try:
        yield
    except (LightledgerError, Cancelled):
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise LightledgerError(
            f"{way.title} failed ({what})", advice="compare the others with --only"
        ) from error


@contextmanager
def _opened(ways: Sequence[Way]) -> Iterator[None]:
    with ExitStack() as stack:
        for way in ways:
            with _named(way):
                way.open()
            stack.callback(way.close)
        yield


def _write(ways: Sequence[Way], result: Result, control: Control, report: Report) -> None:
    done: dict[str, tuple[float, int, int]] = {}
    for way in ways:
        if way.container not in done:
            way.folder.mkdir()
            feed = Feed(way.size, f"writing {way.container}", control, report)
            began = time.perf_counter()
            with _named(way):
                way.write(feed)
            files = _files(way)
            pagecache.sync(files)
            seconds = time.perf_counter() - began - feed.seconds
            done[way.container] = seconds, sum(f.stat().st_size for f in files), len(files)
        measured = result.ways[way.key]
        measured.write_s, measured.file_bytes, measured.files = done[way.container]


def _files(way: Way) -> list[Path]:
    return sorted(path for path in way.folder.rglob("*") if path.is_file())


def _cold(
    ways: Sequence[Way],
    result: Result,
    rng: np.random.Generator,
    seconds: float,
    control: Control,
    report: Report,
) -> None:
    if not pagecache.can_tell():
        result.notes.append("cold: not measured, this system cannot tell what is in memory")
        return
    size = ways[0].size
    asked = [
        (int(rng.integers(size.objects)), int(rng.integers(size.measurements)))
        for _ in range(_COLD_TRIALS)
    ]
    found = cold_in_turns([(way, _files(way)) for way in ways], asked, seconds, control, report)
    for way in ways:
        result.ways[way.key].cold = found.get(way.key)
        if way.key not in found:
            result.notes.append(f"cold: not measured for {way.title}, its files stayed in memory")


def _validate(
    ways: Sequence[Way], rng: np.random.Generator, control: Control, report: Report
) -> None:
    """Every way gives the numbers that ours gives, and ours those that were made."""
    size = ways[0].size
    m = int(rng.integers(size.measurements))
    some = rng.integers(0, size.objects, min(_MANY, size.objects))
    visit = int(rng.integers(size.visits))
    curves = points(size, np.array(m), some[:, None], np.arange(size.visits))
    row = points(size, np.array(m), np.arange(size.objects), np.array(visit))
    scan = ways[0].scan(m)
    for n, way in enumerate(ways, 1):
        control.check()
        with _named(way):
            for k, index in enumerate(some[:10].tolist()):
                got = way.points(way.one(index, m))
                _agree(way, "one light curve", got, [plane[k] for plane in curves])
            if HUNDRED in way.tasks:
                _agree(way, "light curves of some objects", way.hundred(some, m), curves)
            if VISIT in way.tasks:
                _agree(way, "one visit", way.visit(visit, m), row)
            if SCAN in way.tasks and not np.allclose(way.scan(m), scan, equal_nan=True, rtol=1e-9):
                raise _disagreement(way, "the means of a scan")
        report(Progress("comparing the numbers", n, len(ways), way.title))
    if not np.allclose(scan[some], np.nanmean(curves[0].astype(float), axis=1), equal_nan=True):
        raise _disagreement(ways[0], "the means of a scan")


def _agree(way: Way, what: str, got: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> None:
    for mine, made in zip(got, expected, strict=True):
        same = mine.dtype == made.dtype and np.array_equal(
            mine, made, equal_nan=made.dtype.kind == "f"
        )
        if not same:
            raise _disagreement(way, what)


def _disagreement(way: Way, what: str) -> LightledgerError:
    return LightledgerError(
        f"{way.title} gives other numbers than were written ({what})",
        advice="do not trust its times; please report it",
    )


def _warm(ways: Sequence[Way], result: Result, control: Control, report: Report) -> None:
    """Have all files in memory, or say which are not."""
    containers = {way.container: way for way in ways}
    for n, way in enumerate(containers.values(), 1):
        files = _files(way)
        for path in files:
            with path.open("rb") as file:
                while file.read(1 << 24):
                    control.check()
        report(Progress("reading everything into memory", n, len(containers), way.title))
    if not pagecache.can_tell():
        return
    for way in containers.values():
        share = pagecache.share(_files(way))
        if share < _WARM:
            result.notes.append(
                f"{way.title}: only {share:.0%} of its files are in memory together with those "
                "of the others; its times are not all warm"
            )


def _time(
    ways: Sequence[Way],
    result: Result,
    rng: np.random.Generator,
    seconds: float,
    control: Control,
    report: Report,
) -> None:
    size = ways[0].size
    objects, visits, measurements = (
        rng.integers(0, n, _ASKED).tolist() for n in (size.objects, size.visits, size.measurements)
    )
    hundreds = rng.integers(0, size.objects, (_ASKED // _MANY, _MANY))
    asked: dict[str, list[tuple]] = {
        ONE: list(zip(objects, measurements, strict=True)),
        HUNDRED: list(zip(hundreds, measurements, strict=False)),
        VISIT: list(zip(visits, measurements, strict=True)),
        SCAN: [(m,) for m in measurements],
    }
    for task, turns in _TURNS.items():
        calls = {way.key: getattr(way, task) for way in ways if task in way.tasks}
        found = in_turns(calls, asked[task], turns, seconds, _IN_WORDS[task], control, report)
        for key, median in found.items():
            result.ways[key].median_us[task] = median
