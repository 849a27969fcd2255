"""How well a field was measured, in words: a line a band after a run, tables in the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lightledger.domain import counted, parse_measurement

if TYPE_CHECKING:
    from lightledger.analysis.quality import BandQuality, Quality


def summary(quality: Quality) -> Iterator[str]:
    """A line for each band, and one for the most variable objects."""
    for band in quality.bands:
        known = [i for i, name in enumerate(band.best) if name]
        if not known:
            yield f"{band.band}: too few constant objects for a scatter against magnitude"
            continue
        first, last = (f"{_best(band, i)} at {_range(band, i)} mag" for i in (known[0], known[-1]))
        yield (
            f"{band.band}: relative scatter {first}{f' to {last}' if len(known) > 1 else ''}"
            f"{_corrected(quality.corrected)}; best type: {band.best_in_words}"
        )
    sure = [each for each in quality.variable if each.sure]
    if sure:
        named = ", ".join(f"{each.object} ({each.excess:.1f})" for each in sure)
        yield f"most variable by {quality.measurement} (excess): {named}"


def tables(quality: Quality) -> Iterator[str]:
    """The whole report: a table for each band, then the most variable objects."""
    yield (
        f"{counted(quality.n_object, 'object')}; {counted(quality.n_points, 'point')} = "
        f"{quality.n_measured:,} measured + {quality.n_flagged:,} flagged or missing"
    )
    for band in quality.bands:
        yield ""
        yield from _band_table(band, quality.corrected)
    yield ""
    if not quality.variable:
        yield "most variable: no object varies, or there are too few visits to tell"
        return
    yield f"most variable by {quality.measurement}{_corrected(quality.as_shown_corrected)}:"
    yield f"  {'object':<20} {'excess':>8} {'mag':>8} {'scatter':>9}"
    for each in quality.variable:
        doubt = "" if each.sure else "  not above its errors"
        yield (
            f"  {each.object:<20} {each.excess:8.1f} {each.magnitude:8.2f} "
            f"{_percent(each.scatter):>7} %{doubt}"
        )


def _band_table(band: BandQuality, corrected: bool) -> Iterator[str]:
    within = parse_measurement(band.magnitudes_of).within_band
    yield (
        f"{band.band}: relative scatter (%) of constant objects{_corrected(corrected)}; "
        f"magnitudes ({band.system or 'instrumental'}) of {within}; * the best"
    )
    if not band.n_object:
        yield "  no constant objects"
        return
    names = {name: parse_measurement(name).within_band for name in band.scatter}
    wide = max(len("objects"), *map(len, names.values()))
    for what, edges in (("from mag", band.edges[:-1]), ("to", band.edges[1:])):
        yield f"  {what:<{wide}}{' '.join(f'{edge:>7g}' for edge in edges)}"
    yield f"  {'objects':<{wide}}{' '.join(f'{n:>7,}' for n in band.n_object)}"
    for name, row in band.scatter.items():
        cells = (
            f"{_percent(value):>7}{'*' if best == name else ' '}"
            for value, best in zip(row, band.best, strict=True)
        )
        yield f"  {names[name]:<{wide}}{''.join(cells)}".rstrip()


def _best(band: BandQuality, place: int) -> str:
    return f"{_percent(band.scatter[band.best[place]][place])} %"


def _range(band: BandQuality, place: int) -> str:
    return f"{band.edges[place]:g}-{band.edges[place + 1]:g}"


def _corrected(yes: bool) -> str:
    return ", corrected" if yes else ", as measured"


def _percent(fraction: float) -> str:
    """Three digits that mean something; '-' for none."""
    percent = 100 * fraction
    if percent != percent:
        return "-"
    return (
        f"{percent:.2f}"
        if percent < 10
        else f"{percent:.1f}"
        if percent < 100
        else f"{percent:.0f}"
    )
