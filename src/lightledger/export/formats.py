"""The formats of an export: one table of them, by name and by the file's extension.

A format is added by one line in `FORMATS` and one function that writes it; the command, the
window and `Field.export` ask this table alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lightledger.domain import Control, LightledgerError, Report

from .chosen import Chosen
from .rows import ExportReport

Writer = Callable[[Path, Chosen, Control | None, Report], ExportReport]


@dataclass(frozen=True)
class Format:
    """One way to write light curves.

    Attributes
    ----------
    name : str
        As `--format` and `Field.export` take it.
    title : str
        For a person.
    suffixes : tuple of str
        Extensions, the usual one first.
    by_suffix : bool
        Whether the extension alone chooses it.
    counted : str
        What is counted to a person: 'rows' of text or 'points'.
    point_bytes : float
        Bytes of a point on disk, roughly; for the estimate before writing.
    by_curve : bool
        A row holds a whole light curve: slots that hold nothing stay, and rejected points too,
        with their flag, unless flags are dropped.
    write : callable
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    by_suffix: bool
    counted: str
    point_bytes: float
    by_curve: bool
    write: Writer


def _csv(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .csv import write_csv

    return write_csv(
        path,
        chosen.pieces(),
        chosen.header,
        chosen.reasons,
        as_magnitude=chosen.as_magnitude,
        n_pieces=chosen.n_curves,
        control=control,
        report=report,
    )


def _aavso(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .aavso import write_aavso

    return write_aavso(
        path,
        chosen.pieces(),
        chosen.header,
        chosen.reasons,
        **chosen.options,
        n_pieces=chosen.n_curves,
        control=control,
        report=report,
    )


def _parquet(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .parquet import write_parquet

    return write_parquet(path, chosen, control, report)


def _fits(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .fits import write_fits

    return write_fits(path, chosen, control, report)


FORMATS: tuple[Format, ...] = (
    Format("csv", "CSV, one row per point", (".csv",), True, "rows", 170, False, _csv),
    Format(
        "parquet", "Parquet, one row per light curve", (".parquet", ".pq"), True, "points", 9,
        True, _parquet,
    ),
    Format(
        "fits", "FITS, one row per light curve", (".fits", ".fit"), True, "points", 11, True, _fits
    ),
    Format(
        "aavso", "AAVSO Extended", (".txt", ".csv", ".tsv"), False, "rows", 170, False, _aavso
    ),
)  # fmt: skip


def format_of(path: Path, name: str = "") -> Format:
    """The format of that name; without one, by the extension of the file.

    Raises
    ------
    LightledgerError
        No such format, or an extension that no format has.

    >>> format_of(Path("a.pq")).name, format_of(Path("a.csv"), "aavso").name
    ('parquet', 'aavso')
    """
    for form in FORMATS:
        by_suffix = form.by_suffix and path.suffix.lower() in form.suffixes
        if name == form.name or (not name and by_suffix):
            return form
    known = ", ".join(form.name for form in FORMATS)
    if name:
        raise LightledgerError(f"no export format {name!r}", path, f"formats are {known}")
    suffixes = ", ".join(form.suffixes[0] for form in FORMATS if form.by_suffix)
    raise LightledgerError(
        f"the name does not say in which format (extension {path.suffix!r})",
        path,
        f"end it in {suffixes}, or ask for a --format of {known}",
    )
