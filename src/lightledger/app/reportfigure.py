"""The figure of ``lightledger report``: what the wizard's end page shows, without the wizard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from .main import make_application
from .render import prefer_offscreen, save_sheet
from .theme import Themes
from .wizard import skin
from .wizard.minicurve import MiniCurve
from .wizard.pieces import label, row
from .wizard.quality_plot import QualityPlots
from .wizard.summary import Summary, summarise_store

_SIZE = (1280, 720)


def render_report(store: Path | str, png: Path | str, theme: str = "light") -> Path:
    """Draw scatter against magnitude in every band, and the most variable objects.

    Raises
    ------
    LightledgerError
        Not a store, or the picture cannot be written.
    """
    prefer_offscreen()
    make_application()
    themes = Themes(theme)
    themes.apply()
    summary = summarise_store(Path(store))
    return save_sheet(_sheet(Path(store).name, summary), _SIZE, png)


def _sheet(name: str, summary: Summary) -> QWidget:
    quality = summary.quality
    how = "corrected" if quality.corrected else "as measured"
    plots = QualityPlots()
    plots.show_quality(quality, summary.points, summary.ringed)
    sheet = QWidget()
    sheet.setStyleSheet(skin.sheet())
    body = QVBoxLayout(sheet)
    body.setContentsMargins(skin.WIDE, skin.WIDE, skin.WIDE, skin.WIDE)
    body.setSpacing(skin.SPACE)
    body.addWidget(label(name, "heading"))
    body.addWidget(label("; ".join(map(str, summary.sums)), "muted"))
    title = f"Scatter against magnitude: median of constant objects, {how}"
    body.addWidget(label(title, "title"))
    body.addWidget(plots, 3)
    best = f"Best: {summary.best_in_words or 'too few objects to tell'}"
    body.addWidget(label(best, "muted", wrap=True))
    shown = "corrected" if quality.as_shown_corrected else "as measured"
    body.addWidget(label(f"Most variable: {quality.measurement}, {shown}", "title"))
    curves = [_curve(summary, place) for place in range(len(summary.variable))]
    if curves:
        body.addLayout(row(*curves), 1)
    else:
        body.addWidget(label("no object varies, or there are too few visits to tell", "muted"))
    return sheet


def _curve(summary: Summary, place: int) -> MiniCurve:
    each = summary.variable[place]
    curve = MiniCurve()
    curve.show_dates = True
    curve.set_title(each.object, f"{each.magnitude:.2f} mag, excess {each.excess:.1f}")
    curve.set_series(((each.mjd_utc, each.relative, skin.accent(), False),))
    return curve
