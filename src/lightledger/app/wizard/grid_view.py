"""The measuring grid on screen: click or Space switches a cell, a heading its row or column."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from . import skin
from .grid_model import STATE, GridModel

_ROW, _COLUMN = 22, 58
_Index = QModelIndex | QPersistentModelIndex


class SwitchDelegate(QStyledItemDelegate):
    """A filled disc is measured, a ring is not, a dash cannot be; empty where there is no such."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state = index.data(STATE)
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_HasFocus and state != "none":  # type: ignore[attr-defined]
            painter.setPen(QPen(skin.accent(), 1))
            painter.drawRoundedRect(box.adjusted(2.5, 1.5, -2.5, -1.5), 4, 4)
        centre = box.center()
        if state == "on":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(skin.accent())
            painter.drawEllipse(centre, 6, 6)
        elif state == "off":
            painter.setPen(QPen(skin.muted(), 1.2))
            painter.drawEllipse(centre, 5.5, 5.5)
        elif state == "not":
            painter.setPen(QPen(skin.muted(), 1.4))
            painter.drawLine(
                int(centre.x() - 4), int(centre.y()), int(centre.x() + 4), int(centre.y())
            )
        painter.restore()


class GridView(QTableView):
    """``pointed`` carries the method under the mouse or the cursor."""

    pointed = Signal(str)

    def __init__(self, model: GridModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = model
        self.setModel(model)
        self.setItemDelegate(SwitchDelegate(self))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("what is measured: methods by images; Space switches a cell")
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setDefaultSectionSize(_COLUMN)
        across.setSectionsClickable(True)
        across.sectionClicked.connect(model.switch_column)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(_ROW)
        down.setMinimumSectionSize(_ROW)
        down.setMinimumWidth(168)
        down.setSectionsClickable(True)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        down.sectionClicked.connect(model.switch_row)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)  # Tab leads on to the next field

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            index = self.currentIndex()
            self._grid.switch([(index.row(), index.column())])
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self._grid.switch([(index.row(), index.column())])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._point(self.indexAt(event.position().toPoint()))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        self._point(current)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit("")

    def _point(self, index: _Index) -> None:
        self.pointed.emit(str(self._grid.method(index.row())) if index.isValid() else "")
