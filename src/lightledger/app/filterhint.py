"""What is wrong with the filter, in words, beneath its box."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from .buttons import flat_button

_MOST_NEAR = 3


class FilterHint(QFrame):
    """A note that floats under the box, inside the window; never takes the focus."""

    #: A near name was chosen.
    meant = Signal(str)

    def __init__(self, box: QWidget) -> None:
        super().__init__(box.window())
        self._box = box
        self.setProperty("hint", True)
        self.setAccessibleName("What is wrong with the filter")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._what = QLabel(self)
        self._what.setWordWrap(True)
        self._what.setTextFormat(Qt.TextFormat.PlainText)
        self._still = QLabel(self)
        self._still.setWordWrap(True)
        self._still.setProperty("muted", True)
        self._still.setTextFormat(Qt.TextFormat.PlainText)
        self._near = QHBoxLayout()
        self._near.setSpacing(8)
        lines = self._lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 8, 12, 8)
        lines.setSpacing(4)
        lines.addWidget(self._what)
        lines.addLayout(self._near)
        lines.addWidget(self._still)
        self.hide()

    @property
    def text(self) -> str:
        return self._what.text()

    @property
    def near(self) -> list[QPushButton]:
        """The names offered."""
        return [b for b in self.findChildren(QPushButton) if not b.isHidden()]

    def say(self, what: str, near: tuple[str, ...], still: str) -> None:
        """Show what is wrong, which names may be meant, and what holds meanwhile."""
        self._what.setText(f"⚠  {what}")
        self._still.setText(still)
        while self._near.count():
            item = self._near.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if near:
            self._near.addWidget(QLabel("Did you mean"))
        for name in near[:_MOST_NEAR]:
            button = flat_button(f"Put {name} there")
            button.setText(name)
            button.clicked.connect(lambda _=False, n=name: self.meant.emit(n))
            self._near.addWidget(button)
        self._near.addStretch(1)
        self.setParent(self._box.window())
        width = max(self._box.width(), 360)
        self.setFixedWidth(width)
        self.setFixedHeight(self._lines.totalHeightForWidth(width))
        self.move(self._box.mapTo(self._box.window(), QPoint(0, self._box.height() + 2)))
        self.show()
        self.raise_()
