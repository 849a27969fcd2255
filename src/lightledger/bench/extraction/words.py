"""A result in words: lines of cells for a terminal or a file."""

from __future__ import annotations

from .result import DEMANDS, Result

COLUMNS = ("CPU s", "times ours", "timed on", "the same numbers?")
#: Steps of a visit that are named; the others are summed up.
_STEPS = 12


def headline(result: Result) -> str:
    side, objects = result.side, f"{result.n_object:,} objects"
    return f"{side} x {side} pixels, {objects}, {result.n_measurement} measurements of one visit"


def tables(result: Result) -> list[tuple[list[str], list[list[str]]]]:
    """Headings and lines of all tables."""
    return [
        (["one visit", *COLUMNS], program_rows(result)),
        (["demanded", "measured", "limit", ""], demand_rows(result)),
        (["where our time goes", "ms"], step_rows(result)),
    ]


def program_rows(result: Result) -> list[list[str]]:
    """A line per program: title and what it does, then as `COLUMNS`."""
    ours = result.full_cpu_s
    rows = [[f"Lightledger: all of it, {result.n_measurement} measurements", _s(ours), "", "", ""]]
    for row in result.others:
        cells = [_s(row.cpu_s), _times(row.cpu_s / ours), row.on, row.agrees]
        rows.append([f"{row.title}: {row.does}", *cells])
    counted = [row.title for row in result.others if row.counted]
    if len(counted) > 1:
        total = result.all_s
        rows.append([" + ".join(counted), _s(total), _times(total / ours), "", ""])
    return rows


def demand_rows(result: Result) -> list[list[str]]:
    """A line per demand: what, measured, demanded, whether it is met."""
    rows = []
    for key, met in result.verdicts().items():
        words, limit, at_most = DEMANDS[key]
        number = result.numbers()[key]
        said = {True: "met", False: "NOT MET", None: "not asked of this size"}[met]
        if number != number:
            said = "not measured"
        rows.append([words, _three(number), f"{'<=' if at_most else '>='} {limit:g}", said])
    return rows


def step_rows(result: Result) -> list[list[str]]:
    """Where the time of a visit goes, milliseconds."""
    steps = list(result.steps_s.items())
    rows = [[name, f"{1e3 * seconds:.0f}"] for name, seconds in steps[:_STEPS]]
    rest = sum(seconds for _, seconds in steps[_STEPS:])
    return [*rows, ["all others", f"{1e3 * rest:.0f}"]] if rest else rows


def footnotes(result: Result) -> list[str]:
    """How it was measured, what was left out."""
    before, after = result.load
    lines = [
        "CPU seconds of user and system, children included, of real measure_visit on FITS files "
        f"(median of {len(result.costs_s)} visits, warm); times ours: of the whole set",
        "SExtractor's share: its two runs beside a visit of ours with sci and clean alone, without "
        f"the removal of cosmic rays and the empty apertures ({_s(result.sextractor_share_s)} s)",
        f"gap of the ticker with nothing else: {result.idle_gap_ms:.0f} ms; load of the machine "
        f"{before:.1f} before, {after:.1f} after",
    ]
    if result.n_long:
        lines.append(
            f"the last: after {result.n_long:,} visits of {result.small_side} x "
            f"{result.small_side} pixels, memory grew by {result.growth_bytes / 1e6:.0f} MB after "
            "the tenth"
        )
    lines += [f"{title} left out: {why}" for title, why in result.left_out.items()]
    return lines + result.notes


def plain(heading: list[str], rows: list[list[str]]) -> str:
    """A table as aligned text, numbers to the right."""
    lines = [heading, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(heading))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if k and _is_number(rows, k) else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _is_number(rows: list[list[str]], column: int) -> bool:
    return all(row[column][:1].isdigit() or not row[column] for row in rows)


def _s(seconds: float) -> str:
    return "-" if seconds != seconds else _three(seconds)


def _times(ratio: float) -> str:
    return f"{_three(ratio)} x"


def _three(number: float) -> str:
    """Three digits.

    >>> _three(0.1234), _three(12.345), _three(1234.5), _three(float("nan"))
    ('0.123', '12.3', '1,234', '-')
    """
    if number != number:
        return "-"
    digits = next((d for d in (3, 2, 1) if abs(number) < 10 ** (3 - d) - 0.5 * 10**-d), 0)
    return f"{number:,.{digits}f}"
