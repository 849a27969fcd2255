"""The dialog around the wizard's pages: steps above, buttons below, keys and drops."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from . import skin
from .asking import local_paths
from .footer import Footer
from .steps import Steps


class Frame(QDialog):
    """Knows no page; what keys and drops lead to is for the subclass to say."""

    def __init__(self, names: tuple[str, ...], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowFlag(Qt.WindowType.WindowMinimizeButtonHint)
        self.setStyleSheet(skin.sheet())
        self.setAcceptDrops(True)
        self.resize(1200, 760)
        self.steps = Steps(names)
        self.stack = QStackedWidget()
        self.footer = Footer()
        self.message, self.next_button = self.footer.message, self.footer.next
        self.cancel_button, self.back_button = self.footer.cancel, self.footer.back
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(skin.SPACE)
        layout.addWidget(self.steps)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.footer)

    # ---- for the subclass

    def forward(self) -> None:
        """Next."""

    def back(self) -> None:
        """The page before."""

    def pause(self) -> None:
        """Pause, or go on."""

    def take_paths(self, paths: list[Path]) -> None:
        """Something was dropped."""

    def may_drop(self) -> bool:
        """Whether something may be dropped now."""
        return True

    # ---- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() == Qt.Key.Key_Left:
            self.back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Enter in a field settles that field; a second one goes on.
            if isinstance(self.focusWidget(), (QLineEdit, QComboBox, QAbstractSpinBox)):
                self.next_button.setFocus()
            else:
                self.forward()
        elif event.key() == Qt.Key.Key_P:
            self.pause()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event) and self.may_drop():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take_paths(local_paths(event))
        event.acceptProposedAction()
