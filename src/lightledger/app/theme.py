"""Colours, sizes and markers of the window, light and dark, and how they reach Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from .stylesheet import style_sheet


@dataclass(frozen=True)
class Marker:
    """How one band is drawn: shape, fill, and an outline where the fill alone is too pale."""

    shape: str
    fill: str
    outline: str = ""


@dataclass(frozen=True)
class Theme:
    """The tokens of one theme; every colour in the window is one of these."""

    name: str
    background: str
    plot: str
    text: str
    muted: str
    grid: str
    error_bar: str
    accent: str
    problem: str
    range_alpha: float
    markers: tuple[Marker, ...]

    def marker(self, band_place: int) -> Marker:
        return self.markers[band_place % len(self.markers)]

    @property
    def dark(self) -> bool:
        return self.name == "dark"


_SHAPES = ("circle", "square", "triangle", "diamond")
#: Of measurements overlaid in one panel: how far towards black (< 0) or white their colours are.
_SHADES = {"light": (0.0, -0.4, 0.45, -0.65), "dark": (0.0, 0.5, -0.35, 0.8)}


def variant(marker: Marker, place: int, dark: bool) -> Marker:
    """The marker of a further measurement of a band: another shape, lighter or darker."""
    if place == 0:
        return marker
    start = _SHAPES.index(marker.shape) if marker.shape in _SHAPES else 0
    shape = _SHAPES[(start + place) % len(_SHAPES)]
    towards = _SHADES["dark" if dark else "light"][place % len(_SHAPES)]
    own = QColor(marker.fill)
    hue, saturation = max(own.hslHueF(), 0.0), own.hslSaturationF()

    def shade(lightness: float) -> str:
        return QColor.fromHslF(hue, saturation, lightness).name().upper()

    lightness = own.lightnessF()
    lightness += towards * (1.0 - lightness if towards > 0 else lightness)
    return Marker(shape, shade(lightness), shade(0.8 if dark else 0.25))


LIGHT = Theme(
    name="light",
    background="#F7F8FA",
    plot="#FFFFFF",
    text="#1A1D21",
    muted="#5B636B",
    grid="#E4E7EA",
    error_bar="#8A929A",
    accent="#0072B2",
    problem="#D55E00",
    range_alpha=0.12,
    markers=(
        Marker("circle", "#0072B2"),
        Marker("square", "#E69F00", "#8F6200"),
        Marker("triangle", "#009E73"),
        Marker("diamond", "#CC79A7"),
    ),
)
DARK = Theme(
    name="dark",
    background="#1D2126",
    plot="#15181C",
    text="#E4E7EA",
    muted="#9AA3AD",
    grid="#2A2F36",
    error_bar="#6F7882",
    accent="#56B4E9",
    problem="#D55E00",
    range_alpha=0.18,
    markers=(
        Marker("circle", "#56B4E9"),
        Marker("square", "#FFC247"),  # in grey it is lighter than the first
        Marker("triangle", "#009E73"),
        Marker("diamond", "#CC79A7"),
    ),
)

#: Alpha of error bars.
ERROR_BAR_ALPHA = 0.6
#: Alpha of points that are hidden but shown in place.
FAINT_ALPHA = 0.28


def marker_size(n_points: int) -> tuple[int, float]:
    """Diameter in pixels and alpha of the markers of a panel with ``n_points``.

    >>> marker_size(142), marker_size(1200)
    ((7, 1.0), (5, 0.85))
    """
    if n_points <= 200:
        return 7, 1.0
    if n_points <= 2000:
        return 5, 0.85
    if n_points <= 20000:
        return 3, 0.5
    return 2, 0.3


def color(token: str, alpha: float = 1.0) -> QColor:
    """A token as a QColor, the caller's own."""
    return QColor(_color(token, alpha))


@lru_cache(maxsize=512)
def _color(token: str, alpha: float) -> QColor:
    made = QColor(token)
    made.setAlphaF(alpha)
    return made


@lru_cache(maxsize=64)
def mixed(token: str, ground: str, alpha: float) -> QColor:
    """What a token looks like on a ground that it lets through."""
    one, other = QColor(token), QColor(ground)
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(alpha * a + (1 - alpha) * b) for a, b in parts))


class Themes(QObject):
    """The theme in use; follows the system unless told, switches live.

    Parameters
    ----------
    choice : {'system', 'light', 'dark'}
    """

    changed = Signal()

    def __init__(self, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self.current = self._resolve()
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._update)

    @property
    def choice(self) -> str:
        return self._choice

    def choose(self, choice: str) -> None:
        self._choice = choice
        self._update()

    def _resolve(self) -> Theme:
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _update(self) -> None:
        theme = self._resolve()
        if theme is not self.current:
            self.current = theme
            self.apply()
            self.changed.emit()

    def apply(self) -> None:
        """Put palette and style sheet on the application."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setStyle("Fusion")
            application.setPalette(_palette(self.current))
            application.setStyleSheet(style_sheet(self.current))


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.plot,
        role.AlternateBase: theme.background,
        role.Text: theme.text,
        role.Button: theme.background,
        role.ButtonText: theme.text,
        role.ToolTipBase: theme.plot,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.plot,
        role.Link: theme.accent,
        role.Mid: theme.grid,
    }
    palette = QPalette()
    for which, token in colours.items():
        palette.setColor(which, QColor(token))
    for which in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.muted))
    return palette


def small_font(bold: bool = False) -> QFont:
    """The system font one point smaller, never under 9 points, with tabular figures."""
    return QFont(_small_font(QApplication.font().key(), bold))


@lru_cache(maxsize=16)
def _small_font(system_font: str, bold: bool) -> QFont:
    font = QFont(QApplication.font())
    font.setPointSizeF(max(9.0, font.pointSizeF() - 1.0))
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setBold(bold)
    return font


def fonts_missing() -> bool:
    """Whether Qt found no font at all (text would be drawn as nothing or as boxes)."""
    return not QFontDatabase.families()
