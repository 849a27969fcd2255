"""The formats of an export: one table of them, by name and by the file's extension.

A format is added by one line in `FORMATS` and one function that writes it; the command, the
window and `Field.export` ask this table alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
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
    point_bytes : float
        Bytes of a point on disk, roughly; for the estimate before writing.
    write : callable
    holds : str
        What is in it and who reads it, for a person.
    by_suffix : bool
        Whether the extension alone chooses it.
    counted : str
        What is counted to a person: 'rows' of text or 'points'.
    by_curve : bool
        A row holds a whole light curve: slots that hold nothing stay, and rejected points too,
        with their flag, unless flags are dropped.
    quantity : str
        'flux' or 'magnitude' where it can hold nothing else; '' holds either.
    needs : tuple of (str, str)
        A module that has to be there, and the extra of this package that brings it.
    several : str
        The extension for more than one light curve, where that is another one.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    point_bytes: float
    write: Writer
    holds: str
    by_suffix: bool = True
    counted: str = "rows"
    by_curve: bool = False
    quantity: str = ""
    needs: tuple[str, str] | None = None
    several: str = ""

    @property
    def missing(self) -> str:
        """How to get what it needs and is not installed; '' where nothing is missing."""
        if self.needs is None or find_spec(self.needs[0]) is not None:
            return ""
        return f"needs {self.needs[0]}: pip install 'lightledger[{self.needs[1]}]'"

    def suffixes_for(self, n_curves: int) -> tuple[str, ...]:
        """Extensions for so many light curves."""
        return (self.several,) if self.several and n_curves > 1 else self.suffixes


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


def _wide(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .wide import write_wide

    return write_wide(path, chosen, control, report)


def _ecsv(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .ecsv import write_ecsv

    return write_ecsv(path, chosen, control, report)


def _votable(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    from .votable import write_votable

    return write_votable(path, chosen, control, report)


def _lightkurve(
    path: Path, chosen: Chosen, control: Control | None, report: Report
) -> ExportReport:
    from .lightkurve import write_lightkurve

    return write_lightkurve(path, chosen, control, report)


FORMATS: tuple[Format, ...] = (
    Format(
        "csv", "CSV, one row per point", (".csv",), 170, _csv,
        "Any spreadsheet or script. Store, filters and counts are comment lines.",
    ),
    Format(
        "csv-wide", "CSV, one row per visit", (".csv",), 60, _wide,
        "Measurements side by side, each with its error and flags; a point that does not pass "
        "is nan with flags -1.",
        by_suffix=False, counted="points",
    ),
    Format(
        "ecsv", "ECSV, one row per point", (".ecsv",), 170, _ecsv,
        "A CSV that says type and unit of every column and the scale of every time: astropy, "
        "TOPCAT.",
    ),
    Format(
        "votable", "VOTable, a table per measurement", (".vot", ".votable", ".xml"), 260, _votable,
        "For the Virtual Observatory: time systems, UCDs, units and photometric calibration; "
        "TOPCAT, Aladin, astropy.",
    ),
    Format(
        "parquet", "Parquet, one row per light curve", (".parquet", ".pq"), 9, _parquet,
        "Points in lists: nested-pandas, DuckDB, Polars. A whole store can be made again of it.",
        counted="points", by_curve=True, needs=("pyarrow", "parquet"),
    ),
    Format(
        "fits", "FITS, one row per light curve", (".fits", ".fit"), 11, _fits,
        "A table per measurement with visits and catalogue beside it: astropy, TOPCAT.",
        counted="points", by_curve=True,
    ),
    Format(
        "lightkurve", "lightkurve, a FITS per light curve", (".fits", ".zip"), 50, _lightkurve,
        "In the layout of Kepler's light curves; several go into a .zip.",
        by_suffix=False, counted="points", quantity="flux", several=".zip",
    ),
    Format(
        "aavso", "AAVSO Extended", (".txt", ".csv", ".tsv"), 170, _aavso,
        "As WebObs takes it: magnitudes against comparison stars.",
        by_suffix=False, quantity="magnitude",
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
