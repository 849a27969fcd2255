"""Do two stores hold the same bytes, but for when they were made?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .checksums import GROUP, STRUCTURE
from .checksumtable import load_table
from .diskio import PositionedFile
from .identify import root_attributes
from .structure import Structure
from .words import in_words

#: Attributes that differ between two runs, and the sum of the HDF5 header that holds them.
STAMPS = ("created", "uuid")
_HEADER_SUM = 4
_READ = 8 << 20


def differences(first: Path | str, second: Path | str) -> list[str]:
    """Parts in which two stores differ, besides the attributes ``created`` and ``uuid``.

    Every byte is compared, but for the checksums that follow from those two attributes; run
    `lightledger.store.verify` on both to know that the checksums fit.

    Raises
    ------
    LightledgerError
        One of them is not a whole store.
    """
    with (
        Structure(first) as a,
        Structure(second) as b,
        a.file() as file_a,
        b.file() as file_b,
    ):
        table_a, table_b = load_table(a, file_a), load_table(b, file_b)
        if file_a.size != file_b.size or table_a.names != table_b.names:
            return [f"layout ({file_a.size} and {file_b.size} bytes)"]
        if not np.array_equal(table_a.extents, table_b.extents):
            return ["layout"]
        stamps = [[str(root_attributes(s)[k]).encode() for k in STAMPS] for s in (a, b)]
        found = []
        for name, extent in zip(table_a.names, table_a.extents, strict=True):
            if name.startswith(GROUP + "/"):
                continue
            offset, size = int(extent["offset"]), int(extent["size"])
            if name == STRUCTURE:
                same = _same_structure(
                    bytes(file_a.read(size, offset)), bytes(file_b.read(size, offset)), *stamps
                )
            else:
                same = _same(file_a, file_b, offset, size)
            if not same:
                found.append(in_words(name))
        return found


def _same(a: PositionedFile, b: PositionedFile, offset: int, size: int) -> bool:
    return all(
        a.read(min(_READ, size - at), offset + at) == b.read(min(_READ, size - at), offset + at)
        for at in range(0, size, _READ)
    )


def _same_structure(a: bytes, b: bytes, stamps_a: list[bytes], stamps_b: list[bytes]) -> bool:
    if a == b:
        return True
    for mine, theirs in zip(stamps_a, stamps_b, strict=True):
        b = b.replace(theirs, mine)
    differ = np.flatnonzero(np.frombuffer(a, np.uint8) != np.frombuffer(b, np.uint8))
    # One object header holds both stamps, so its own sum may differ; nothing else may.
    return differ.size == 0 or int(differ[-1] - differ[0]) < _HEADER_SUM
