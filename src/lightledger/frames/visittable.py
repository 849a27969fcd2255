"""Times of visits from a table beside the frames: ECSV with a column ``group_name`` or ``visit``.

Mosaics of many exposures often carry no time, or that of the first exposure; a table that somebody
made of the visits goes before their headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lightledger.domain import Problem, clean_band

from .folders import Entry
from .headers import Cards
from .times import HeaderTime, header_time

_VISIT_COLUMNS = ("group_name", "visit", "group", "aor")
_BAND_COLUMNS = ("band", "filter", "channel", "ch", "chnlnum")
_PEEK = 1 << 16
#: A plain time of a visit is its middle.
_MIDDLES = {"MJD": "MJD-MID", "TIME": "MJD-MID", "JD": "JD-MID", "MJD-UTC": "MJD-MID"}

VisitTimes = dict[tuple[str, str], HeaderTime]


def visit_times(entries: Iterable[Entry]) -> tuple[VisitTimes, dict[str, str], list[Problem]]:
    """Times by (visit, band), band '' where the table names none.

    Parameters
    ----------
    entries : iterable of Entry
        Tables found in the folder.

    Returns
    -------
    times : dict
    used : dict of str to str
        Name of each table that gave times, to what it is.
    problems : list of Problem
        Tables that look like one and cannot be read.
    """
    times: VisitTimes = {}
    used: dict[str, str] = {}
    problems: list[Problem] = []
    for entry in entries:
        if entry.fault or not entry.name.lower().endswith(".ecsv") or not _looks_like_one(entry):
            continue
        try:
            found = dict(_rows(Path(entry.path)))
        except Exception as error:  # astropy raises many things on a damaged table
            text = " ".join(str(error).split())[:100]
            problems.append(Problem(f"table cannot be read ({text})", entry.name, "", "note"))
            continue
        if found:
            used[entry.name] = f"a table with the times of {len(found)} visits"
            times = found | times
    return times, used, problems


def _looks_like_one(entry: Entry) -> bool:
    """The column names stand in the ECSV header: no table is parsed for nothing."""
    with Path(entry.path).open("rb") as file:
        head = file.read(_PEEK).decode("utf-8", "replace")
    lines = [line for line in head.splitlines() if line.startswith("#")]
    return any(f"name: {column}" in line for line in lines for column in _VISIT_COLUMNS)


def _rows(path: Path) -> Iterator[tuple[tuple[str, str], HeaderTime]]:
    from astropy.table import Table

    table = Table.read(path, format="ascii.ecsv")
    names = {name.lower(): name for name in table.colnames}
    visit = next((names[c] for c in _VISIT_COLUMNS if c in names), None)
    if visit is None:
        return
    band = next((names[c] for c in _BAND_COLUMNS if c in names), None)
    units = {name: str(table[name].unit or "") for name in table.colnames}
    for row in table:
        time = header_time(cards_of({n: (_plain(row[n]), units[n]) for n in table.colnames}))
        if time is not None:
            yield (str(row[visit]), _band(row[band]) if band else ""), time


def cards_of(cells: Mapping[str, tuple[object, str]]) -> Cards:
    """The cells of a row, each with its unit, as the cards of a header."""
    return Cards.from_dict(
        {keyword_of(name): (value, f"[{unit}]") for name, (value, unit) in cells.items()}
    )


def keyword_of(column: str) -> str:
    """The keyword that a column stands for.

    >>> keyword_of("date_obs"), keyword_of("mjd")
    ('DATE-OBS', 'MJD-MID')
    """
    key = column.upper().replace("_", "-")
    return _MIDDLES.get(key, key)


def _plain(value: Any) -> object:
    """A cell as text or number; a time of astropy as MJD, UTC."""
    if hasattr(value, "utc"):
        return float(value.utc.mjd)
    return value.item() if hasattr(value, "item") else str(value)


def _band(value: Any) -> str:
    text = str(value).strip()
    return f"ch{text}" if text in ("1", "2", "3", "4") else clean_band(text)
