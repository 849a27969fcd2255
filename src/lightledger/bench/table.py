"""A result in words: lines of cells for a terminal, a file or a figure."""

from __future__ import annotations

from collections.abc import Sequence

from .result import Measured, Result

#: Columns of the tables: key of a number, heading.
COLUMNS = {
    "bytes_per_point": "B/point",
    "write_s": "written",
    "one_us": "one",
    "cold_us": "one, cold",
    "hundred_us": "100",
    "visit_us": "a visit",
    "scan_us": "a scan",
}

MEANING = (
    "one: a light curve, in memory; cold: not in memory (pieces read from the disk); 100: random "
    "objects; a visit: of all objects; a scan: mean of every object; medians, taken in turns"
)


def duration(us: float) -> str:
    """Three digits and a unit.

    >>> duration(0.9512), duration(12.34), duration(45678), duration(3.2e6)
    ('0.951 us', '12.3 us', '45.7 ms', '3.20 s')
    """
    for unit, size in (("us", 1.0), ("ms", 1e3), ("s", 1e6)):
        if us < 999.5 * size or unit == "s":
            return f"{_three(us / size)} {unit}"
    raise AssertionError


def times(ratio: float | None) -> str:
    """A ratio to ours.

    >>> times(0.8333), times(276.4), times(1.0)
    ('0.833 x', '276 x', '1.00 x')
    """
    return "-" if ratio is None else f"{_three(ratio)} x"


def _three(number: float) -> str:
    """Three digits, none behind the point from a hundred on."""
    digits = next((d for d in (3, 2, 1) if number < 10 ** (3 - d) - 0.5 * 10**-d), 0)
    return f"{number:,.{digits}f}"


def measured_rows(result: Result) -> list[list[str]]:
    """A line per way: its title, then what was measured, as `COLUMNS`; '-' where nothing was."""
    return [[way.title, *(_cell(result, way, key) for key in COLUMNS)] for way in _ways(result)]


def ratio_rows(result: Result) -> list[list[str]]:
    """A line per way: how many times ours its numbers are."""
    return [
        [way.title, *(times(result.ratios(way)[key]) for key in COLUMNS)] for way in _ways(result)
    ]


def footnotes(result: Result) -> list[str]:
    """What the columns mean, how each way was read, what was left out, what was not measured."""
    lines = [MEANING]
    for way in _ways(result):
        uses = ", ".join(f"{name} {version}" for name, version in way.uses.items())
        lines.append(f"{way.title}: {way.how}{f' ({uses})' if uses else ''}")
    lines += [f"{title} left out: {why}" for title, why in result.left_out.items()]
    return lines + result.notes


def headline(result: Result) -> str:
    size = result.size
    return (
        f"{size.objects:,} objects x {size.visits:,} visits x {size.measurements:,} measurements "
        f"= {size.points:,} points"
    )


def plain(heading: str, rows: Sequence[Sequence[str]]) -> str:
    """A table as aligned text."""
    lines = [[heading, *COLUMNS.values()], *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _ways(result: Result) -> list[Measured]:
    return list(result.ways.values())


def _cell(result: Result, way: Measured, key: str) -> str:
    number = result.numbers(way)[key]
    if number is None:
        return "-"
    if key == "bytes_per_point":
        return f"{number:.2f}"
    if key == "write_s":
        return f"{result.write_rate(way):,.0f} MB/s"
    text = duration(number)
    return f"{text} ({way.cold.reads})" if key == "cold_us" and way.cold else text
