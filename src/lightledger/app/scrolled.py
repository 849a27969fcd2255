"""A page that scrolls when it is given less room than it needs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


def fill_scrolled(page: QWidget, inside: QWidget) -> None:
    """Make ``inside`` all that ``page`` shows; it scrolls where it does not fit."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    # A click beside its buttons leaves the keys where they were: the arrows leaf, not scroll.
    scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    scroll.setWidget(inside)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)
