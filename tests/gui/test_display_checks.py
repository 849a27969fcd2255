"""Checks of the whole display: pixels, honest counts, constant stars."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor

from lightledger.analysis.running import Clip
from lightledger.app.notifications import Notifications
from lightledger.app.panelset import PanelSpec
from lightledger.app.presenter import Presenter
from lightledger.app.session import Session
from lightledger.app.settings import THEME
from lightledger.app.theme import DARK, LIGHT, Theme
from lightledger.app.yscale import YScale
from lightledger.domain import DEFAULT_MASK, Flag
from lightledger.library.field import Field

pytestmark = pytest.mark.window
SINE, ECLIPSING = "I8", "I13"


@pytest.fixture
def shown(window, store, qtbot):
    window.show_field(Field(store), SINE)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    window.grab()
    return window


# ---- pixels


def test_spines_and_visits_stand_in_line_in_every_panel(shown):
    current = shown.open
    names = current.session.field.measurements
    current.session.panels.replace_all(tuple(PanelSpec((name,)) for name in names))
    current.presenter.refresh()
    shown.grab()
    panels, strip = current.page.stack.panels, current.page.overview
    assert len(panels) == 4
    spines = [panel.plot_rect().left() for panel in panels]
    assert max(spines) - min(spines) < 1
    assert abs(strip.strip.sceneBoundingRect().left() - spines[0]) < 1
    for view in (current.session.times.whole, (53200.0, 53900.0)):
        current.session.times.set_view(*view)
        shown.grab()
        for place in (12, 20, 28):
            x = [
                panel.points.sceneTransform().map(panel.traces[0].x[place], 0.0)[0]
                for panel in panels
            ]
            assert max(x) - min(x) < 1


@pytest.mark.parametrize("name", ["light", "dark"])
def test_plots_take_half_of_a_small_window(shown, name):
    shown.settings.set(THEME, name)
    shown.resize(1280, 800)
    shown.grab()
    assert (shown.width(), shown.height()) == (1280, 800)
    page = shown.open.page
    assert page.width() * page.height() >= 0.5 * 1280 * 800


def luminance(token: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    colour = QColor(token)
    parts = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_and_markers_can_be_seen(theme: Theme):
    for ground in (theme.background, theme.plot):
        assert min(contrast(token, ground) for token in (theme.text, theme.muted)) >= 4.5
    for marker in theme.markers:
        seen = max(contrast(token, theme.plot) for token in (marker.fill, marker.outline) if token)
        assert seen >= 3.0, marker
    assert contrast(theme.problem, theme.plot) >= 3.0
    bands = [luminance(marker.fill) for marker in theme.markers[:2]]
    assert abs(bands[0] - bands[1]) > 0.05, "the two bands differ in grey"
    assert len({marker.shape for marker in theme.markers}) == len(theme.markers)


# ---- honest counts


def header_counts(lines: list[str]) -> tuple[int, dict[str, int]]:
    """Rows and hidden points by reason, as the header of an export says them."""
    said = dict(re.findall(r"^# ([^:]+): +([\d,]+)", "\n".join(lines), re.MULTILINE))
    numbers = {name: int(number.replace(",", "")) for name, number in said.items()}
    hidden = {name[8:]: n for name, n in numbers.items() if name.startswith("hidden, ")}
    return numbers["rows"], hidden


def test_counts_are_the_same_in_label_header_and_rows(store: Path, tmp_path: Path, qtbot):
    rng = np.random.default_rng(8)
    out = tmp_path / "out.csv"
    with Field(store) as field:
        session = Session(field)
        presenter = Presenter(session, Notifications())
        journal = field.journal
        masks = (DEFAULT_MASK, DEFAULT_MASK & ~int(Flag.SATURATED), 0)
        for k in range(200):
            session.set_index(int(rng.integers(0, session.n_object)))
            session.times.set_filter(*np.sort(rng.uniform(52900, 54900, 2)))
            session.cleaning.set_mask(int(rng.choice(masks)))
            session.cleaning.set_clip(Clip(float(rng.choice([1.5, 2.5, 4.0]))))
            session.cleaning.set_clipping(bool(rng.integers(2)))
            if k % 20 == 0:
                visit = f"gr{100 + int(rng.integers(0, 60))}"
                journal.reject_point(session.object_id, "ch1", visit)
            presenter.refresh()
            words = presenter.counts()
            n_pass, n_all = (int(n) for n in re.match(r"(\d+) of (\d+) pass", words).groups())
            reasons = words.partition("hidden: ")[2].partition(";")[0]
            label = {why: int(n) for n, why in re.findall(r"(\d+) ([a-z ]+)", reasons)}
            assert n_pass + sum(label.values()) == n_all == 60
            field.export(
                out, [session.object_id], [session.measurement], presenter.filters(),
                corrected=session.display.corrected,
            )  # fmt: skip
            lines = out.read_text().splitlines()
            n_rows, hidden = header_counts(lines)
            written = sum(not line.startswith("#") for line in lines) - 1
            assert n_pass == n_rows == written
            assert {why: n for why, n in hidden.items() if n} == label
        presenter.stop()


# ---- constant stars


def test_constant_stars_look_constant_and_variables_fill_their_panel(store: Path, qtbot):
    with Field(store) as field:
        session = Session(field)
        session.display.set_scale(YScale.ROBUST)
        presenter = Presenter(session, Notifications())
        spreads: dict[str, list[float]] = {}
        for index in range(session.n_object):
            session.set_index(index)
            presenter.refresh()
            for panel in presenter.shown:
                y = panel.curve.y[panel.passing.keep & panel.curve.drawable]
                low, high = panel.y_range or (np.nan, np.nan)
                part = float(np.ptp(np.percentile(y, [1, 99]))) / (high - low)
                spreads.setdefault(session.object_id, []).append(part)
        presenter.stop()
    planted = {SINE, ECLIPSING}
    constant = [part for name, parts in spreads.items() if name not in planted for part in parts]
    assert len(constant) >= 90
    assert np.mean(np.array(constant) <= 0.6) >= 0.95
    assert min(part for name in planted for part in spreads[name]) >= 0.6
