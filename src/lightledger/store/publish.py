"""Publish: staged visits, and an older store, become a new store that replaces it in one step."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from lightledger import __version__
from lightledger.domain import (
    Control,
    Flag,
    LightledgerError,
    Problem,
    Progress,
    Recipe,
    Report,
    ZeroPoints,
    silent,
)

from . import content
from .adopt import SUFFIX as NEXT
from .assemble import AT_ONCE, GROUP, fill
from .checksums import TableWriter, checksum_specs
from .diskio import PositionedFile, speaking, sync_folder
from .identify import refuse_foreign
from .layout import ALIGNMENT, DatasetSpec, Scalar, band_path, beside, statistics_path
from .merge import plan_bands
from .reader import StoreReader
from .rows import PositionRows, RecordRows, Rows
from .skeleton import lay_out
from .staged import read_staged
from .verify import in_words, verify

Planes = tuple[np.ndarray, np.ndarray, np.ndarray]
#: Bytes of records handed to the statistics, and to a writing thread, at a time.
_SLICE = 8 << 20
_NAMED = 5


class Reduce(Protocol):
    """What the store has computed for it; it computes no statistics itself.

    Attributes
    ----------
    statistic_columns : tuple of (name, dtype, unit)
        Stored twice: raw and corrected.
    """

    statistic_columns: tuple[tuple[str, str, str], ...]

    def zero_points(
        self,
        measurement: str,
        visits: dict[str, np.ndarray],
        read: Callable[[np.ndarray], Planes],
    ) -> ZeroPoints:
        """Zero points; ``read(indices)`` gives value, error, flags (n, n_visit) of objects."""
        ...

    def statistics(
        self,
        measurement: str,
        visits: dict[str, np.ndarray],
        first_object: int,
        value: np.ndarray,
        error: np.ndarray,
        flags: np.ndarray,
        zero_points: ZeroPoints,
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Raw and corrected columns of some objects; the planes are (n, n_visit), strided."""
        ...

    def finish(
        self, measurement: str, raw: dict[str, np.ndarray], corrected: dict[str, np.ndarray]
    ) -> None:
        """Change the full columns in place, once all objects are known."""
        ...

    def measurement_attributes(self, measurement: str) -> dict[str, Scalar]:
        """quantity, unit, zero_point, magnitude_system, aperture, meaning."""
        ...


@dataclass(frozen=True)
class PublishReport:
    """What `publish` did.

    Attributes
    ----------
    path : Path
        Where the new store stands: the target, or ``OUT.h5.next`` when `pending`.
    n_object : int
    n_visit : dict of str to int
    n_bytes : int
    pending : bool
        The old store is in use and could not be replaced; the next open adopts the new one.
    damaged : tuple of str
        Damage carried over from the previous store.
    """

    path: Path
    n_object: int
    n_visit: dict[str, int]
    n_bytes: int
    pending: bool
    damaged: tuple[str, ...]


