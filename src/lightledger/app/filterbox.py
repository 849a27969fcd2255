"""The filter as it is typed: count at its end, error underlined, names completed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QStandardItem,
    QStandardItemModel,
    QTextCharFormat,
)
from PySide6.QtWidgets import (
    QApplication,
    QCompleter,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeView,
    QWidget,
)

from .completion import Offer, Word, word_before
from .theme import LIGHT, color, small_font

_POPUP_WIDTH = 420


class FilterBox(QLineEdit):
    """A line for an expression; it knows no columns and evaluates nothing."""

    #: Return: what stands here is meant.
    meant = Signal()
    #: Escape.
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Filter, such as mag < 18 and excess > 3   /")
        self.setAccessibleName("Filter of the object table")
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(240)
        self._offers: Callable[[Word], list[Offer]] = lambda word: []
        self._marked = False
        self._count = QLabel(self)
        self._count.setProperty("muted", True)
        self._count.setFont(small_font())
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._count.setStyleSheet("background: transparent; border: 0")
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(10)
        self._popup = _popup()
        self._completer.setPopup(self._popup)
        self._completer.activated.connect(self._complete)
        self.textEdited.connect(self._edited)

    def offer_from(self, offers: Callable[[Word], list[Offer]]) -> None:
        """Where completions come from."""
        self._offers = offers

    # -- count and error

    @property
    def count(self) -> str:
        return self._count.text()

    def set_count(self, text: str) -> None:
        """Words at the right end, inside the box."""
        self._count.setText(text)
        self._place()

    def mark(self, position: int, length: int) -> None:
        """Underline what an error is about; length 0: nothing."""
        attributes = []
        if length > 0:
            ink = QTextCharFormat()
            ink.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            ink.setUnderlineColor(color(LIGHT.problem))
            ink.setForeground(color(LIGHT.problem))
            kind = QInputMethodEvent.AttributeType.TextFormat
            start = position - self.cursorPosition()
            attributes = [QInputMethodEvent.Attribute(kind, start, length, ink)]
        self._marked = length > 0
        # The one way into a line edit's formats: as an input method underlines what it composes.
        QApplication.sendEvent(self, QInputMethodEvent("", attributes))

    @property
    def marked(self) -> bool:
        return self._marked

    def _place(self) -> None:
        size = self._count.sizeHint()
        clear = 24 if self.text() else 8
        self._count.resize(size)
        self._count.move(self.width() - size.width() - clear, (self.height() - size.height()) // 2)
        self.setTextMargins(0, 0, size.width() + 4 if self._count.text() else 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(360, super().sizeHint().height())

    # -- completion

    def _edited(self) -> None:
        if self._marked:
            self.mark(0, 0)
        word = word_before(self.text(), self.cursorPosition())
        offers = self._offers(word) if word is not None else []
        self._model.clear()
        for offer in offers:
            name, meaning = QStandardItem(offer.insert.strip("`")), QStandardItem(offer.meaning)
            name.setData(offer.insert, Qt.ItemDataRole.UserRole)
            meaning.setEnabled(False)
            meaning.setToolTip(offer.meaning)
            self._model.appendRow([name, meaning])
        popup = self._popup
        if not offers:
            popup.hide()
            return
        where = self.cursorRect()
        where.setWidth(max(_POPUP_WIDTH, popup.sizeHint().width()))
        self._completer.complete(where)

    def _complete(self, _chosen: object) -> None:
        index = self._popup.currentIndex()
        item = self._model.item(index.row(), 0)
        word = word_before(self.text(), self.cursorPosition())
        if item is None or word is None:
            return
        insert = item.data(Qt.ItemDataRole.UserRole)
        text, end = self.text(), self.cursorPosition()
        self.setText(text[: word.start] + insert + text[end:])
        self.setCursorPosition(word.start + len(insert))
        self.textEdited.emit(self.text())

    @property
    def offered(self) -> list[str]:
        """What is offered now, '' without a popup."""
        if not self._popup.isVisible():
            return []
        return [self._model.item(row, 0).text() for row in range(self._model.rowCount())]

    # -- keys

    def event(self, event: QEvent) -> bool:
        # Tab takes the first offer; else it goes on to the next widget.
        if event.type() == QEvent.Type.KeyPress and self._tab(event):
            return True
        return super().event(event)

    def _tab(self, event: QEvent) -> bool:
        popup = self._popup
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Tab:
            return False
        if not popup.isVisible():
            return False
        if not popup.currentIndex().isValid():
            popup.setCurrentIndex(self._model.index(0, 0))
        self._complete(None)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._popup
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if popup.isVisible() and event.key() == Qt.Key.Key_Escape:
            popup.hide()
            return
        if popup.isVisible() and enter and popup.currentIndex().isValid():
            event.ignore()  # the completer takes what is chosen
            return
        if enter:
            popup.hide()
            self.meant.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._popup.hide()
        super().focusOutEvent(event)


def _popup() -> QTreeView:
    view = QTreeView()
    view.setRootIsDecorated(False)
    view.setHeaderHidden(True)
    view.setUniformRowHeights(True)
    view.setAllColumnsShowFocus(True)
    view.setFont(small_font())
    view.header().setStretchLastSection(True)
    view.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    view.setTextElideMode(Qt.TextElideMode.ElideRight)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return view
