"""What a notebook shows of a field, a light curve and a table of objects: plain HTML, no scripts.

Everything that comes from a store is escaped; styles stand in the elements, so nothing else on the
page changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import LightCurve, counted, is_good

if TYPE_CHECKING:
    from .field import Field

#: Rows and columns of a table, at most.
ROWS, COLUMNS = 10, 12
#: Points of the drawing, at most.
_POINTS = 600
_WIDTH, _HEIGHT, _MARGIN = 420, 96, 6
_CELL = 'style="text-align:left;padding:1px 10px 1px 0"'


def field_html(field: Field) -> str:
    """What a store holds: bands with their visits and dates, measurements, objects."""
    rows = []
    for band in field.bands:
        times = field.visits(band)["mjd_utc_mid"]
        known = times[np.isfinite(times)]
        dates = f"{known.min():.3f} – {known.max():.3f}" if known.size else "unknown"
        names = [name for name in field.measurements if name.startswith(f"{band}_")]
        units = sorted({field.unit(name) or "ratio" for name in names})
        shown = field.suggested(band) or "–"
        rows.append((band, f"{times.size:,}", dates, f"{len(names):,}", ", ".join(units), shown))
    head = ("band", "visits", "MJD (UTC)", "measurements", "units", "suggested")
    title = f"<b>{escape(field.path.name)}</b>: {counted(field.n_object, 'object')}"
    return f"<div>{title}{_table(head, rows)}</div>"


def light_curve_html(curve: LightCurve) -> str:
    """What a light curve is, and a small drawing of it; points with doubtful flags are pale."""
    good = is_good(curve.value, curve.flags)
    facts = [
        f"{counted(len(curve), 'visit')}, {int(good.sum()):,} good",
        "corrected" if curve.corrected else "as stored",
    ]
    if good.any():
        median = float(np.median(curve.value[good]))
        facts.append(f"median {median:.5g} {curve.unit}".strip())
    title = f"<b>{escape(curve.object)}</b> {escape(curve.measurement)}: "
    return f"<div>{title}{escape(', '.join(facts))}{_drawing(curve, good)}</div>"


def table_html(
    columns: Mapping[str, np.ndarray], units: Mapping[str, str], n_row: int, title: str
) -> str:
    """The first rows and columns of a table, units in its head; how much more there is."""
    names = [name for name in columns if np.ndim(columns[name]) == 1]
    shown = names[:COLUMNS]
    head = [f"{name} ({units[name]})" if units.get(name) else name for name in shown]
    rows = zip(
        *([_cell(x) for x in np.asarray(columns[name])[:ROWS].tolist()] for name in shown),
        strict=True,
    )
    more = [counted(n_row, "row")]
    if len(names) > COLUMNS:
        more.append(f"{len(names) - COLUMNS} more columns: {', '.join(names[COLUMNS:])}")
    return f"<div>{escape(title)}{_table(head, rows)}<small>{escape('; '.join(more))}</small></div>"


def _cell(x: object) -> str:
    if isinstance(x, float):
        return f"{x:.9g}"
    return ", ".join(map(str, x)) if isinstance(x, tuple) else str(x)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    first = "".join(f"<th {_CELL}>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td {_CELL}>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>"


def _drawing(curve: LightCurve, good: np.ndarray) -> str:
    """Dots over time as an SVG, the good ones within its height; '' without any."""
    if not good.any():
        return ""
    value = np.asarray(curve.value, np.float64)
    seen = np.flatnonzero(np.isfinite(value) & np.isfinite(curve.time))
    seen = seen[:: max(-(-seen.size // _POINTS), 1)]
    low, high = float(value[good].min()), float(value[good].max())
    x = _scaled(curve.time[seen], _WIDTH)
    y = _HEIGHT - _scaled(np.clip(value[seen], low, high), _HEIGHT)
    dots = []
    for which, opacity in ((~good[seen], 0.25), (good[seen], 0.9)):
        path = "".join(f"M{a:.1f} {b:.1f}h.01" for a, b in zip(x[which], y[which], strict=True))
        dots.append(
            f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="3" '
            f'stroke-linecap="round" opacity="{opacity}"/>'
        )
    first, last = curve.time[seen].min(), curve.time[seen].max()
    words = f"{low:.5g} to {high:.5g} {curve.unit}; MJD {first:.3f} to {last:.3f} (UTC)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" style="display:block">{"".join(dots)}</svg>'
        f"<small>{escape(words)}</small>"
    )


def _scaled(a: np.ndarray, size: int) -> np.ndarray:
    """From the margin to the other margin; in the middle where all are the same."""
    low, span = a.min(), np.ptp(a)
    part = (a - low) / span if span > 0 else np.full(a.shape, 0.5)
    return _MARGIN + part * (size - 2 * _MARGIN)
