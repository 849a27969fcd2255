"""What an import of light curves does in a worker: looking, and writing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightledger.domain import counted

#: Rows and notes that are shown; the rest are counted.
SHOWN = 1000


@dataclass(frozen=True)
class Look:
    """What the files are taken for, as texts.

    Attributes
    ----------
    head : str
        Counts.
    columns : tuple of str
    rows : list of tuple of str
        The first of them.
    notes : list of str
        What is refused, guessed, left out.
    n_series : int
    """

    head: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: list[str]
    n_series: int


def look(paths: tuple[Path, ...], options: dict[str, Any], control: object, report: object) -> Look:
    """Read the files, write nothing."""
    from lightledger.ingest.lightcurves.gathering import read_all
    from lightledger.ingest.lightcurves.options import ImportOptions
    from lightledger.ingest.lightcurves.preview import COLUMNS, rows_of

    found = read_all(paths, ImportOptions(**options), control, report)  # type: ignore[arg-type]
    n_object = len({one.object for one in found.series})
    n_point = sum(len(one) for one in found.series)
    head = (
        f"{len(found.series):,} light curves of {n_object:,} objects, {counted(n_point, 'point')}; "
        f"{len(found.refused):,} of {found.n_file:,} files refused"
    )
    notes = [
        f"{p.severity}: {p}" for p in sorted(found.problems, key=lambda p: p.severity == "note")
    ]
    rows = rows_of(found)
    if len(rows) > SHOWN:
        head += f" (the first {SHOWN:,} are shown)"
    return Look(head, COLUMNS, rows[:SHOWN], notes[:SHOWN], len(rows))


def write(
    paths: tuple[Path, ...],
    output: Path,
    options: dict[str, Any],
    control: object,
    report: object,
) -> str:
    """Import; the store, whose list of problems says what was refused."""
    from lightledger.ingest.lightcurves.importing import import_light_curves
    from lightledger.ingest.lightcurves.options import ImportOptions

    done = import_light_curves(paths, output, ImportOptions(**options), control, report)  # type: ignore[arg-type]
    return str(done.published.path)
