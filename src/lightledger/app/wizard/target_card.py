"""My star: the object that the run is made for; the window opens on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lightledger.ingest.request import Target

from .pieces import Card, button, label, row, say
from .survey import Survey


class TargetCard(Card):
    """Name and position; typed, clicked, or taken from OBJECT, RA and DEC of the headers.

    ``typed`` carries what was entered.
    """

    typed = Signal(str)
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("My star", parent)
        self.name_edit = QLineEdit()
        self.name_edit.setPlaceholderText("name")
        self.name_edit.setAccessibleName("name of my star")
        self.name_edit.setMaximumWidth(110)
        self.place_edit = QLineEdit()
        self.place_edit.setPlaceholderText("RA Dec, or click it in the picture")
        self.place_edit.setAccessibleName("position of my star")
        self.place_edit.setToolTip("02:04:10.28 +46:41:16.2, 31.0428 46.6878, or 423.2,286 px")
        self.place_edit.editingFinished.connect(self._entered)
        self.none = button("None")
        self.none.setToolTip("Go on without a star of your own")
        self.none.clicked.connect(self._remove)
        self.head.addWidget(self.none)
        self.remark = label("", "muted", wrap=True)
        self.body.addLayout(row(self.name_edit, self.place_edit))
        self.body.addWidget(self.remark)
        self._sent = ""
        self._has_sky = True
        self.say("Click it in the picture")

    def propose(self, survey: Survey) -> None:
        """Fill in what the headers say, unless something is there."""
        frames = survey.inventory.frames
        if not self.name_edit.text():
            self.name_edit.setText(next((f.object_name for f in frames if f.object_name), ""))
            self.name_edit.setCursorPosition(0)
        pointing = next((f.pointing for f in frames if f.pointing), None)
        if pointing is not None and not self.place_edit.text():
            self.place_edit.setText(f"{pointing[0]:.5f} {pointing[1]:+.5f}")
            self._sent = self.place_edit.text()

    def set_sky(self, has_sky: bool) -> None:
        self._has_sky = has_sky
        if not has_sky and not self.place_edit.text().endswith("px"):
            self.say("No sky position in these frames: click your star in the picture")

    def name(self) -> str:
        return self.name_edit.text().strip() or "target"

    def text(self) -> str:
        return self.place_edit.text().strip()

    def show_target(self, target: Target | None, text: str) -> None:
        if target is None:
            self.say("None; click one in the picture, or enter its position")
            return
        if not np.isfinite(target.ra_deg):
            self.place_edit.setText(f"{target.x:.1f},{target.y:.1f} px")
            self._sent = self.place_edit.text()
        self.say(text)

    def say(self, text: str, role: str = "muted") -> None:
        say(self.remark, text, role)

    def set_picking_other(self, other: bool) -> None:
        if other:
            self.say("Clicks now choose comparison stars")
        else:
            self.say("Click it in the picture")

    def _entered(self) -> None:
        text = self.text()
        if text and text != self._sent:
            self._sent = text
            self.typed.emit(text)

    def _remove(self) -> None:
        self.place_edit.clear()
        self._sent = ""
        self.removed.emit()
