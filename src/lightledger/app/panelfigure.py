"""The panels as a figure for print: PNG with 300 pixels per inch, or SVG."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPaintDevice, QPainter
from PySide6.QtWidgets import QApplication

from lightledger.domain import LightledgerError

from .panels.stack import PanelStack
from .presenter import Presenter
from .theme import LIGHT, Themes, color

#: Files that a figure may be.
SUFFIXES = (".png", ".svg")
DPI = 300
#: Inches: two columns of a journal; a panel; the axes of X; a page at most.
WIDTH, PANEL, AXES, MOST = 7.1, 1.9, 0.5, 9.5
#: Pixels per inch of Qt's own pixels.
_LOGICAL = 96


def check_suffix(path: Path) -> None:
    """Say what a figure may be.

    Raises
    ------
    LightledgerError
        Neither PNG nor SVG.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise LightledgerError("a figure is a .png or a .svg", path, "choose one of these endings")


def draw_figure(
    presenter: Presenter, like: PanelStack | None = None, svg: bool = False
) -> QImage | QByteArray:
    """Draw what the panels show on white, in the width of a page.

    Parameters
    ----------
    presenter : Presenter
    like : PanelStack, optional
        Ranges of X and Y are those of these panels; without: by rule.
    svg : bool
        As a drawing, not as pixels.

    Returns
    -------
    QImage or QByteArray
        Pixels, or the text of an SVG file; both may be written on any thread (`write_figure`).
    """
    with _panels(presenter, like) as stack:
        return _as_svg(stack) if svg else _as_pixels(stack)


@contextmanager
def _panels(presenter: Presenter, like: PanelStack | None) -> Iterator[PanelStack]:
    """Panels of their own in light colours, without what is there for the mouse."""
    stack = PanelStack(presenter, Themes("light"))
    stack.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    height = min(AXES + PANEL * max(len(stack.panels), 1), MOST)
    stack.resize(round(WIDTH * _LOGICAL), round(height * _LOGICAL))
    try:
        stack.show()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        if like is not None:
            stack.zoom.set_view(*like.zoom.view)
            for mine, other in zip(stack.panels, like.panels, strict=True):
                mine.view.setYRange(*other.view.viewRange()[1], padding=0)
                mine.update_title()
        for panel in stack.panels:
            panel.title.set_text(replace(panel.title.text, current=False, closable=False))
            for item in panel.items:
                item.set_ring(-1)
        yield stack
    finally:
        stack.close()
        stack.deleteLater()


def _as_pixels(stack: PanelStack) -> QImage:
    ratio = DPI / _LOGICAL
    image = QImage(stack.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(color(LIGHT.plot))
    _paint(stack, image)
    per_metre = round(DPI / 0.0254)  # said last: Qt sizes letters by it
    image.setDotsPerMeterX(per_metre)
    image.setDotsPerMeterY(per_metre)
    return image


def _as_svg(stack: PanelStack) -> QByteArray:
    from PySide6.QtSvg import QSvgGenerator

    text = QByteArray()
    buffer = QBuffer(text)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the older kind knows no clipping
    drawing.setOutputDevice(buffer)
    drawing.setResolution(_LOGICAL)
    drawing.setSize(QSize(stack.width(), stack.height()))
    drawing.setViewBox(QRect(0, 0, stack.width(), stack.height()))
    drawing.setTitle("Light curves")
    _paint(stack, drawing)
    buffer.close()
    return text


def _paint(stack: PanelStack, device: QPaintDevice) -> None:
    painter = QPainter(device)
    painter.fillRect(QRectF(stack.rect()), color(LIGHT.plot))
    stack.render(painter, QRectF(stack.rect()), stack.rect())
    painter.end()


def write_figure(figure: QImage | QByteArray, path: Path) -> Path:
    """Write what `draw_figure` drew, for a worker.

    Raises
    ------
    LightledgerError
        When the file cannot be written.
    """
    try:
        if isinstance(figure, QByteArray):
            path.write_bytes(figure.data())
            return path
        if figure.save(str(path)):
            return path
    except OSError as error:
        raise LightledgerError(f"the figure cannot be written: {error.strerror}", path) from error
    raise LightledgerError("the figure cannot be written", path, "choose another folder")
