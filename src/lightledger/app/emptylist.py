"""What stands in the table's place when no object passes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from lightledger.domain import counted

from .buttons import flat_button


class EmptyList(QWidget):
    """Says what nothing passes, and takes it away on a click."""

    clear_wanted = Signal()
    #: Those that are not well measured, too.
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("No object passes")
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear = QPushButton("Clear", self)
        self.clear.setToolTip("Take the filter away")
        self.clear.clicked.connect(self.clear_wanted)
        self.all = flat_button("List them, too")
        self.all.clicked.connect(self.all_wanted)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 24, 24, 24)
        lines.setSpacing(16)
        lines.addStretch(1)
        lines.addWidget(self.message)
        lines.addWidget(self.all, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(2)

    def show_reason(self, where: str, n_hidden: int) -> None:
        """Why the list is empty: a filter, and how many pass it that are not well measured."""
        # Long expressions break anywhere rather than widen the dock.
        self.message.setText(
            f"No object passes: {where}" if where else "No object is well measured"
        )
        self.clear.setVisible(bool(where))
        self.all.setVisible(n_hidden > 0)
        objects = counted(n_hidden, "object is", "objects are")
        self.all.setText(f"{objects} not well measured: show all")
