"""Signs of verdicts, the same in table, sky and diagram; they differ by shape as by colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from lightledger.app.theme import DARK, LIGHT, Theme, color

#: Width of a line of a sign that is as large as a letter, logical pixels.
_STROKE = 1.6
#: Device pixels per logical pixel that icons are made for: Qt scales them down.
_ICON_RATIO = 2.0


@dataclass(frozen=True)
class Glyph:
    """One sign.

    Attributes
    ----------
    shape : str
        Name of a drawing; a single letter stands in a ring.
    light, dark : str
        Colours of the two themes, '#RRGGBB'; at least 3:1 against plot and table.
    """

    shape: str
    light: str
    dark: str

    def colour(self, theme: Theme) -> str:
        return self.dark if theme.dark else self.light


_GLYPHS = {
    "variable": Glyph("wave", "#0072B2", "#56B4E9"),
    "transient": Glyph("spike", "#B0307C", "#E58BC0"),
    "agn": Glyph("core", "#6A3D9A", "#B9A0E8"),
    "periodic": Glyph("zigzag", "#00795A", "#2FC79A"),
    "blend": Glyph("pair", "#8F6200", "#E69F00"),
    "instrument": Glyph("barred", "#B84A00", "#F08040"),
    "moving": Glyph("arrow", "#00707A", "#4CCBD8"),
    "unsure": Glyph("?", "#5B636B", "#9AA3AD"),
    "constant": Glyph("bars", "#5B636B", "#9AA3AD"),
}


def glyph_of(verdict: str) -> Glyph:
    """The sign of a verdict; one of a person's own is its first letter in a ring."""
    known = _GLYPHS.get(verdict.casefold())
    return known or Glyph(verdict[:1].upper() or "?", LIGHT.muted, DARK.muted)


def draw_glyph(painter: QPainter, verdict: str, centre: QPointF, size: float, theme: Theme) -> None:
    """Draw the sign of a verdict.

    Parameters
    ----------
    centre : QPointF
    size : float
        Diameter, in the painter's logical pixels; 9 is the least that can be told apart.
    """
    glyph = glyph_of(verdict)
    pen = QPen(color(glyph.colour(theme)), max(1.0, _STROKE * size / 12))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.translate(centre)
    half = (size - pen.widthF()) / 2
    if len(glyph.shape) == 1:
        _letter(painter, glyph.shape, half)
    else:
        strokes, fills = _PATHS[glyph.shape]
        painter.scale(half, half)
        pen.setWidthF(pen.widthF() / half)
        painter.setPen(pen)
        painter.drawPath(strokes)
        painter.fillPath(fills, pen.color())
    painter.restore()


def glyph_sprite(verdict: str, size: int, theme: Theme, ratio: float = 1.0) -> QPixmap:
    """The sign as a pixmap to be stamped, made once.

    Parameters
    ----------
    size : int
        Diameter, logical pixels; the pixmap has a margin of 1 px around it.
    ratio : float
        Device pixels per logical pixel.
    """
    return _sprite(verdict, size, theme.name, ratio)


@lru_cache(maxsize=256)
def _sprite(verdict: str, size: int, theme: str, ratio: float) -> QPixmap:
    side = size + 2
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    middle = QPointF(side / 2, side / 2)
    draw_glyph(painter, verdict, middle, size, DARK if theme == DARK.name else LIGHT)
    painter.end()
    return picture


def glyph_icon(verdict: str, theme: Theme, size: int = 14) -> QIcon:
    """The sign as an icon, for menus, buttons and cells."""
    icon = QIcon()
    icon.addPixmap(glyph_sprite(verdict, size, theme, _ICON_RATIO))
    return icon


def _letter(painter: QPainter, letter: str, half: float) -> None:
    box = QRectF(-half, -half, 2 * half, 2 * half)
    painter.drawEllipse(box)
    font = QFont(painter.font())
    font.setPixelSize(max(6, round(1.35 * half)))
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), letter)


# ---- drawings in the square from -1 to 1, y down: what is stroked, and what is filled


def _line(*corners: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    return path


def _circle(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def _wave() -> QPainterPath:
    path = QPainterPath(QPointF(-1, 0.1))
    path.cubicTo(-0.6, -1.3, -0.35, -1.3, 0, 0)
    path.cubicTo(0.35, 1.3, 0.6, 1.3, 1, -0.1)
    return path


def _paths() -> dict[str, tuple[QPainterPath, QPainterPath]]:
    none = QPainterPath()
    spike = _line((-1, 0.8), (-0.35, 0.8), (0, -1), (0.35, 0.8), (1, 0.8))
    zigzag = _line((-1, 0.7), (-0.6, -0.7), (-0.2, 0.7), (0.2, -0.7), (0.6, 0.7), (1, -0.7))
    barred = _line((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85), (-0.85, -0.85))
    barred.addPath(_line((-0.85, 0.85), (0.85, -0.85)))
    arrow = _line((-1, 0), (0.95, 0))
    arrow.addPath(_line((0.25, -0.65), (0.95, 0), (0.25, 0.65)))
    bars = _line((-0.9, -0.4), (0.9, -0.4))
    bars.addPath(_line((-0.9, 0.4), (0.9, 0.4)))
    pair = _circle(-0.35, 0, 0.62)
    pair.addPath(_circle(0.38, 0, 0.62))
    return {
        "wave": (_wave(), none),
        "spike": (spike, none),
        "zigzag": (zigzag, none),
        "core": (_circle(0, 0, 0.95), _circle(0, 0, 0.42)),
        "pair": (pair, none),
        "barred": (barred, none),
        "arrow": (arrow, none),
        "bars": (bars, none),
    }


_PATHS = _paths()
