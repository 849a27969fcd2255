"""The view of the object table: rows to leaf through, columns as wide as what is in them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from .objectmodel import ObjectModel
from .tablelook import dress
from .vetting.signdelegate import SIGN_WIDTH, SignDelegate

_NARROWEST, _WIDEST, _ID_WIDTH = 34, 180, 50
#: Long ids are given so much, whatever then has to be scrolled to: the ends tell them apart.
_ID_WIDEST = 150
#: Of a cell, both sides: padding, and what the style keeps for the frame of the focus.
_MARGIN = 14
#: Rows whose cells decide how wide a column is.
_SAMPLE = 40


_DISPLAY = QStyleOptionViewItem.ViewItemFeature.HasDisplay
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Asks the model once for a cell, not once for each role: lists are painted during a drag."""

    def __init__(self, model: ObjectModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._objects = model

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        option.text, left, pale = self._objects.painted(index.row(), index.column())
        if index.column() == self._objects.id_section:
            option.textElideMode = Qt.TextElideMode.ElideMiddle
        option.displayAlignment = _LEFT if left else _RIGHT
        option.features |= _DISPLAY
        if pale:
            palette = option.palette
            palette.setBrush(
                QPalette.ColorRole.Text, palette.brush(QPalette.ColorRole.PlaceholderText)
            )
            option.palette = palette


class LeafTable(QTableView):
    """A table that leaves letters to the window: typing never searches it."""

    #: Return: the plots take the keys.
    done = Signal()

    def __init__(self, model: ObjectModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._objects, self._id_width = model, _ID_WIDTH
        self._signs, self._cells = SignDelegate(self), CellDelegate(model, self)
        self.setItemDelegate(self._cells)
        dress(self, narrowest=SIGN_WIDTH)
        header = self.horizontalHeader()
        header.setSortIndicatorShown(False)  # the title carries the arrow
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def fit_columns(self) -> None:
        """Columns as wide as title and first rows; the id takes what else is left."""
        model, metrics = self._objects, QFontMetrics(self.font())
        for section in range(model.columnCount()):
            signs = model.keys[section] == "verdict"
            self.setItemDelegateForColumn(section, self._signs if signs else self._cells)
            if signs:
                self.setColumnWidth(section, SIGN_WIDTH)
                continue
            title = str(model.headerData(section, Qt.Orientation.Horizontal))
            cells = [
                str(model.index(row, section).data())
                for row in range(min(model.rowCount(), _SAMPLE))
            ]
            widest = max(metrics.horizontalAdvance(text) for text in [title, *cells]) + _MARGIN
            if section == model.id_section:
                self._id_width = min(max(widest, _ID_WIDTH), _ID_WIDEST)
            else:
                self.setColumnWidth(section, min(max(widest, _NARROWEST), _WIDEST))
        self._give_rest()

    def _give_rest(self) -> None:
        place, sections = self._objects.id_section, range(self._objects.columnCount())
        others = sum(self.columnWidth(i) for i in sections if i != place)
        self.setColumnWidth(place, max(self._id_width, self.viewport().width() - others))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_rest()
        current = self.currentIndex()
        if 0 <= self.visualRect(current).top() < event.oldSize().height():
            self.scrollTo(current)  # a line more above the list does not push it out of sight

    def keyboardSearch(self, search: str) -> None:
        return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.done.emit()
            return
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Scroll up and down only: leafing never moves the columns."""
        across = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(across)
