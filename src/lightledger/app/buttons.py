"""Buttons that look like links, and the one that leads on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from .theme import small_font


def primary_button(text: str) -> QPushButton:
    """The one button that leads on; its property is set before it is first painted."""
    button = QPushButton(text)
    button.setProperty("primary", True)
    return button


def flat_button(tip: str) -> QPushButton:
    """A button that looks like a link and takes no keys."""
    button = QPushButton()
    button.setProperty("flat", True)
    button.setFont(small_font())
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
