"""Open a store for checking or saving it, also when a reader has to refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lightledger.domain import LightledgerError

from .checksumtable import ChecksumTable, load_table, table_by_outline
from .diskio import PositionedFile, reading
from .identify import root_attributes
from .layout import Tree
from .outline import find_outline
from .structure import Structure


@dataclass(frozen=True)
class Anyway:
    """A store that may be damaged.

    Attributes
    ----------
    tree : Tree
        Its HDF5 structure, or the outline where that is damaged.
    file : PositionedFile
    table : ChecksumTable
    refused : str
        Why a reader refuses it; '' when none does.
    """

    tree: Tree
    file: PositionedFile
    table: ChecksumTable
    refused: str


@contextmanager
def open_anyway(path: Path | str, *, outline_first: bool = False) -> Iterator[Anyway]:
    """Open by the HDF5 structure; else by the outline; else, cut off, by what is there.

    ``outline_first``: by the outline where there is one, which is whole or not there, while of
    the HDF5 structure single parts may be damaged.

    Raises
    ------
    LightledgerError
        Not a store, or nothing of it can be checked: what a reader says of it.
    """
    path = Path(path)
    with ExitStack() as stack:
        try:
            found = _by_structure(stack, path)
            if outline_first:
                found = _by_outline(stack, path) or found
        except LightledgerError as refusal:
            found = _otherwise(stack, path, refusal)
        yield found


def _by_structure(
    stack: ExitStack, path: Path, refused: str = "", *, cut_off: bool = False
) -> Anyway:
    with ExitStack() as opened:
        structure = opened.enter_context(Structure(path, cut_off=cut_off))
        file = opened.enter_context(structure.file())
        root_attributes(structure)
        table = load_table(structure, file)
        stack.enter_context(opened.pop_all())
    return Anyway(structure, file, table, refused)


def _by_outline(stack: ExitStack, path: Path, refused: str = "") -> Anyway | None:
    with reading(path):
        file = stack.enter_context(PositionedFile(path))
    told = find_outline(path, file)
    if told is None:
        return None
    root_attributes(told)
    try:
        table = load_table(told, file)
    except LightledgerError:
        table = table_by_outline(told, file)
    return Anyway(told, file, table, refused)


def _otherwise(stack: ExitStack, path: Path, refusal: LightledgerError) -> Anyway:
    found = _by_outline(stack, path, refusal.what)
    if found is not None:
        return found
    try:
        return _by_structure(stack, path, refusal.what, cut_off=True)
    except LightledgerError:
        raise refusal from None
