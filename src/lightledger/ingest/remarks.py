"""What the visits' notes come to, said once for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lightledger.domain import Problem, VisitRow

_COUNTED = re.compile(r"([\d,]+) (.+)")


def remarks_on(band: str, rows: Iterable[VisitRow]) -> list[Problem]:
    """A remark for each kind of note; what the notes count is added up.

    Parameters
    ----------
    band : str
    rows : iterable of dict
        Rows of the visit table, with ``visit``, ``frames`` and ``note``.
    """
    found: dict[str, list[tuple[int, VisitRow]]] = {}
    for row in rows:
        for note in filter(None, str(row.get("note", "")).split("; ")):
            counted = _COUNTED.fullmatch(note)
            text = counted[2] if counted else note
            n = int(counted[1].replace(",", "")) if counted else 0
            found.setdefault(text, []).append((n, row))
    remarks = []
    for text, notes in found.items():
        total, first = sum(n for n, _ in notes), notes[0][1]
        what = f"{total:,} {text}" if total else text
        alike = f", in {len(notes)} visits of {band}" if notes[1:] else ""
        file = str(first.get("frames", "")).partition(" | ")[0]
        visit = "" if notes[1:] else str(first["visit"])
        remarks.append(Problem(what + alike, file, "", "note", visit, band))
    return remarks
