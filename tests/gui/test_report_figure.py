"""The report's figure and the end page: a curve for each type, thumbnails, a legend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightledger.analysis.quality import BandQuality, Quality
from lightledger.app.wizard.quality_plot import QualityPlots, styles_of
from lightledger.app.wizard.summary import summarise_store


def made(types: list[str], bands: tuple[str, ...] = ("ch1", "ch2")) -> Quality:
    """Every type in every band; the last one is the best of the faint."""

    def of(band: str) -> BandQuality:
        scatter = {f"{band}_{t}": (0.01, 0.1 - 0.001 * i) for i, t in enumerate(types)}
        best = (f"{band}_{types[0]}", f"{band}_{types[-1]}")
        first = f"{band}_{types[0]}"
        return BandQuality(band, first, "AB", (14, 16, 18), (9, 9), (15, 17), scatter, best)

    return Quality(
        20, 100, 90, True, False, {b: f"{b}_{types[0]}" for b in bands}, tuple(map(of, bands)),
        f"{bands[0]}_{types[0]}", (),
    )  # fmt: skip


def test_what_matters_has_a_hue_and_the_same_in_all_bands() -> None:
    types = [f"sci-aper_r{n}" for n in range(20)]
    styles = styles_of(made(types))
    assert list(styles) == types
    named = [name for name, style in styles.items() if style.symbol]
    assert {types[0], types[-1]} <= set(named)
    assert len(named) == 6
    assert len({styles[name].ink.name() for name in named}) == 6
    assert len({styles[name].symbol for name in named}) == 6


def test_a_curve_for_each_type_in_each_band(qtbot) -> None:
    plots = QualityPlots()
    qtbot.addWidget(plots)
    rng = np.random.default_rng(2)
    points = {b: (rng.uniform(14, 18, 20), rng.uniform(0.01, 0.2, 20)) for b in ("ch1", "ch2")}
    for types in (["sci-aper_r2", "sci-auto"], [f"sci-aper_r{n}" for n in range(20)]):
        plots.show_quality(made(types), points, np.array([3]))
        assert len(plots.plots) == 2
        for plot in plots.plots:
            assert len(plot.listDataItems()) >= len(types)
    ranges = {tuple(plot.viewRange()[1]) for plot in plots.plots}
    assert len(ranges) == 1, "one scale for all bands"


def test_a_field_without_any_scatter_says_so(qtbot) -> None:
    plots = QualityPlots()
    qtbot.addWidget(plots)
    nothing = (np.full(20, np.nan), np.full(20, np.nan))
    plots.show_quality(made(["sci-auto"], ("R",)), {"R": nothing}, np.array([], int))
    assert not plots.plots[0].listDataItems()


def test_the_figure_of_a_store(store: Path, tmp_path: Path, qapp) -> None:
    from lightledger.app.reportfigure import render_report

    png = render_report(store, tmp_path / "report.png")
    assert png.read_bytes().startswith(b"\x89PNG")
    summary = summarise_store(store)
    assert all(each.adds_up for each in summary.sums)
    assert [t.object for t in summary.variable] == [v.object for v in summary.quality.variable]
    for thumb in summary.variable:
        assert np.nanmedian(thumb.relative) == pytest.approx(1.0)
