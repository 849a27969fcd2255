"""Colours and fonts of the wizard, taken from the window's tokens."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from lightledger.app.stylesheet import style_sheet
from lightledger.app.theme import DARK, LIGHT, Theme, small_font

SPACE = 8
_SHAPES = {"ellipse": "#00805E", "iso": "#A8478A", "box": "#C77700", "neighbours": "#D55E00"}
_FIELDS = {
    "visit": "#0072B2",
    "band": "#B06F00",
    "kind": "#00805E",
    "suffix": "#A8478A",
    "ext": "#5B636B",
}
_FIELDS_DARK = {
    "visit": "#56B4E9",
    "band": "#E69F00",
    "kind": "#2FBF91",
    "suffix": "#CC79A7",
    "ext": "#9AA3AD",
}
WIDE = 16


def theme() -> Theme:
    """The theme that the application's palette shows."""
    dark = QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128
    return DARK if dark else LIGHT


def background() -> QColor:
    return QColor(theme().background)


def plot() -> QColor:
    return QColor(theme().plot)


def text() -> QColor:
    return QColor(theme().text)


def muted() -> QColor:
    return QColor(theme().muted)


def grid() -> QColor:
    return QColor(theme().grid)


def edge() -> QColor:
    return QColor("#3A414A" if theme().dark else "#C9CFD5")


def accent() -> QColor:
    return QColor(theme().accent)


def problem() -> QColor:
    return QColor(theme().problem)


def problem_text() -> QColor:
    """The hue of problems, with the contrast that text needs."""
    return QColor("#F0833A" if theme().dark else "#A84900")


def good_text() -> QColor:
    return QColor("#2FBF91" if theme().dark else "#00704F")


def detection() -> QColor:
    """Ring on a picture, which is dark on white in either theme."""
    return QColor(LIGHT.accent)


def target() -> QColor:
    """Ring around "my star"."""
    return problem()


def comparison() -> QColor:
    return QColor("#009E73")


def band(index: int) -> QColor:
    return QColor(theme().marker(index).fill)


def field(name: str) -> QColor:
    """Of a part of a file name: visit, band, kind, suffix, ext; grey for what means nothing."""
    return QColor(
        _FIELDS_DARK.get(name, "#9AA3AD") if theme().dark else _FIELDS.get(name, "#5B636B")
    )


def shape(kind: str) -> QColor:
    """Of what is drawn around a star, on a picture that is light in either theme."""
    return QColor(_SHAPES.get(kind, "#6B737B"))


def legend(ink: QColor) -> QColor:
    """A shape's colour with the contrast that text needs on this theme."""
    return ink.lighter(165) if theme().dark else ink.darker(115)


def tinted(ink: QColor, alpha: float = 0.22) -> QColor:
    """A ground that text can stand on."""
    made = QColor(ink)
    made.setAlphaF(alpha)
    return made


def small(bold: bool = False) -> QFont:
    return small_font(bold)


def sheet() -> str:
    """What the dialog adds to the window's style sheet (all of it where there is none)."""
    application = QApplication.instance()
    own = isinstance(application, QApplication) and bool(application.styleSheet())
    base = "" if own else style_sheet(theme())
    return f"""{base}
    QLabel[role="problem"] {{ color: {problem_text().name()}; }}
    QLabel[role="good"] {{ color: {good_text().name()}; }}
    QLabel[role="number"] {{ font-size: 24px; font-weight: 600; }}
    QFrame[card="true"] QLabel {{ background: transparent; }}
    {_ticks() if theme().dark else ""}
    """


def _ticks() -> str:
    """Fields, buttons and ticks that can be seen on a dark ground; the style's own cannot."""
    return f"""
    QAbstractSpinBox {{ border: 1px solid {edge().name()}; border-radius: 3px;
        background: {plot().name()}; padding: 1px 4px; }}
    QRadioButton::indicator, QCheckBox::indicator, QListView::indicator {{
        width: 11px; height: 11px;
        border: 1px solid {muted().name()}; background: {plot().name()}; }}
    QRadioButton::indicator {{ border-radius: 6px; }}
    QRadioButton::indicator:checked, QCheckBox::indicator:checked,
    QListView::indicator:checked {{
        background: {accent().name()}; border-color: {accent().name()}; }}
    """
