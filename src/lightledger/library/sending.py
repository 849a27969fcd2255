"""The object table as a file that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import lightledger
from lightledger.domain import Control
from lightledger.export.objectvotable import ObjectColumn, write_objects

from .foundtable import shown, text_of

if TYPE_CHECKING:
    from .field import Field


def write_table(
    field: Field,
    path: Path,
    rows: np.ndarray,
    measurement: str = "",
    corrected: bool | None = None,
    statistics: Mapping[str, np.ndarray] | None = None,
    what: str = "all objects",
    control: Control | None = None,
) -> int:
    """Write objects with every column that can be asked of them as a VOTable; how many.

    Parameters
    ----------
    rows : ndarray of int, shape (n,)
        Objects by row of the catalogue, in the order in which they go out.
    measurement, corrected, statistics
        As `Field.find` takes them.
    what : str
        Which objects, in words.

    Raises
    ------
    LightledgerError
        The file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    found = field.find("", measurement, corrected, statistics=statistics)
    source = found.columns
    columns = []
    for name in shown(found, "all"):
        values = np.asarray(source[name])[rows]
        if values.dtype.kind not in "biuf":
            values = np.array([text_of(cell) for cell in values.tolist()], object)
        columns.append(ObjectColumn(name, values, source.unit(name), source.meaning(name)))
    header = {
        "lightledger": f"Lightledger {lightledger.__version__}",
        "store": field.reader.path.name,
        "store uuid": field.reader.uuid,
        "statistics": found.measured,
        "objects": what,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return write_objects(path, field.reader.path.stem, columns, header, control)
