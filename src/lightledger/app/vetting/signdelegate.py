"""Cells of the object table that show a verdict's sign in place of its word."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from lightledger.app.theme import DARK, LIGHT

from .glyphs import glyph_sprite

SIGN_WIDTH = 24
_SIZE = 13


class SignDelegate(QStyledItemDelegate):
    """The word stays what the model says, for tips and screen readers."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        word = str(index.data() or "")
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text = ""
        style = ground.widget.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, ground, painter, ground.widget)
        if word and word != "–":
            theme = DARK if option.palette.base().color().lightness() < 128 else LIGHT
            ratio = painter.device().devicePixelRatioF()
            sign = glyph_sprite(word, _SIZE, theme, ratio)
            half = (_SIZE + 2) / 2
            middle = QRectF(option.rect).center()
            painter.drawPixmap(middle - QPointF(half, half), sign)
