"""Which light curves a check by sample looks at."""

from __future__ import annotations

import random

import numpy as np

from lightledger.domain import LightledgerError

from .checksumtable import ChecksumTable


def row_extents(table: ChecksumTable) -> list[int]:
    """Extents of records and positions: nearly all of the file."""
    inside = ("/measurements/", "/positions/")
    return [at for at, name in enumerate(table.names) if any(part in name for part in inside)]


def share(sample: str, n_rows: int) -> int:
    """Rows to look at for '1%' or '1000'.

    Raises
    ------
    LightledgerError
        It is neither.
    """
    try:
        if sample.endswith("%"):
            part = float(sample[:-1]) / 100
            if 0 < part <= 1:
                return min(max(round(part * n_rows), 1), n_rows)
        elif int(sample) > 0:
            return min(int(sample), n_rows)
    except ValueError:
        pass
    raise LightledgerError(f"{sample!r} is not a sample", advice="write 1% or 1000")


def draw(table: ChecksumTable, rows: list[int], n: int, seed: int) -> dict[int, list[int]]:
    """Rows to look at, of each extent; each row of the store is as likely as any other."""
    ends = np.cumsum([int(table.extents["count"][at]) for at in rows])
    total = int(ends[-1]) if rows else 0
    drawn = np.sort(random.Random(seed).sample(range(total), n))  # noqa: S311 - no secret
    extent = np.searchsorted(ends, drawn, side="right")
    return {
        at: (drawn[extent == k] - (ends[k - 1] if k else 0)).tolist() for k, at in enumerate(rows)
    }
