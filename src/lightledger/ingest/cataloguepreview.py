"""What an ingest of catalogues would do, told from some of the visits before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Catalogues, Control, LightledgerError, Report, counted, silent
from lightledger.frames.frame import Inventory
from lightledger.frames.visitcatalogue import VisitCatalogue
from lightledger.frames.visitcolumns import ColumnMap

from .cataloguereference import CatalogueReference
from .consensus import build, frames_of, look_at
from .crossmatch import Matched

#: Visits that a preview matches, and values of a column that it shows.
_PREVIEWED, _SHOWN = 12, 5


@dataclass(frozen=True)
class MappedColumn:
    """One line of the mapping with what it gives.

    Attributes
    ----------
    measurement, value, error : str
        Inside a band; columns ('' no error).
    unit, meaning : str
        Of the values as they will be stored, and what is done to the column.
    sample : tuple of float
        First finite values of the first catalogue.
    """

    measurement: str
    value: str
    error: str
    unit: str
    meaning: str
    sample: tuple[float, ...]


@dataclass(frozen=True)
class Preview:
    """What an ingest of these catalogues would do, from some of the visits.

    Attributes
    ----------
    columns : tuple of MappedColumn
    left_out : dict of str to str
        Columns that are not read, and why.
    reference : CatalogueReference
    visits : tuple of (str, str, Matched)
        Band, visit, and how its rows match.
    refused : tuple of (str, str)
        File and reason, of those looked at.
    """

    columns: tuple[MappedColumn, ...]
    left_out: dict[str, str]
    reference: CatalogueReference
    visits: tuple[tuple[str, str, Matched], ...]
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> dict[str, int]:
        """Rows of the visits by their fate."""
        matches = [matched for _, _, matched in self.visits]
        return {
            "rows": sum(m.n_row for m in matches),
            "matched": sum(m.n_matched for m in matches),
            "unmatched": sum(m.n_unmatched for m in matches),
            "duplicate": sum(m.n_duplicate for m in matches),
            "ambiguous": sum(m.n_ambiguous for m in matches),
        }

    @property
    def in_words(self) -> tuple[str, ...]:
        """Lines for a person."""
        said = [f"{c.measurement} = {c.value}"
                + (f", error {c.error}" if c.error else ", no error")
                + f" [{c.unit or 'no unit'}] ({c.meaning})" for c in self.columns]  # fmt: skip
        unused = [name for name, why in self.left_out.items() if why == "not mapped"]
        said += [f"{n} is left out: {w}" for n, w in self.left_out.items() if w != "not mapped"]
        if unused:
            said.append(f"columns that are no measurements: {', '.join(unused)}")
        rows = self.rows
        said.append(f"{counted(self.reference.n_object, 'object')}; {self.reference.in_words}")
        said.append(
            f"{counted(len(self.visits), 'visit')} looked at: {rows['rows']:,} rows = "
            f"{rows['matched']:,} matched + {rows['unmatched']:,} unmatched + "
            f"{rows['duplicate']:,} duplicates; {rows['ambiguous']:,} ambiguous"
        )
        return tuple(said)

    def as_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "columns": [vars(column) for column in self.columns],
            "left_out": self.left_out,
            "match": self.reference.how,
            "id_column": self.reference.id_column,
            "tolerance": self.reference.tolerance,
            "objects": self.reference.n_object,
            "visits_looked_at": len(self.visits),
            **self.rows,
            "notes": [problem.what for problem in self.reference.problems],
            "refused": [{"file": file, "reason": why} for file, why in self.refused],
        }


def preview(
    inventory: Inventory,
    mapping: ColumnMap,
    settings: Catalogues,
    catalogue: str = "",
    *,
    control: Control | None = None,
    report: Report = silent,
) -> Preview:
    """Map and match some of the visits.

    Parameters
    ----------
    inventory : Inventory
        Of `scan_catalogues`.
    mapping : ColumnMap
        Proposed, or edited.
    settings : Catalogues
        Matching that is asked for.
    catalogue : str
        Path of a reference catalogue.

    Raises
    ------
    LightledgerError
        None can be read, or there is nothing to match by.
    Cancelled
    """
    looks = look_at(frames_of(inventory), mapping, _PREVIEWED, control, report)
    reference = build(looks, settings, catalogue)
    visits, refused = [], []
    for look in looks:
        try:
            visits.append((look.band, look.visit, reference.match(look)))
        except LightledgerError as error:
            refused.append((look.visit, error.what))
    columns = [
        MappedColumn(
            s.measurement,
            s.value,
            s.error,
            reference.value_units.get(s.measurement, ""),
            reference.meanings.get(s.measurement, "in none of the visits looked at"),
            _sample(looks, s.measurement),
        )
        for s in mapping.sources
    ]
    left_out = dict(mapping.left_out)
    return Preview(tuple(columns), left_out, reference, tuple(visits), tuple(refused))


def _sample(looks: Sequence[VisitCatalogue], name: str) -> tuple[float, ...]:
    value = next((look.values[name] for look in looks if name in look.values), np.empty(0))
    return tuple(float(v) for v in value[np.isfinite(value)][:_SHOWN])
