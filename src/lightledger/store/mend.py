"""A damaged list of checksums, mended where that can be proved.

A piece of the file that disagrees with its sum is damaged, or its sum is. The sums have one of
their own: with the sums that the file really has put in for those that disagree, all of them or
one alone, either it fits, and then what was put in is right, or nothing is proved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lightledger.domain import Control

from .checksums import CRC32, SEAL, SEALS, row_sums
from .checksumtable import ChecksumTable
from .diskio import PositionedFile, crc32
from .layout import Tree
from .verify import disagreements

#: One by one no more are tried: each costs a sum over all sums.
_TRIED = 200


def mend_sums(
    tree: Tree, table: ChecksumTable, file: PositionedFile, control: Control
) -> ChecksumTable:
    """The table with its sums mended; as it is where nothing can be proved.

    Reads the whole file.
    """
    if CRC32 not in table.damaged:
        return table
    place, sealed = tree.place(CRC32), tree.place(SEALS)
    raw = np.frombuffer(file.read(place.n_bytes, place.offset), "<u4").copy()
    (seal,) = np.frombuffer(file.read(sealed.n_bytes, sealed.offset), SEAL)
    true: dict[int, int] = {}
    for extent, which in disagreements(table, file, control):
        row = table.extents[extent]
        step = int(row["step"]) or int(row["size"])
        start = int(row["offset"]) + which * step
        size = min(step, int(row["offset"] + row["size"]) - start)
        try:
            (true[int(row["first"]) + which],) = row_sums(file.read(size, start), 0)
        except (EOFError, OSError):
            continue  # not to be read: damaged whatever its sum
    attempts = [list(true), *([at] for at in list(true)[:_TRIED])]
    for put_in in attempts:
        control.check()
        tried = raw.copy()
        tried[put_in] = [true[at] for at in put_in]
        if crc32(tried) == seal["crc32_crc"]:
            left = tuple(part for part in table.damaged if part != CRC32)
            return replace(table, sums=tried[: table.sums.size], damaged=left)
    return table
