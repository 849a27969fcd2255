"""The sentence that counts what passes; each reason in it can be clicked."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from lightledger.analysis.masks import REASONS

from .theme import Theme

_TIPS = {
    "rejected": "rejected by hand: X takes it back",
    "flag": "a flag of the measurement hides it",
    "not finite": "without a value",
    "time": "outside the range of times",
    "clip": "far from the median: sigma clip",
}


class CountsLabel(QLabel):
    """Shows words such as '412 of 1,200 pass (60 in view); hidden: 751 time, 21 flag'.

    Attributes
    ----------
    words : str
        The sentence without links.
    """

    #: A reason of `lightledger.analysis.masks.REASONS` was clicked.
    reason_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ""
        self._link = "inherit"
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Points that pass the filters")
        self.setToolTip(
            "Points of the current light curve; each hidden one counted once.\n"
            "Click a reason to see those points where they are"
        )
        self.linkActivated.connect(self.reason_clicked)
        self.linkHovered.connect(self._hovered)

    def set_theme(self, theme: Theme) -> None:
        self._link = theme.accent
        self._show()

    def set_words(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.setAccessibleDescription(words)
            self._show()

    def _show(self) -> None:
        head, hidden, reasons = self.words.partition("hidden: ")
        pattern = rf"[\d,]+ ({'|'.join(REASONS)})"
        style = f"color: {self._link}; text-decoration: underline"
        linked = re.sub(
            pattern, lambda m: f'<a href="{m[1]}" style="{style}">{m[0]}</a>', html.escape(reasons)
        )
        self.setText(html.escape(head) + hidden + linked)

    def _hovered(self, reason: str) -> None:
        if reason:
            self.setToolTip(f"{_TIPS.get(reason, reason)}.\nClick to see those points")
