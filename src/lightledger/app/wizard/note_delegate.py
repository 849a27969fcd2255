"""Draws a file and, below it, what is said of it: wrapped, never cut off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QTreeWidgetItem

from . import skin

#: Roles of an item's file and reason.
FILE, REASON = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_PAD = 3
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class NoteDelegate(QStyledItemDelegate):
    """For the first column of a `QTreeView` without a header; other items are drawn as ever."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(view)
        self._view = view
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Heights depend on the width.
        if event.type() == QEvent.Type.Resize:
            self._view.scheduleDelayedItemsLayout()
        return False

    def _width(self, index: QModelIndex | QPersistentModelIndex) -> int:
        depth = 1 if index.parent().isValid() else 0
        if self._view.rootIsDecorated():
            depth += 1
        return max(80, self._view.viewport().width() - depth * self._view.indentation() - 8)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        reason = index.data(REASON)
        if reason is None:
            return QSize(0, 24)
        line = option.fontMetrics.height()  # type: ignore[attr-defined]
        room = QRect(0, 0, self._width(index), 10_000)
        wrapped = option.fontMetrics.boundingRect(room, _WRAP, reason)  # type: ignore[attr-defined]
        head = line if index.data(FILE) else 0
        return QSize(0, head + wrapped.height() + 2 * _PAD)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        reason = index.data(REASON)
        if reason is None:
            super().paint(painter, option, index)
            return
        painter.save()
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        area: QRect = option.rect.adjusted(2, _PAD, -2, -_PAD)  # type: ignore[attr-defined]
        file = index.data(FILE)
        if file:
            shown = metrics.elidedText(file, Qt.TextElideMode.ElideMiddle, area.width())
            painter.setPen(skin.text())
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
            area.setTop(area.top() + metrics.height())
        painter.setPen(skin.muted())
        painter.drawText(area, int(_WRAP), reason)
        painter.restore()


def note_item(file: str, reason: str) -> QTreeWidgetItem:
    """An item for `NoteDelegate`, readable by a screen reader too."""
    item = QTreeWidgetItem([f"{file}: {reason}" if file else reason])
    item.setData(0, FILE, file)
    item.setData(0, REASON, reason)
    item.setToolTip(0, f"{file}\n{reason}" if file else reason)
    return item
