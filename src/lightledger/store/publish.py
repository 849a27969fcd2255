"""Publish: staged visits, and an older store, become a new store that replaces it in one step."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Control, LightledgerError, Problem, Recipe, Report, silent

from .adopt import SUFFIX as NEXT
from .blueprint import Ingredients, draw
from .diskio import speaking, sync_folder
from .identify import refuse_foreign
from .layout import Scalar, beside
from .past import Damage, Past
from .publication import Publication
from .reader import StoreReader
from .reduce import Planes, Reduce
from .verify import verify

__all__ = ["Planes", "PublishReport", "Reduce", "publish"]


#: Light curves looked at once more in the finished file, from the disk where that can be had.
_SAMPLE = "1000"


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
        Damage found in the past: carried over, or left blank.
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
    previous: Path | Past | None,
    objects: dict[str, np.ndarray],
    object_units: dict[str, str] | None = None,
    recipe: Recipe,
    problems: Sequence[Problem] = (),
    band_original: dict[str, str] | None = None,
    extra_attributes: dict[str, Scalar] | None = None,
    reference: dict[str, np.ndarray] | None = None,
    reduce: Reduce,
    damage: Damage = "keep",
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
    previous : Path, Past or None
        The store, or whatever else, whose visits are carried over, every sum checked. Its objects
        must be the first of ``objects``, in the same order.
    damage : {'keep', 'blank'}
        Damaged rows of the past keep their values and never get a valid sum again, or become
        missing (nan, `Flag.NOT_FINITE`) with a valid one; listed as problems either way.
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
        old: Past | None = (
            stack.enter_context(StoreReader(previous)) if isinstance(previous, Path) else previous
        )
        temporary = beside(target, ".tmp")
        with speaking(temporary):
            temporary.unlink(missing_ok=True)
        try:
            with speaking(temporary):
                blueprint = draw(
                    Ingredients(
                        staged, objects, object_units or {}, recipe, problems,
                        band_original or {}, extra_attributes or {}, reference or {}, reduce,
                        damage,
                    ),
                    old,
                )  # fmt: skip
                job = Publication(
                    temporary, blueprint, objects, old, damage, reduce, budget_bytes, pool, workers,
                    control, report,
                )  # fmt: skip
                job.write()
            expected = job.damaged if damage == "keep" else []
            _read_back(temporary, expected, control, report, workers)
            stack.close()  # the old store must be let go before it can be replaced on Windows
            path, pending = _put_in_place(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    return PublishReport(
        path=path,
        n_object=blueprint.n_object,
        n_visit={plan.band: plan.n_visit for plan in blueprint.plans},
        n_bytes=path.stat().st_size,
        pending=pending,
        damaged=tuple(job.damaged),
    )


def _read_back(
    temporary: Path, damaged: list[str], control: Control, report: Report, workers: int
) -> None:
    """All but the rows, which were read back already, and some of those as a reader sees them."""
    found = verify(
        temporary, sample=_SAMPLE, seed=0, control=control, report=report, workers=workers
    )
    wrong = sorted(set(found.damaged) - set(damaged))
    if wrong or found.refused:
        raise LightledgerError(
            f"what was written does not read back ({found.refused or wrong[0]})",
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