def publish(
    target: Path | str,
    *,
    staged: Sequence[Path],
    previous: Path | None,
    objects: dict[str, np.ndarray],
    object_units: dict[str, str] | None = None,
    recipe: Recipe,
    problems: Sequence[Problem] = (),
    band_original: dict[str, str] | None = None,
    extra_attributes: dict[str, Scalar] | None = None,
    reference: dict[str, np.ndarray] | None = None,
    reduce: Reduce,
    budget_bytes: int = 1 << 30,
    control: Control | None = None,
    report: Report = silent,
    workers: int = 2,
) -> PublishReport:
    """Write a new store and let it take the place of the old one.

    The published store is never modified: a temporary file beside the target is written,
    synced, read back against its checksums and renamed. The caller holds the staging lock and
    removes the staging afterwards.

    Parameters
    ----------
    target : Path or str
    staged : sequence of Path
        Staged files, in any order.
    previous : Path or None
        The store whose visits are carried over, every sum checked. Its objects must be the
        first of ``objects``, in the same order.
    objects : dict of str to ndarray, each of n_object rows
        The reference catalogue; ``id`` is needed, ``x`` and ``y`` (0-based) are expected.
    object_units : dict of str to str
    recipe : Recipe
    problems : sequence of Problem
        Of this run; damage of the previous store is added.
    band_original : dict of str to str
        Names of the bands as the frames have them.
    extra_attributes : dict
        More attributes of the file: ``field``, ``field_ra_deg``, ``sky``, ...
    reference : dict of str to ndarray
        What visits are measured against, numbers of at most two dimensions (``coadd``, stars),
        kept so that visits can be added later; that of the previous store when none is given.
    reduce : Reduce
    budget_bytes : int
        Memory for blocks of records.
    control, report : Control, callable
        Cancel and progress.
    workers : int
        Threads that read, turn, sum and write.

    Returns
    -------
    PublishReport

    Raises
    ------
    LightledgerError
        Target not ours or not writable, too little disk, a damaged staged file or visit table,
        another catalogue. Nothing is lost: the old store and the staging stay as they are.
    Cancelled
    """
    target = Path(target).absolute()
    refuse_foreign(target)
    control = control or Control()
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(workers, thread_name_prefix="publish"))
        old = stack.enter_context(StoreReader(previous)) if previous is not None else None
        temporary = beside(target, ".tmp")
        with speaking(temporary):
            temporary.unlink(missing_ok=True)
        try:
            with speaking(temporary):
                job = _Publication(
                    temporary, staged, old, objects, object_units or {}, recipe, list(problems),
                    band_original or {}, extra_attributes or {}, reference or {}, reduce,
                    budget_bytes, control, report, pool,
                )  # fmt: skip
                job.write()
            _read_back(temporary, job.damaged, control, report, workers)
            stack.close()  # the old store must be let go before it can be replaced on Windows
            path, pending = _put_in_place(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    return PublishReport(
        path=path,
        n_object=job.n_object,
        n_visit={plan.band: plan.n_visit for plan in job.plans},
        n_bytes=path.stat().st_size,
        pending=pending,
        damaged=tuple(job.damaged),
    )


def _read_back(
    temporary: Path, damaged: list[str], control: Control, report: Report, workers: int
) -> None:
    found = verify(temporary, control=control, report=report, workers=workers).damaged
    if sorted(found) != sorted(damaged):
        wrong = sorted(set(found) ^ set(damaged))
        raise LightledgerError(
            f"what was written does not read back ({wrong[0]})",
            temporary,
            "the disk or the memory may be failing; the old store and the staging are untouched",
        )


def _put_in_place(temporary: Path, target: Path) -> tuple[Path, bool]:
    """Rename; where the old store is mapped and cannot be replaced, to ``.next``."""
    waiting = beside(target, NEXT)
    path, pending = target, False
    with speaking(target):
        try:
            temporary.replace(target)
        except PermissionError:
            temporary.replace(waiting)
            path, pending = waiting, True
        else:
            waiting.unlink(missing_ok=True)  # an older one, or it would have been adopted
        sync_folder(target.parent)
    return path, pending


class _Publication:
    """One run of `publish`: the layout, then one dataset after another."""

    def __init__(
        self,
        temporary: Path,
        staged: Sequence[Path],
        previous: StoreReader | None,
        objects: dict[str, np.ndarray],
        units: dict[str, str],
        recipe: Recipe,
        problems: list[Problem],
        band_original: dict[str, str],
        extra: dict[str, Scalar],
        reference: dict[str, np.ndarray],
        reduce: Reduce,
        budget: int,
        control: Control,
        report: Report,
        pool: ThreadPoolExecutor,
    ) -> None:
        self.temporary, self.previous, self.reduce = temporary, previous, reduce
        self.control, self.report, self.pool, self.budget = control, report, pool, budget
        self.objects = objects
        self.damaged: list[str] = []
        self._notes: list[Problem] = []
        self._done = 0

        self.columns, object_specs = content.object_table(objects, units)
        self.ids = [str(i) for i in objects["id"]]
        self.n_object = len(self.ids)
        if previous is not None:
            _same_catalogue(previous, self.ids)
        self.plans = plan_bands([read_staged(p) for p in staged], previous, self.n_object)
        self._small: dict[str, np.ndarray] = {f"/objects/{n}": c for n, c in self.columns.items()}

        known = _known_damage(previous)
        self._problems = list(dict.fromkeys([*problems, *known]))
        if not reference and previous is not None:
            reference = previous.reference()
        arrays, specs = content.reference_datasets(reference)
        self._small |= arrays
        datasets: list[DatasetSpec] = [*object_specs, *specs]
        reserve = 0
        for plan in self.plans:
            arrays, specs = content.visit_datasets(plan)
            self._small |= arrays
            datasets += specs
            for name in plan.measurements:
                datasets += content.zero_point_datasets(name, plan.n_visit, self.n_object)
            reserve += len(plan.measurements) + len(plan.planes)
        # Damage of a previous store is found on the way: a row for each dataset that may. Always,
        # so that visits added later give the same bytes as all visits at once.
        self._problem_specs = content.problem_datasets(self._problems, reserve)
        datasets += self._problem_specs
        for plan in self.plans:
            for name in plan.measurements:
                datasets += content.statistic_datasets(name, self.n_object, reduce)
        late = [s for plan in self.plans for s in content.plane_datasets(plan, self.n_object)]
        late += content.record_datasets(self.plans, self.n_object, reduce)
        datasets += checksum_specs([*datasets, *late])
        self.datasets = datasets + late
        self._total = sum(s.n_bytes for s in late)
        self.attributes: dict[str, dict[str, Scalar]] = {
            "/": content.root_values(
                recipe,
                f"lightledger {__version__}",
                datetime.now(UTC).isoformat(timespec="microseconds"),
                str(uuid.uuid4()),
                list(self.columns),
                reduce,
                extra,
            )
        }
        for plan in self.plans:
            original = band_original.get(plan.band)
            if original is None and previous is not None:
                original = previous.band_original.get(plan.band)
            self.attributes[band_path(plan.band)] = {"original": original or plan.band}

    # ---- the pass -----------------------------------------------------------------------------

    def write(self) -> None:
        """Write the whole file and sync it."""
        self._need_room()
        self.control.check()
        offsets = lay_out(self.temporary, self.datasets, self.attributes)
        with PositionedFile(self.temporary, "r+b") as self.file:
            self._offset = {s.path: o for s, o in zip(self.datasets, offsets, strict=True)}
            self.table = TableWriter(self.file, self.datasets, offsets)
            for path, array in self._small.items():
                self.table.put(path, array)
            datasets: list[Rows] = [
                PositionRows(plan, plane, self.previous, self.objects)
                for plan in self.plans
                for plane in plan.planes
            ]
            datasets += [
                RecordRows(plan, measurement, self.previous)
                for plan, measurement in content.in_order(self.plans)
            ]
            for batch in self._batches(datasets):
                written = self._write_rows(batch)
                for rows, (damaged, out) in zip(batch, written, strict=True):
                    if isinstance(rows, RecordRows):
                        self._derive(rows, damaged, out)
                del written, out  # before the next rows are made
            listed = list(dict.fromkeys([*self._problems, *self._notes]))
            for path, array in content.problem_arrays(listed, self._problem_specs).items():
                self.table.put(path, array)
            self.table.seal()
            self.report(Progress("publish", self._total >> 20, self._total >> 20, "to the disk"))
            self.file.sync()

    def _need_room(self) -> None:
        need = sum(s.n_bytes + ALIGNMENT + 1024 for s in self.datasets)
        free = shutil.disk_usage(self.temporary.parent).free
        if need > free:
            raise LightledgerError(
                f"not enough room: {_size(need)} are needed, {_size(free)} are free",
                self.temporary.parent,
                "free some space and run again; finished visits are kept",
            )

    def _batches(self, datasets: list[Rows]) -> Iterator[list[Rows]]:
        """Datasets of which all rows fit in memory together, in the order of the file."""
        batch: list[Rows] = []
        for rows in datasets:
            more = [*batch, rows]
            fits = self._rows_per_block(more) >= self.n_object
            if batch and not (fits and 10 * self.n_object * len(more) <= AT_ONCE):
                yield batch
                batch = []
            batch.append(rows)
        yield batch

    def _rows_per_block(self, datasets: Sequence[Rows]) -> int:
        # Beside the rows themselves, each thread holds the planes of a group of visits.
        row = sum(rows.row.itemsize for rows in datasets)
        row += 20 * GROUP * len(datasets)
        return max(int(0.8 * self.budget) // row, 1)

    def _write_rows(self, datasets: Sequence[Rows]) -> list[tuple[list[int], np.ndarray | None]]:
        """Assemble and write all rows of some datasets.

        Returns, for each, the rows known to be damaged, and the rows themselves when all fit in
        memory.
        """
        n = min(self.n_object, self._rows_per_block(datasets))
        outs = [np.zeros(n, rows.row) for rows in datasets]  # zeros: the padding of the records
        damaged: list[list[int]] = [[] for _ in datasets]
        for first in range(0, self.n_object, n):
            parts = [out[: min(n, self.n_object - first)] for out in outs]
            sent: list[Future] = []
            for plan in self.plans:
                self.control.check()
                mine = [i for i, rows in enumerate(datasets) if rows.plan is plan]
                if not mine:
                    continue
                broken = fill(
                    [datasets[i] for i in mine],
                    [parts[i] for i in mine],
                    first,
                    self.pool,
                    self.control,
                )
                for i, bad in zip(mine, broken, strict=True):
                    sent += self._send(datasets[i], parts[i], first, bad)
                    damaged[i] += [first + row for row in bad]
            self._wait(sent)
        for rows, bad in zip(datasets, damaged, strict=True):
            if bad:
                self._note_damage(rows.path, bad)
        whole = n == self.n_object
        return [(bad, out if whole else None) for bad, out in zip(damaged, outs, strict=True)]

    def _send(self, rows: Rows, out: np.ndarray, first: int, broken: list[int]) -> list[Future]:
        """Let the pool sum and write rows, some MB at a time."""
        step = rows.row.itemsize
        n = max(_SLICE // step, 1)

        def send(start: int) -> int:
            part = out[start : start + n]
            bad = [b - start for b in broken if start <= b < start + len(part)]
            self.table.put_rows(rows.path, (first + start) * step, part, bad)
            return len(part) * step

        return [self.pool.submit(send, start) for start in range(0, len(out), n)]

    def _wait(self, sent: list[Future]) -> None:
        try:
            for future in sent:
                self.control.check()
                self._done += future.result()
                self.report(Progress("publish", self._done >> 20, max(self._total >> 20, 1), "MB"))
        finally:
            for future in sent:
                future.cancel()

    def _derive(self, rows: RecordRows, damaged: list[int], out: np.ndarray | None) -> None:
        """Zero points and statistics of a measurement whose records are written."""
        plan, measurement = rows.plan, rows.measurement
        source = _Records(self.file, self._offset[rows.path], rows.row, out, damaged)
        zero = self.reduce.zero_points(measurement, plan.visits, source.read)
        for path, array in content.zero_point_arrays(measurement, zero, self.n_object).items():
            self.table.put(path, array)
        columns = self.reduce.statistic_columns
        both: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] = (
            {name: np.zeros(self.n_object, dtype) for name, dtype, _ in columns},
            {name: np.zeros(self.n_object, dtype) for name, dtype, _ in columns},
        )
        n = max(_SLICE // rows.row.itemsize, 1)
        for first in range(0, self.n_object, n):
            self.control.check()
            planes = source.slice(first, min(first + n, self.n_object))
            found = self.reduce.statistics(measurement, plan.visits, first, *planes, zero)
            for full, part in zip(both, found, strict=True):
                for name in full:
                    full[name][first : first + len(planes[0])] = part[name]
        self.reduce.finish(measurement, *both)
        for corrected, full in zip((False, True), both, strict=True):
            for name, column in full.items():
                self.table.put(f"{statistics_path(measurement, corrected)}/{name}", column)

    def _note_damage(self, path: str, rows: list[int]) -> None:
        names = [self.ids[row] for row in rows]
        self.damaged += [in_words(path, f"object {name}") for name in names]
        shown = ", ".join(names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        self._notes.append(
            Problem(
                what=in_words(path, f"{shown}{more}") + " damaged in the previous version",
                advice="the other light curves are sound; these do not enter statistics",
                severity="damaged",
                band=path.split("/")[2],
            )
        )


class _Records:
    """Records just written, read by object: from memory where all fit, else from the file."""

    def __init__(
        self,
        file: PositionedFile,
        offset: int,
        row: np.dtype,
        rows: np.ndarray | None,
        damaged: list[int],
    ) -> None:
        self._file, self._offset, self._row, self._rows = file, offset, row, rows
        self._damaged = np.array(damaged, np.intp)

    def slice(self, first: int, end: int) -> Planes:
        """Value, error, flags of the objects [first, end); damaged records are blank."""
        if self._rows is not None:
            rows = self._rows[first:end]
        else:
            rows = np.empty(end - first, self._row)
            self._file.read_into(rows.view(np.uint8), self._offset + first * self._row.itemsize)
        inside = self._damaged[(self._damaged >= first) & (self._damaged < end)] - first
        if inside.size:
            rows = rows.copy()
            rows["value"][inside] = rows["error"][inside] = np.nan
            rows["flags"][inside] = np.uint16(Flag.NOT_FINITE)
        return rows["value"], rows["error"], rows["flags"]

    def read(self, indices: np.ndarray) -> Planes:
        """Value, error, flags of any objects, each a new array (n, n_visit)."""
        wanted = np.asarray(indices, np.intp)
        n_visit = self._row["value"].shape[0]
        planes = tuple(np.empty((wanted.size, n_visit), t) for t in ("<f4", "<f4", "<u2"))
        order = np.argsort(wanted, kind="stable")
        # Runs of neighbours are read in one piece.
        breaks = np.flatnonzero(np.diff(wanted[order]) != 1) + 1
        for run in np.split(order, breaks) if wanted.size else []:
            first = int(wanted[run[0]])
            for plane, part in zip(planes, self.slice(first, first + run.size), strict=True):
                plane[run] = part
        return planes[0], planes[1], planes[2]


def _same_catalogue(previous: StoreReader, ids: list[str]) -> None:
    """The tables that are carried over must be sound, and the objects the same."""
    broken = previous.unsound_tables()
    if broken:
        raise LightledgerError(
            f"the store cannot be added to: its {in_words(broken[0])} is damaged",
            previous.path,
            "restore a sound copy, or measure afresh with --remeasure",
        )
    old = previous.object_ids
    if ids[: len(old)] != old:
        raise LightledgerError(
            "the objects are not those of the store",
            previous.path,
            "choose another output, or measure afresh with --remeasure",
        )


def _known_damage(previous: StoreReader | None) -> list[Problem]:
    if previous is None:
        return []
    try:
        return [p for p in previous.problems() if p.severity == "damaged"]
    except LightledgerError:
        return []


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"
