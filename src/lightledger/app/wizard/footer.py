"""The line below the wizard's pages: why Next is not to be had, and the buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from .pieces import button, line_label, row


class Footer(QWidget):
    """Cancel, Back and the one button that leads on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = line_label()
        self.cancel = button("Cancel")
        self.back = button("Back", "Nothing is lost by going back (Alt+Left)")
        self.next = button("Next", "Enter")
        self.next.setProperty("primary", True)
        self.next.setMinimumWidth(96)
        self.next.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        line = row(self.message, self.cancel, self.back, self.next)
        line.setStretch(0, 1)
        layout.addLayout(line)

    def offer(self, name: str, ready: bool) -> None:
        """Name the way on; the keyboard goes to it once it is there, unless someone types."""
        self.next.setText(name)
        fresh = ready and not self.next.isEnabled()
        self.next.setEnabled(ready)
        focus = self.window().focusWidget()
        typing = isinstance(focus, QLineEdit) and focus.isModified()
        if fresh and not typing:
            self.next.setFocus()
