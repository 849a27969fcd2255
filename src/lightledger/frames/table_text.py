"""Catalogues that are text: CSV and its relatives, SExtractor's ASCII_HEAD."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from pathlib import Path

from lightledger.domain import LightledgerError

from .headers import Card, Cards
from .tables import MAX_BYTES, MISSING, Table, add_column, parsed, safe_for_ids


def text_of(path: Path, most_bytes: int = 0) -> str:
    """Text of a file, unpacked when gzipped; bytes that are no UTF-8 are replaced.

    With ``most_bytes`` only the whole lines that stand in so many bytes.

    Raises
    ------
    LightledgerError
        Too large once unpacked.
    """
    with path.open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as file:
        raw = file.read((most_bytes or MAX_BYTES) + 1)
    if most_bytes and len(raw) > most_bytes:
        raw = raw[: raw.rfind(b"\n") + 1]
    elif len(raw) > MAX_BYTES:
        raise LightledgerError("too large once unpacked", path)
    return raw.decode("utf-8-sig", errors="replace")


def read_sextractor(path: Path, most_bytes: int = 0) -> list[Table]:
    """ASCII_HEAD: ``#   1 NUMBER  Running object number  [unit]``; vectors name their first.

    Raises
    ------
    LightledgerError
        The rows do not fit the header.
    """
    table = Table(kind="SExtractor")
    named: list[tuple[int, str, str, str]] = []
    rows: list[list[str]] = []
    for line in text_of(path, most_bytes).splitlines():
        if line.startswith("#"):
            found = re.match(r"#\s*(\d+)\s+(\S+)\s*(.*?)\s*(?:\[(.*)\])?\s*$", line)
            if found:
                number, name, about, unit = found.groups()
                named.append((int(number), name, about, unit or ""))
        elif cells := line.split():
            rows.append(cells)
    if not rows:
        return [table]
    width = len(rows[0])
    if any(len(row) != width for row in rows) or named[-1][0] > width:
        raise LightledgerError("the rows do not fit the header of the SExtractor catalogue", path)
    ends = [number for number, *_ in named[1:]] + [width + 1]
    for (first, name, about, unit), end in zip(named, ends, strict=True):
        for k, place in enumerate(range(first - 1, end - 1)):
            texts = [row[place] for row in rows]
            part = name if k == 0 else f"{name}_{k}"
            add_column(table, part, parsed(texts), None, unit=unit, about=about)
    return [table]


def read_text(path: Path, most_bytes: int = 0, unnamed: bool = False) -> list[Table]:
    """Comma, semicolon, tab, bar or blanks between cells; names in the first line or in ``#``.

    With ``unnamed`` columns without names are col1, col2, ..., as many as most rows have cells.
    """
    comments: list[str] = []
    lines: list[str] = []
    for line in text_of(path, most_bytes).splitlines():
        if line.lstrip().startswith("#"):
            comments.append(line.lstrip().lstrip("#").strip())
        elif line.strip():
            lines.append(line)
    table = Table(kind="CSV", comments="\n".join(comments)[:10_000])
    table.cards = _keywords(comments)
    if not lines:
        return [table]
    delimiter = _delimiter(lines)
    rows = _cells(lines, delimiter)
    names = rows[0]
    if any(_is_number(cell) for cell in names):
        # No line of names; the last comment may be one ("# ra dec mag").
        above = _cells(comments[-1:], delimiter)[0] if comments else []
        if len(above) != len(rows[0]) and unnamed:
            above = [f"col{k + 1}" for k in range(Counter(map(len, rows)).most_common(1)[0][0])]
        elif len(above) != len(rows[0]):
            raise LightledgerError(
                "the table has no line with the names of its columns", path,
                "put one first, such as: id,ra,dec",
            )  # fmt: skip
        names = above
    else:
        rows = rows[1:]
    whole = [row for row in rows if len(row) == len(names)]
    if len(whole) < len(rows):
        n = len(rows) - len(whole)
        table.notes.append(f"{n} of {len(rows)} rows have another number of cells: left out")
    if rows and not whole:
        raise LightledgerError("the rows do not fit the names of the columns", path)
    for k, name in enumerate(names):
        texts = [row[k].strip() for row in whole]
        name, unit = _name_and_unit(name)
        values = safe_for_ids(texts, parsed(texts))
        add_column(table, name, values, None, unit=unit)
    return [table]


def _keywords(comments: list[str]) -> Cards:
    """Comment lines such as ``DATE-OBS = 2014-12-30T04:29:23`` or ``filter: R`` as keywords."""
    found = (re.fullmatch(r"([A-Za-z][\w .-]{0,30}?)\s*[=:]\s*(.*\S)", c) for c in comments)
    return Cards((m[1].upper().replace(" ", "-"), Card(m[2], True, "")) for m in found if m)


def _delimiter(lines: list[str]) -> str:
    for candidate in (",", "\t", ";", "|"):
        counts = {line.count(candidate) for line in lines[:20]}
        if min(counts) > 0:
            return candidate
    return " "


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    if delimiter == " ":
        # Quotes hold cells with blanks together, as in ECSV.
        lines = [" ".join(line.split()) for line in lines]
    limit = csv.field_size_limit()
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    return [row for row in rows if row and max(map(len, row)) < limit]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip().lower() not in MISSING


def _name_and_unit(name: str) -> tuple[str, str]:
    """``RA (deg)`` or ``RA [deg]`` to name and unit."""
    found = re.fullmatch(r"(.*?)\s*[\[(]\s*([A-Za-z:\"' /]+?)\s*[\])]", name.strip())
    return (found[1], found[2]) if found and found[1] else (name.strip(), "")
