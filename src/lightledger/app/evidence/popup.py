"""The plot behind a chip; it stays open, and follows, while objects are leafed through."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lightledger.app.buttons import flat_button
from lightledger.app.theme import Marker, Themes, small_font
from lightledger.app.variability.plot import XYPlot, quiet_focus
from lightledger.app.variability.scale import Scale

from .collect import Evidence
from .rules import RULES

_WIDTH, _HEIGHT = 400, 380


class EvidencePopup(QFrame):
    """A frame over the panels. No popup window: those take focus and keys on some systems."""

    closed = Signal()
    #: A point was clicked: its place among the visits.
    picked = Signal(int)

    def __init__(self, themes: Themes, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setProperty("card", True)
        self.setAccessibleName("Evidence")
        self.title = QLabel(self)
        self.title.setProperty("section", True)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setFont(small_font())
        self.plot = quiet_focus(XYPlot(themes, self))
        self._themes = themes
        close = flat_button("Close (Esc)")
        close.setText("×")
        close.setAccessibleName("Close")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(close)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 8, 8, 8)
        lines.setSpacing(4)
        lines.addLayout(head)
        lines.addWidget(self.words)
        lines.addWidget(self.plot, 1)
        self.plot.picked.connect(self.picked)
        self.hide()

    def show_evidence(self, evidence: Evidence, marker: Marker, fit: bool) -> None:
        """Draw one; ``fit`` to its own range."""
        answer, shown = evidence.answer, evidence.plot
        judged = evidence.key in RULES
        self.title.setText(evidence.title + f": {answer.mark.value}" * judged)
        self.words.setText(answer.words)
        self.words.setToolTip(evidence.rule)
        drawn = shown is not None and bool((np.isfinite(shown.x) & np.isfinite(shown.y)).any())
        self.plot.setVisible(drawn)
        self._fit_room(drawn)
        if shown is None or not drawn:
            return
        self.plot.set_marker(marker)
        self.plot.show_numbers(
            np.asarray(shown.x, np.float64),
            np.asarray(shown.y, np.float64),
            np.asarray(shown.strong, bool),
            (Scale(), Scale()),
        )
        self.plot.set_titles(*shown.titles)
        self.plot.points.set_level(shown.level)
        if fit:
            self.plot.fit(0.0)

    def _fit_room(self, drawn: bool) -> None:
        """As large as the plot, or as the words that say why there is none, and the window ask."""
        room, lines = self._room, self.layout()
        width = min(_WIDTH, room.width() - 16)
        height = _HEIGHT if drawn or lines is None else lines.totalHeightForWidth(width)
        self.resize(width, min(height, room.height() - 60))

    def place_under(self, chip: QWidget) -> None:
        """Stand below a chip, inside the window."""
        where = chip.mapTo(self._room, QPoint(0, chip.height() + 4))
        self.move(max(8, min(where.x(), self._room.width() - self.width() - 8)), where.y())

    def place_at_right(self) -> None:
        """Stand at the upper right of the panels."""
        self.move(max(8, self._room.width() - self.width() - 16), 40)
