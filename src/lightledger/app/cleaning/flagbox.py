"""Which flags hide points, and how many of this light curve each hides."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from lightledger.app.theme import small_font
from lightledger.domain import Flag
from lightledger.domain.flags import REGISTRY

from .state import ALWAYS


class FlagBox(QWidget):
    """A check box for each flag that can be let through.

    Attributes
    ----------
    boxes, counts : dict of Flag
        Check boxes, and labels with the number of points that carry the flag.
    """

    #: Flags that hide, without those that always do.
    mask_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[Flag, QCheckBox] = {}
        self.counts: dict[Flag, QLabel] = {}
        self._meaning: dict[Flag, str] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        entries = [entry for entry in REGISTRY if not entry.flag & ALWAYS]
        half = (len(entries) + 1) // 2
        for place, entry in enumerate(entries):
            words = entry.name.replace("_", " ")
            box, count = QCheckBox(words, self), QLabel(self)
            box.setAccessibleName(f"Hide points: {words}")
            box.setAccessibleDescription(entry.meaning)
            box.clicked.connect(self._clicked)
            count.setFont(small_font())
            count.setProperty("muted", True)
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            column = 2 * (place // half)
            grid.addWidget(box, place % half, column)
            grid.addWidget(count, place % half, column + 1)
            self.boxes[entry.flag], self.counts[entry.flag] = box, count
            self._meaning[entry.flag] = entry.meaning
        grid.setColumnMinimumWidth(1, 34)
        grid.setColumnMinimumWidth(3, 34)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)

    def _clicked(self) -> None:
        self.mask_changed.emit(sum(int(f) for f, box in self.boxes.items() if box.isChecked()))

    def show_mask(self, mask: int) -> None:
        for flag, box in self.boxes.items():
            box.setChecked(bool(mask & flag))

    def show_counts(self, flags: np.ndarray, mask: int) -> None:
        """Say how many points carry each flag.

        Parameters
        ----------
        flags : ndarray of uint16, shape (n,)
            Of the points that nobody rejected by hand.
        mask : int
            Flags that hide now.
        """
        for flag, label in self.counts.items():
            carried = (flags & np.uint16(flag)) != 0
            n = int(np.count_nonzero(carried))
            others = np.uint16(mask & ~int(flag))
            alone = int(np.count_nonzero(carried & ((flags & others) == 0)))
            label.setText(f"{n:,}")
            tip = f"{self._meaning[flag]}\n{n:,} of {flags.size:,} points"
            if n:
                tip += f"; {alone:,} of them by no other flag that hides"
            for widget in (label, self.boxes[flag]):
                widget.setToolTip(tip)
