"""The panels as a figure for print: PNG with 300 pixels per inch, or SVG."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, cast

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsLinearLayout

from lightledger.domain import LightledgerError, Progress

from .panels.dress import Dress
from .panels.dressing import SUGGESTED, dress_of
from .panels.panel import Panel
from .panels.stack import PanelStack
from .panels.steps import Step
from .shown import Shown
from .theme import LIGHT, Marker, color

Figure: TypeAlias = QImage | QByteArray

#: Files that a figure may be.
SUFFIXES = (".png", ".svg")
DPI = 300
#: Inches: two columns of a journal; a panel; the axes of X; a page at most.
WIDTH, PANEL, AXES, MOST = 7.1, 1.9, 0.5, 9.5
#: Pixels per inch of Qt's own pixels.
LOGICAL = 96


def check_suffix(path: Path) -> None:
    """Say what a figure may be.

    Raises
    ------
    LightledgerError
        Neither PNG nor SVG.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise LightledgerError("a figure is a .png or a .svg", path, "choose one of these endings")


def draw_figure(stack: PanelStack, svg: bool = False) -> Figure:
    """Draw what panels show on white, in the width of a page; see `drawing`."""
    work = drawing(stack, svg)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast(Figure, end.value)


def drawing(stack: PanelStack, svg: bool = False) -> Generator[Progress, None, Figure]:
    """Draw a figure of panels by and by, one part of one panel at a time.

    What they show is taken now: whatever is chosen meanwhile does not mix with it.

    Parameters
    ----------
    stack : PanelStack
        Curves and ranges of X and Y are those of these panels.
    svg : bool
        As a drawing, not as pixels.

    Returns
    -------
    generator of Progress
        For the thread of the window; whose value is a QImage, or the text of an SVG file as
        QByteArray. Both may be written on any thread (`write_figure`).
    """
    return _draw([_Row.of(stack, panel) for panel in stack.panels], svg)


def _draw(rows: list[_Row], svg: bool) -> Generator[Progress, None, Figure]:
    page, paper = _Page(len(rows)), None
    n, done = 2 * len(rows), 0
    try:
        for row in rows:
            page.add(row)
            done += 1
            yield Progress("figure", done, n, "panels")
        page.arrange()
        paper = paper_of(page.size, svg)
        for panel in page.panels:
            page.paint(panel, paper.painter)
            done += 1
            yield Progress("figure", done, n, "panels")
        return paper.end()
    finally:
        if paper is not None and paper.painter.isActive():
            paper.painter.end()
        page.clear()


@dataclass(frozen=True)
class _Row:
    """What one panel shows, and in which ranges."""

    shown: Shown
    dress: Dress
    marker: Marker
    steps: list[Step]
    x: list[float]
    y: list[float]

    @classmethod
    def of(cls, stack: PanelStack, panel: Panel) -> _Row:
        """As on screen, without what is there for the mouse."""
        presenter, shown = stack.presenter, panel.shown
        assert shown is not None
        dress = dress_of(presenter, stack.panels.index(panel), shown)
        bands = tuple(presenter.session.field.bands)
        badges = tuple(badge for badge in dress.badges if badge != SUGGESTED)
        return cls(
            shown, replace(dress, badges=badges, current=False, closable=False),
            LIGHT.marker(bands.index(shown.band)), panel.steps.steps, *panel.view.viewRange(),
        )  # fmt: skip


class _Page:
    """Panels of their own in light colours, above each other; nobody sees them."""

    def __init__(self, n_panel: int) -> None:
        height = min(AXES + PANEL * max(n_panel, 1), MOST)
        self.size = QSize(round(WIDTH * LOGICAL), round(height * LOGICAL))
        self._n = n_panel
        self._scene = pg.GraphicsScene()
        self._central = pg.GraphicsWidget()
        self._rows = QGraphicsLinearLayout(Qt.Orientation.Vertical, self._central)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._scene.addItem(self._central)
        self.panels: list[Panel] = []

    def add(self, row: _Row) -> None:
        """Make one more panel."""
        place, panel = len(self.panels), Panel()
        panel.setParentItem(self._central)
        self._rows.addItem(panel)
        self.panels.append(panel)
        panel.set_place(first=place == 0, last=place == self._n - 1)
        panel.set_theme(LIGHT, row.marker)
        panel.show_curve(row.shown, row.dress)
        panel.set_steps(row.steps)
        panel.view.setYRange(*row.y, padding=0)
        panel.set_view(*row.x)

    def arrange(self) -> None:
        """Give each its room."""
        self._central.setGeometry(QRectF(QPointF(0, 0), self.size))
        self._rows.activate()
        for panel in self.panels:
            panel.layout().activate()
            panel.view.updateMatrix()
            panel.setOpacity(0)  # Qt passes by what is not seen; hidden ones had no room
        self._scene.prepareForPaint()

    def paint(self, panel: Panel, painter: QPainter) -> None:
        """Paint one where it stands."""
        box = panel.sceneBoundingRect()
        panel.setOpacity(1)
        self._scene.render(painter, box, box)
        panel.setOpacity(0)

    def clear(self) -> None:
        self.panels.clear()
        self._scene.clear()
        self._scene.deleteLater()


class _Pixels:
    """White paper of pixels."""

    def __init__(self, size: QSize) -> None:
        ratio = DPI / LOGICAL
        self._image = QImage(size * ratio, QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(ratio)
        self._image.fill(color(LIGHT.plot))
        self.painter = QPainter(self._image)

    def end(self) -> QImage:
        self.painter.end()
        per_metre = round(DPI / 0.0254)  # said last: Qt sizes letters by it
        self._image.setDotsPerMeterX(per_metre)
        self._image.setDotsPerMeterY(per_metre)
        return self._image


class _Drawing:
    """White paper of shapes and letters."""

    def __init__(self, size: QSize) -> None:
        from PySide6.QtSvg import QSvgGenerator

        self._text = QByteArray()
        self._buffer = QBuffer(self._text)
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        # the older kind knows no clipping
        self._svg = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        self._svg.setOutputDevice(self._buffer)
        self._svg.setResolution(LOGICAL)
        self._svg.setSize(size)
        self._svg.setViewBox(QRect(QPoint(0, 0), size))
        self._svg.setTitle("Light curves")
        self.painter = QPainter(self._svg)
        self.painter.fillRect(QRect(QPoint(0, 0), size), color(LIGHT.plot))

    def end(self) -> QByteArray:
        self.painter.end()
        self._buffer.close()
        return self._text


def paper_of(size: QSize, svg: bool) -> _Pixels | _Drawing:
    """White paper with a ``painter`` in Qt's own pixels; what ``end`` gives is the figure."""
    return _Drawing(size) if svg else _Pixels(size)


def write_figure(figure: Figure, path: Path) -> Path:
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
