"""Many files and folders read into series, with all that was refused or guessed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lightledger.domain import Control, LightledgerError, Problem, Progress, Report, silent

from .options import ImportOptions
from .reading import files_of, read_series
from .series import Series

#: Memory of all points at most.
MOST_MEMORY = 4 << 30


@dataclass(frozen=True)
class Readings:
    """What files hold.

    Attributes
    ----------
    series : tuple of Series
    problems : tuple of Problem
        Files that are refused, and notes on what was guessed or left out.
    n_file : int
    """

    series: tuple[Series, ...]
    problems: tuple[Problem, ...]
    n_file: int

    @property
    def refused(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == "refused"]


def read_all(
    paths: Sequence[Path],
    options: ImportOptions | None = None,
    control: Control | None = None,
    report: Report = silent,
) -> Readings:
    """Read files and folders of light curves; what is none is refused by name.

    Raises
    ------
    LightledgerError
        No such path, or more points than fit in memory.
    Cancelled
    """
    options, control = options or ImportOptions(), control or Control()
    options.roles(), options.measurements()  # a wrong line is said before any file is read
    files = files_of(paths)
    found: list[Series] = []
    problems: list[Problem] = []
    hashes: dict[str, str] = {}
    used = 0
    for i, (path, name) in enumerate(files):
        control.check()
        report(Progress("read", i, len(files), "files"))
        try:
            series = read_series(path, name, options)
        except LightledgerError as error:
            problems.append(Problem(error.what, name, error.advice))
            continue
        twin = hashes.setdefault(series[0].hash, name)
        if twin != name:
            problems.append(Problem(f"the same bytes as {twin}: used once", name, severity="note"))
            continue
        for one in series:
            problems += [Problem(note, name, severity="note") for note in one.notes]
        found += series
        used += sum(one.n_bytes for one in series)
        if used > MOST_MEMORY:
            raise LightledgerError(
                f"more than {MOST_MEMORY >> 30} GB of points after {i + 1} of {len(files)} files",
                path,
                "import them in parts",
            )
    report(Progress("read", len(files), len(files), "files"))
    return Readings(tuple(found), (*problems, *_far_apart(found)), len(files))


def _far_apart(series: Sequence[Series]) -> list[Problem]:
    """One name at two places in the sky is two stars, or a mistake."""
    first: dict[str, Series] = {}
    found = []
    for one in series:
        if not one.has_direction:
            continue
        known = first.setdefault(one.object, one)
        shrink = math.cos(math.radians(one.dec_deg))
        apart = math.hypot((one.ra_deg - known.ra_deg) * shrink, one.dec_deg - known.dec_deg) * 3600
        if apart > 30:
            what = f"{one.object} is {apart:.0f} arcsec from where {known.file} has it: one object"
            found.append(Problem(what, one.file, severity="note"))
    return found
