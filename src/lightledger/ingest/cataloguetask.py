"""Read one visit from its catalogues: plain data in, one staged file out, anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from lightledger.domain import Flag, LightledgerError, VisitRow
from lightledger.frames.content import content_hash
from lightledger.frames.visitcatalogue import Piece, VisitCatalogue, read_piece
from lightledger.frames.visitcolumns import ColumnMap
from lightledger.frames.visittables import CatalogueFrame

from .cataloguereference import CatalogueReference, load, stamp
from .crossmatch import Matched, no_match
from .visitresult import Staged, VisitResult, stage
from .visitrow import row_of


@dataclass(frozen=True)
class CatalogueTask:
    """All that `match_visit` needs; picklable.

    Attributes
    ----------
    sci : CatalogueFrame
    out : Path
        The staged file to write.
    reference : Path
        Folder of the frozen reference.
    lines : tuple of str
        The mapping of the columns.
    measurements : tuple of str
        In the order of the records.
    recipe_hash : str
    samples : tuple of int
        Objects whose values are handed back for display.
    """

    sci: CatalogueFrame
    out: Path
    reference: Path
    lines: tuple[str, ...]
    measurements: tuple[str, ...]
    recipe_hash: str
    samples: tuple[int, ...] = ()


@lru_cache(maxsize=1)
def _reference(folder: Path, when: int) -> CatalogueReference:
    return load(folder)


@lru_cache(maxsize=4096)
def _hash(piece: Piece) -> str:
    return content_hash(piece.path)


def hash_of(piece: Piece) -> str:
    """SHA-256 of a piece's file; once for all visits in it."""
    return _hash(Piece(piece.path, piece.name, size=piece.size, mtime_ns=piece.mtime_ns))


def match_visit(task: CatalogueTask, cancelled: Callable[[], bool]) -> VisitResult:
    """Match the catalogues of one visit with the objects and stage the values.

    Raises
    ------
    Cancelled
    LightledgerError
        When nothing can be staged (a full disk); what is wrong with a catalogue becomes the
        result's problem.
    """
    return stage(task, partial(_read, task), "the catalogue could not be read", cancelled)


def _read(task: CatalogueTask) -> Staged:
    """Values of the objects, and where they were on the frame."""
    reference = _reference(task.reference, stamp(task.reference))
    mapping = ColumnMap().edited(task.lines)
    shape = len(task.measurements), reference.n_object
    value, error = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
    flags = np.full(shape, np.uint16(Flag.NOT_FINITE))
    main: Matched | None = None
    planes: dict[str, np.ndarray] = {}
    for piece in task.sci.pieces:
        sci = task.sci
        catalogue = read_piece(piece, mapping, sci.visit, sci.band, sci.time)
        matched = reference.match(catalogue)
        refusal = no_match(matched.n_matched, catalogue.n_row, reference.n_object)
        if refusal is not None:
            raise refusal
        _refuse_units(catalogue, reference)
        found = np.flatnonzero(matched.row >= 0)
        rows = matched.row[found]
        mask = np.full(reference.n_object, np.uint16(Flag.NOT_DETECTED))
        mask[found] = catalogue.flags[rows]
        mask[matched.ambiguous] |= np.uint16(Flag.UNCERTAIN_POSITION)
        for m, name in enumerate(task.measurements):
            if name in catalogue.values:
                with np.errstate(over="ignore"):
                    value[m, found] = catalogue.values[name][rows]
                    error[m, found] = catalogue.errors[name][rows]
                flags[m] = mask
        if main is None:
            main = matched
            if catalogue.x is not None and catalogue.y is not None:
                for plane, pixels in (("x", catalogue.x), ("y", catalogue.y)):
                    planes[plane] = np.full(reference.n_object, np.nan, np.float32)
                    planes[plane][found] = pixels[rows]
    for numbers in (value, error):  # infinite, or too large for float32
        numbers[~np.isfinite(numbers)] = np.nan
    assert main is not None
    row = _row(task, reference, main)
    return Staged(row, task.measurements, value, error, flags, planes)


def _refuse_units(catalogue: VisitCatalogue, reference: CatalogueReference) -> None:
    for name, unit in catalogue.units.items():
        usual = reference.value_units.get(name, unit)
        if unit != usual:
            raise LightledgerError(
                f"{name} comes in {unit or 'no unit'} and that of the other visits in "
                f"{usual or 'no unit'}",
                advice="read catalogues of another unit into a store of their own",
            )


def _row(task: CatalogueTask, reference: CatalogueReference, matched: Matched) -> VisitRow:
    sci = task.sci
    return row_of(sci, reference.field_ra_deg, reference.field_dec_deg) | {
        "n_matched": matched.n_matched,
        "catalogue_rows": matched.in_words,
        "frames": " | ".join(piece.name for piece in sci.pieces),
        "hashes": " | ".join(hash_of(piece) for piece in sci.pieces),
        "stamps": " | ".join(f"{piece.size}:{piece.mtime_ns}" for piece in sci.pieces),
        "state": "measured",
    }
