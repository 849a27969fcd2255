"""Vertical lines where the instrument's setup changed: a step there is not the star's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lightledger.app.theme import LIGHT, Theme, color, small_font

from .inview import InView

#: Labels stand below the arrows at the upper edge, pixels.
_BELOW = 12.0


@dataclass(frozen=True)
class Step:
    """A change of setup between two visits: when (MJD, UTC), and to what."""

    mjd: float
    before: str
    after: str

    @property
    def label(self) -> str:
        return changed_words(self.before, self.after)


def changed_words(before: str, after: str) -> str:
    """The words of ``after`` that ``before`` does not have.

    >>> changed_words("IRAC cryo 100s S18.25", "IRAC warm 100s S18.25")
    'warm'
    """
    old = set(before.split())
    return " ".join(word for word in after.split() if word not in old) or after or "other setup"


def setup_steps(mjd: np.ndarray, setup: np.ndarray, at_most: int = 12) -> list[Step]:
    """Steps of a band's visits in time order; none when it changes back and forth all the time.

    Parameters
    ----------
    mjd : ndarray of float64, shape (n,)
    setup : ndarray of str, shape (n,)
    """
    order = np.argsort(mjd, kind="stable")
    times, setups = mjd[order], [str(setup[i]) for i in order]
    steps = [
        Step(float(times[i - 1] + times[i]) / 2, setups[i - 1], setups[i])
        for i in range(1, len(setups))
        if setups[i] != setups[i - 1] and setups[i] and setups[i - 1]
    ]
    return steps if len(steps) <= at_most else []


class StepItem(InView):
    """Dashed lines at setup changes, with a label at the top."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[Step] = []
        self._theme = LIGHT
        self.setZValue(-10)
        self.hide()

    def set_steps(self, steps: list[Step], theme: Theme) -> None:
        self._steps, self._theme = steps, theme
        self.setVisible(bool(steps))
        self.update()

    @property
    def steps(self) -> list[Step]:
        return self._steps

    def paint(self, painter: QPainter, *args: object) -> None:
        if not self._steps:
            return
        transform = painter.transform()
        box = self.device_box(painter)
        painter.save()
        painter.resetTransform()
        font = small_font()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        taken = -np.inf
        for step in self._steps:
            x = float(np.floor(step.mjd * transform.m11() + transform.dx())) + 0.5
            if not box.left() <= x <= box.right():
                continue
            painter.setPen(QPen(color(self._theme.muted, 0.7), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            width = metrics.horizontalAdvance(step.label)
            at = x + 4 if x + 4 + width <= box.right() else x - 4 - width
            if at > taken:
                painter.setPen(color(self._theme.muted))
                painter.drawText(QPointF(at, box.top() + _BELOW + metrics.ascent()), step.label)
                taken = at + width + 8
        painter.restore()
