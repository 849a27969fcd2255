"""The room of the panels: it scrolls where there are more than fit, to the focused one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from .stack import PanelStack


class PanelRoom(QScrollArea):
    """Shows a `PanelStack`; panels keep their lowest height.

    The wheel scrolls over titles and over the scroll bar; over plots and axes it zooms. Two
    fingers scroll everywhere.
    """

    def __init__(self, stack: PanelStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = stack
        self._focus = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(stack)
        stack.placed.connect(self._follow)
        bar = self.verticalScrollBar()
        stack.scrolled.connect(lambda by: bar.setValue(bar.value() - round(by)))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 160)

    def _follow(self, focus: int) -> None:
        """Bring the focused panel in sight, when it is another one."""
        self._stack.resize(self._stack.width(), max(self._stack.minimumHeight(), self.height()))
        if focus != self._focus and focus < len(self._stack.panels):
            box = self._stack.panels[focus].sceneBoundingRect()
            self.ensureVisible(0, round(box.center().y()), 0, round(box.height() / 2))
        self._focus = focus
