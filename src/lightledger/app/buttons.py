"""Buttons that look like links, the one that leads on, and the pair that ends a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from .theme import small_font


def primary_button(text: str) -> QPushButton:
    """The one button that leads on; its property is set before it is first painted."""
    button = QPushButton(text)
    button.setProperty("primary", True)
    return button


def answers(dialog: QDialog, yes: QPushButton) -> QDialogButtonBox:
    """What leads on in a dialog, and Cancel."""
    box = QDialogButtonBox(dialog)
    box.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole)
    box.addButton(QDialogButtonBox.StandardButton.Cancel)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box


def flat_button(tip: str) -> QPushButton:
    """A button that looks like a link and takes no keys."""
    button = QPushButton()
    button.setProperty("flat", True)
    button.setFont(small_font())
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
