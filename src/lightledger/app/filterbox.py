"""The filter as it is typed: count at its end, error underlined, names completed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QResizeEvent, QTextCharFormat
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from .completion import Offer, Word, word_before
from .filterhistory import FilterHistory
from .offerlist import OfferList
from .theme import LIGHT, color, small_font

#: Room of the button that clears the line.
_CLEAR_PX = 26


class FilterBox(QLineEdit):
    """A line for an expression; it knows no columns and evaluates nothing."""

    #: Return: what stands here is meant.
    meant = Signal()
    #: Escape.
    left = Signal()
    #: The keys are elsewhere now.
    unfocused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Filter, such as mag < 18 and excess > 3   /")
        self.setAccessibleName("Filter of the object table")
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(240)
        self._offers_of: Callable[[Word], list[Offer]] = lambda word: []
        self._marked = False
        self.history = FilterHistory()
        self._count = QLabel(self)
        self._count.setProperty("muted", True)
        self._count.setFont(small_font())
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._count.setStyleSheet("background: transparent; border: 0")
        self.offers = OfferList(self)
        self.offers.chosen.connect(self._put)
        self.textEdited.connect(self._edited)

    def offer_from(self, offers: Callable[[Word], list[Offer]]) -> None:
        """Where completions come from."""
        self._offers_of = offers

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
        clear = _CLEAR_PX if self.text() else 8
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
        found = self._offers_of(word) if word is not None else []
        self.offers.show_offers(found, self.cursorRect().left())

    def _put(self, offer: Offer) -> None:
        """Put an offer in the place of the word at the cursor."""
        word = word_before(self.text(), self.cursorPosition())
        if word is None:
            return
        text, end = self.text(), self.cursorPosition()
        self.setText(text[: word.start] + offer.insert + text[end:])
        self.setCursorPosition(word.start + len(offer.insert))
        self._edited()

    # -- keys

    def event(self, event: QEvent) -> bool:
        # Tab never arrives as a key press: it takes the first offer, else goes on.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            offer = self.offers.current(first=True)
            if event.key() == Qt.Key.Key_Tab and offer is not None:
                self._put(offer)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, offering = event.key(), self.offers.isVisible()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            offer = self.offers.current()
            if offer is not None:
                self._put(offer)
                return
            self.offers.hide()
            self.meant.emit()
        elif key == Qt.Key.Key_Escape:
            if offering:
                self.offers.hide()
            else:
                self.left.emit()
        elif offering and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.offers.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            asked = self.history.step(1 if key == Qt.Key.Key_Down else -1, self.text())
            if asked is not None:
                self.setText(asked)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.offers.hide()
        super().focusOutEvent(event)
        self.unfocused.emit()
