"""Contact sheets: the light curves of a list as pictures, twenty a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from lightledger.analysis.masks import passes
from lightledger.app.curves import Curve, number_text
from lightledger.app.theme import LIGHT, color
from lightledger.app.yscale import wanted
from lightledger.domain import (
    Control,
    LightledgerError,
    Progress,
    Report,
    parse_measurement,
    silent,
)

from .sheetpages import A_PAGE, COLUMNS, ROWS, Pages
from .thumbnail import Thumb, draw_thumb, font
from .verdictset import spoken

if TYPE_CHECKING:
    from lightledger.app.session import Session

#: A sheet of A4, in units of the page, and pixels per unit (about 240 per inch).
_WIDTH, _HEIGHT, _RATIO = 1000, 1414, 2
_MARGIN, _HEAD = 28, 52


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn.

    Attributes
    ----------
    rows : tuple of int
        Objects, in their order.
    verdicts : ndarray of object, shape (n_object,)
        As they may be shown.
    excess : ndarray, shape (n_object,)
    title : str
        Of the list.
    """

    rows: tuple[int, ...]
    verdicts: np.ndarray
    excess: np.ndarray
    title: str


def draw_sheets(
    session: Session,
    asked: Wanted,
    path: Path,
    pages: Pages,
    *,
    control: Control | None = None,
    report: Report = silent,
) -> list[Path]:
    """Draw some pages, as the session shows light curves; for a worker.

    Returns
    -------
    list of Path
        The pages that were written.

    Raises
    ------
    LightledgerError
        There is nothing to draw, or a page cannot be written.
    Cancelled
        Pages drawn before stay.
    """
    if not asked.rows:
        raise LightledgerError("there is nothing to draw: the list is empty")
    paths = pages.paths(path)
    done = 0
    for number, page in enumerate(paths, pages.first):
        rows = asked.rows[(number - 1) * A_PAGE : number * A_PAGE]
        image = QImage(_WIDTH * _RATIO, _HEIGHT * _RATIO, QImage.Format.Format_RGB32)
        image.fill(color(LIGHT.plot))
        painter = QPainter(image)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(_RATIO, _RATIO)
            _head(painter, session, asked.title, number, pages.n_page)
            for place, row in enumerate(rows):
                if control is not None:
                    control.check()
                _cell(painter, session, asked, place, row)
                done += 1
                report(Progress("contact sheet", done, len(pages.places), page.name))
        finally:
            painter.end()
        if not image.save(str(page)):
            raise LightledgerError("the picture cannot be written", page, "choose another folder")
    return paths


def _head(painter: QPainter, session: Session, title: str, page: int, n_page: int) -> None:
    line = QRectF(_MARGIN, 14, _WIDTH - 2 * _MARGIN, 20)
    how = " corrected" if session.display.corrected else ""
    left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    painter.setPen(color(LIGHT.text))
    painter.setFont(font(15, bold=True))
    words = QFontMetricsF(painter.font()).elidedText(title, Qt.TextElideMode.ElideRight, 600)
    painter.drawText(line, left, words)
    painter.setFont(font(11))
    painter.setPen(color(LIGHT.muted))
    painter.drawText(line, right, f"{session.path.name}   page {page:,} of {n_page:,}")
    painter.drawText(line.translated(0, 18), left, f"{session.measurement}{how}; times are UTC")


def _cell(painter: QPainter, session: Session, asked: Wanted, place: int, row: int) -> None:
    width = (_WIDTH - 2 * _MARGIN) / COLUMNS
    height = (_HEIGHT - _HEAD - _MARGIN) / ROWS
    box = QRectF(
        _MARGIN + place % COLUMNS * width, _HEAD + place // COLUMNS * height, width, height
    ).adjusted(4, 6, -4, -6)
    band = list(session.field.bands).index(parse_measurement(session.measurement).band)
    draw_thumb(painter, box, thumb_of(session, asked, row), LIGHT.marker(band), LIGHT)


def thumb_of(session: Session, asked: Wanted, row: int) -> Thumb:
    """What the thumbnail of an object says."""
    curve: Curve = session.curve(session.measurement, row)
    keep = passes(curve.lc, session.filters()).keep
    want = wanted(curve, keep, session.times.span)
    median, scatter = curve.typical(keep)
    verdict, excess = str(asked.verdicts[row]), float(asked.excess[row])
    words = [spoken(verdict) or "not vetted"]
    if np.isfinite(excess):
        words.append(f"excess {excess:.1f}")
    words.append(f"n {int(np.count_nonzero(keep & curve.drawable)):,}")
    return Thumb(
        str(session.ids[row]),
        number_text(median, scatter, curve.unit),
        ", ".join(words),
        verdict,
        curve,
        keep,
        want.range() if want is not None else None,
        session.times.view,
    )
