"""Whether files are light curves, by their first bytes: quick, no parser, nothing judged."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from .columns import says_light_curve

_BYTES = 64 << 10
#: Files of a folder that are looked at.
_LOOKS = 12
#: Files of a folder that are passed while looking for them.
_PASSED = 2_000
_TEXT = (".csv", ".tsv", ".txt", ".dat", ".ecsv", ".vot", ".votable", ".xml", ".tbl", ".ipac",
         ".lc", ".asc", ".ascii", ".data")  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?")


def all_light_curves(paths: Sequence[Path]) -> bool:
    """Whether there is nothing among the paths but light curves and folders of such.

    Of a folder some files decide: most are light curves and hardly any FITS file is none.
    """
    return bool(paths) and all(_is_one(path) for path in paths)


def _is_one(path: Path) -> bool:
    if not path.is_dir():
        return looks_like_light_curve(path)
    files = (p for p in islice(path.rglob("*"), _PASSED) if _may_be(p))
    said = [(looks_like_light_curve(p), is_fits(p)) for p in islice(files, _LOOKS)]
    n = sum(yes for yes, _ in said)
    return n > len(said) / 2 and sum(fits and not yes for yes, fits in said) <= len(said) / 4


def _may_be(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return name.endswith((*_TEXT, ".fits", ".fit", ".fts")) and path.is_file()


def is_fits(path: Path) -> bool:
    return _start(path)[:6] == b"SIMPLE"


def looks_like_light_curve(path: Path) -> bool:
    """Whether its columns, by their names (or, without names, their numbers), are of one."""
    head = _start(path)
    if head.startswith(b"SIMPLE"):
        names = re.findall(rb"TTYPE\d+ *= *'([^']*)'", head)
        return says_light_curve([name.decode("latin-1").strip() for name in names])
    if not path.name.lower().removesuffix(".gz").endswith(_TEXT) or b"\0" in head:
        return False
    text = head.decode("utf-8-sig", errors="replace")
    for pattern in (r"name: *([\w.]+)", r"<(?:\w+:)?FIELD[^>]*?\bname=\"([^\"]*)\""):
        if says_light_curve(re.findall(pattern, text)):
            return True
    lines = [line for line in text.splitlines() if line.strip()][:200]
    rows = [line for line in lines if not line.lstrip().startswith(("#", "\\"))]
    comments = [line.lstrip("# ") for line in lines if line.lstrip().startswith("#")]
    if says_light_curve(_cells(next(iter(rows), ""))):
        return True
    return says_light_curve(_cells(comments[-1] if comments else "")) or _bare_numbers(rows)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read(_BYTES)
    except (OSError, EOFError):
        return b""


def _cells(line: str) -> list[str]:
    parts = re.split(r"[,;\t|]", line) if re.search(r"[,;\t|]", line) else line.split()
    return [re.sub(r"\s*[\[(].*", "", part.strip().strip('"')) for part in parts]


def _bare_numbers(rows: Sequence[str]) -> bool:
    """Two to four numbers a line, the first in order of time."""
    cells = [_cells(row) for row in rows[:20]]
    if len(cells) < 3 or not 2 <= len(cells[0]) <= 4 or {len(c) for c in cells} != {len(cells[0])}:
        return False
    if not all(_NUMBER.fullmatch(cell) for row in cells for cell in row):
        return False
    times = [float(row[0].replace("D", "e")) for row in cells]
    return times[0] > 1000 and times == sorted(times) and times[0] < times[-1] < times[0] + 50_000
