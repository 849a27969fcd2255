"""A line of widgets that goes on in the next line where the place is narrow."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """From left to right, then below; as wide as its widest widget at least."""

    def __init__(self, parent: QWidget | None = None, space: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(space)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), apart=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        left, top, right, bottom = self._margins()
        return size + QSize(left + right, top + bottom)

    def _margins(self) -> tuple[int, int, int, int]:
        of = self.contentsMargins()
        return of.left(), of.top(), of.right(), of.bottom()

    def _place(self, rect: QRect, apart: bool = False) -> int:
        """Put everything into a place, unless ``apart``; the height that takes."""
        left, top, right, bottom = self._margins()
        inside = rect.adjusted(left, top, -right, -bottom)
        shown = [item for item in self._items if not item.isEmpty()]
        line = max((item.sizeHint().height() for item in shown), default=0)
        at = inside.topLeft()
        for item in shown:
            size = item.sizeHint()
            if at.x() > inside.left() and at.x() + size.width() > inside.right() + 1:
                at = QPoint(inside.left(), at.y() + line + self.spacing())
            if not apart:
                item.setGeometry(QRect(at + QPoint(0, (line - size.height()) // 2), size))
            at = QPoint(at.x() + size.width() + self.spacing(), at.y())
        return at.y() + line + bottom - rect.y()
