"""IPAC tables: widths of cells are where the bars of the header stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .headers import Cards
from .table_text import text_of
from .tables import Table, add_column


def read_ipac(path: Path, most_bytes: int = 0) -> list[Table]:
    """The table, its units, its keywords (``\\name = value``)."""
    from astropy.io import ascii as astropy_ascii

    source = astropy_ascii.read(text_of(path, most_bytes).splitlines(), format="ipac", guess=False)
    keywords = {key: word["value"] for key, word in source.meta.get("keywords", {}).items()}
    table = Table(kind="IPAC", comments="\n".join(map(str, source.meta.get("comments", []))))
    table.cards = Cards.from_dict(keywords)
    for name in source.colnames:
        column = source[name]
        values, mask = np.ma.getdata(column), getattr(column, "mask", None)
        add_column(table, name, values, mask, unit=str(column.unit or ""))
    return [table]
