"""File names with their fields coloured: a model that looks at a name only when it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from lightledger.frames.templates import Template

from . import skin

_Index = QModelIndex | QPersistentModelIndex
#: Role of a name's fields: list of (first, behind last, field), or None where it does not fit.
SPANS = Qt.ItemDataRole.UserRole
#: Role of how far a name that does not fit follows the template.
REACH = Qt.ItemDataRole.UserRole + 1
_ROW = 22
#: Names whose width decides that of the list.
_LOOKED_AT = 200


class NamesModel(QAbstractListModel):
    """All names, or those of certain numbers; 100,000 cost no more than what is in view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: Sequence[str] = ()
        self._rows: Sequence[int] | None = None
        self.template: Template | None = None

    def set_names(self, names: Sequence[str], rows: Sequence[int] | None = None) -> None:
        """Show all names, or only those with the numbers ``rows``."""
        self.beginResetModel()
        self._names, self._rows = names, rows
        self.endResetModel()

    def set_template(self, template: Template | None) -> None:
        self.template = template
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def name(self, row: int) -> str:
        return self._names[row if self._rows is None else self._rows[row]]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid():
            return 0
        return len(self._names if self._rows is None else self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        name = self.name(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == SPANS:
            return self.template.spans(name) if self.template else None
        if role == REACH:
            return self.template.reach(name) if self.template else None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return self._in_words(name)
        return None

    def _in_words(self, name: str) -> str:
        if self.template is None:
            return name
        spans = self.template.spans(name)
        if spans is None:
            reach = self.template.reach(name)
            return f"{name}\ndoes not fit, from {name[reach:] or 'its end'!r} on"
        return "\n".join([name, *(f"{field}: {name[a:b]}" for a, b, field in spans)])


class NameDelegate(QStyledItemDelegate):
    """Fields on a ground of their colour; a name that does not fit is grey, and marked where."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        width = option.fontMetrics.horizontalAdvance(index.data() or "")  # type: ignore[attr-defined]
        return QSize(width + 16, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        name, spans = index.data() or "", index.data(SPANS)
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        chosen = option.state & QStyle.StateFlag.State_Selected  # type: ignore[attr-defined]
        width = option.fontMetrics.horizontalAdvance  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(box, skin.tinted(skin.accent(), 0.12))
        left = box.left() + 6
        for first, behind, field in spans or ():
            x, wide = left + width(name[:first]), width(name[first:behind])
            ink = skin.field(field)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(skin.tinted(ink))
            painter.drawRoundedRect(QRectF(x - 1, box.top() + 2, wide + 2, box.height() - 4), 3, 3)
        painter.setPen(skin.text() if spans is not None else skin.muted())
        painter.drawText(
            box.adjusted(6, 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
            name,
        )
        reach = index.data(REACH) if spans is None else None
        if reach is not None:
            x = left + width(name[:reach])
            right = max(x + 6, left + width(name))
            painter.setPen(QPen(skin.problem(), 1.5, Qt.PenStyle.DotLine))
            y = box.bottom() - 3
            painter.drawLine(int(x), int(y), int(right), int(y))
        painter.restore()


class NameList(QTableView):
    """The names; a click makes one the example.

    A table, for a `QListView` looks at every row it will ever show.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names = NamesModel(self)
        self.setModel(self.names)
        self.setItemDelegate(NameDelegate(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().hide()
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setMinimumSectionSize(_ROW)
        down.setDefaultSectionSize(_ROW)
        self.setAccessibleName("file names, with what the template reads in them")
        self.setToolTip("Click a name to say below what its parts are")
        self.names.modelReset.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As wide as the first names need."""
        first = range(min(_LOOKED_AT, self.names.rowCount()))
        width = self.fontMetrics().horizontalAdvance
        widest = max((width(self.names.name(row)) for row in first), default=0)
        self.setColumnWidth(0, max(widest + 16, self.viewport().width()))
