"""Two lines below the sky: what is under the mouse, else what is shown."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QVBoxLayout, QWidget

from lightledger.app.elided import ElidedLabel
from lightledger.app.theme import small_font

from .coordinates import degrees, pixel_at, sexagesimal, value_text
from .sources import Loaded

NO_WCS = "no sky coordinates: the image has no WCS"


class Readout(QWidget):
    """Position, pixel and value.

    Attributes
    ----------
    where, what : ElidedLabel
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.where, self.what = ElidedLabel(), ElidedLabel()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(8, 2, 8, 4)
        lines.setSpacing(0)
        for label in (self.where, self.what):
            label.setFont(small_font())
            label.setMinimumHeight(label.fontMetrics().height() + 4)
            lines.addWidget(label)

    def say(self, where: str, what: str = "") -> None:
        for label, text in ((self.where, where), (self.what, what)):
            label.setText(text)
            label.setToolTip(text)

    def point(self, shown: Loaded, x: float, y: float, name: str) -> bool:
        """Tell of a pixel of the reference; False where it is off the image.

        Parameters
        ----------
        name : str
            Of the object there; '' for none.
        """
        if not (math.isfinite(x) and math.isfinite(y)):
            return False
        matrix = shown.image.matrix
        px, py = (float(v) for v in matrix[:, :2] @ (x, y) + matrix[:, 2])
        value = pixel_at(shown.image.data, px, py)
        if value is None:
            return False
        at = shown.sky_at(x, y)
        words = NO_WCS if at is None else f"{sexagesimal(*at)}    {degrees(*at)}"
        pixel = f"x {px:.2f}  y {py:.2f} px    {value_text(value, shown.image.unit)}"
        self.say(words, f"{pixel}    {name}".rstrip())
        return True
