"""Leads through the steps: one card with Back and Next, a ring around the place it is about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lightledger.app.buttons import primary_button
from lightledger.app.theme import color, small_font

if TYPE_CHECKING:
    from lightledger.app.renewal import OfferBar
    from lightledger.app.window import Window

    from .steps import Step

_WIDTH, _GAP, _RING_PX = 340, 12, 3
#: Beside the demo field, and nothing else.
_TRUTH = "truth.csv"
OFFER = "This is the demo field, with variable objects to find. Ten stops show the window."


class Tour(QObject):
    """The tour of a window; nothing is made before it begins.

    Attributes
    ----------
    card : Card or None
        While it lasts.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._bar: OfferBar | None = None
        self._steps: tuple[Step, ...] = ()
        self._place: QWidget | None = None
        self._ring: Ring | None = None
        self._waits = False
        self.card: Card | None = None
        self.at = 0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._arrange)
        window.stores.changed.connect(self._store_changed)

    def offer(self, path: Path) -> None:
        """Offer the tour above the demo field; begin it at once where it was asked for."""
        if not path.with_name(_TRUTH).is_file():
            return
        if self._waits:
            self._waits = False
            QTimer.singleShot(0, self, self.begin)
            return
        from lightledger.app.renewal import OfferBar

        if self._bar is None:
            self._bar = OfferBar("Take the tour", "Next and Back lead through it, Escape ends it")
            self._bar.later.setToolTip("It is in the Help menu")
            self._bar.accepted.connect(self.begin)
            self._window.centre.put_above(self._bar)
        self._bar.offer(OFFER)

    def begin(self) -> None:
        """From the first stop; without an open store the demo field is made first."""
        if self._window.open is None:
            self._waits = True
            self._window.actions_["make_demo"].trigger()
            return
        from .steps import STEPS

        self.end()
        if self._bar is not None:
            self._bar.hide()
        self._steps = STEPS
        self._ring = Ring(self._window)
        self.card = Card(self._window)
        self.card.back.clicked.connect(lambda: self.go(self.at - 1))
        self.card.next.clicked.connect(lambda: self.go(self.at + 1))
        self.card.stop.clicked.connect(self.end)
        self._window.installEventFilter(self)
        self.go(0)

    def go(self, number: int) -> None:
        """Show a stop; after the last one the tour is over."""
        store = self._window.open
        if self.card is None or store is None or number < 0:
            return
        if number >= len(self._steps):
            self.end()
            return
        self.at, step = number, self._steps[number]
        self._place = step.find(self._window, store)
        self.card.say(step.title, step.words, number, len(self._steps))
        self._arrange()
        self._soon.start()  # a dock brought to the front has its place a moment later
        self.card.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Back to the plots."""
        self._window.removeEventFilter(self)
        for part in (self.card, self._ring):
            if part is not None:
                part.hide()
                part.deleteLater()
        self.card = self._ring = self._place = None
        if self._window.open is not None:
            self._window.open.page.take_keys()

    # -- following the window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._soon.start()
        return False

    def _store_changed(self) -> None:
        self.end()
        if self._bar is not None:
            self._bar.hide()

    def _arrange(self) -> None:
        """Ring around the place, card beside it, both inside the window."""
        if self.card is None or self._ring is None:
            return
        whole = self._window.rect()
        place = _seen(self._place, self._window)
        self.card.adjustSize()
        self.card.move(_beside(place, self.card.rect(), whole))
        self._ring.setVisible(place is not None)
        if place is not None:
            self._ring.setGeometry(place.adjusted(-2, -2, 2, 2).intersected(whole))
        for part in (self._ring, self.card):
            part.raise_()
        self.card.show()


class Ring(QWidget):
    """An outline that lets the mouse through."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._themes = window.themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._themes.current.accent), _RING_PX))
        half = _RING_PX / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 6, 6)
        painter.end()


class Card(QFrame):
    """What is said, and the way on; Left, Right and Escape too."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setProperty("tour", True)
        self.setAccessibleName("Tour")
        self.setFixedWidth(_WIDTH)
        self.title, self.words, self.count = QLabel(), QLabel(), QLabel()
        self.title.setProperty("section", True)
        self.words.setWordWrap(True)
        self.count.setProperty("muted", True)
        self.count.setFont(small_font())
        self.back = QPushButton("Back")
        self.next = primary_button("Next")
        self.next.setAutoDefault(True)  # Return, too
        self.stop = QPushButton("End")
        self.stop.setToolTip("End the tour  (Escape)")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.count)
        buttons.addStretch(1)
        for button, key in ((self.stop, "Esc"), (self.back, "Left"), (self.next, "Right")):
            buttons.addWidget(button)
            # arrows on a button would only lead to the button beside it
            within = Qt.ShortcutContext.WidgetWithChildrenShortcut
            QShortcut(QKeySequence(key), self, button.click, context=within)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 12, 16, 12)
        lines.setSpacing(8)
        lines.addWidget(self.title)
        lines.addWidget(self.words)
        lines.addSpacing(4)
        lines.addLayout(buttons)

    def say(self, title: str, words: str, number: int, of: int) -> None:
        self.title.setText(title)
        self.words.setText(words)
        # a wrapped label asks for too little height where its width is fixed from outside
        self.words.setMinimumHeight(self.words.heightForWidth(_WIDTH - 34))
        self.count.setText(f"{number + 1} of {of}")
        self.back.setEnabled(number > 0)
        self.next.setText("Done" if number + 1 == of else "Next")


def _seen(place: QWidget | None, window: QWidget) -> QRect | None:
    """Where a part is within the window; None where it is not in sight."""
    if place is None or not place.isVisible():
        return None
    where = QRect(place.mapTo(window, QPoint(0, 0)), place.size())
    # a dock behind another tab is visible for Qt; it only lies outside of the window
    return where if window.rect().intersects(where) else None


def _beside(place: QRect | None, card: QRect, whole: QRect) -> QPoint:
    """Where a card goes: right of the place, left of it, below, above, else inside it."""
    if place is None:
        return whole.center() - card.center()
    x = min(max(place.center().x() - card.width() // 2, _GAP), whole.right() - card.width() - _GAP)
    y = min(
        max(place.center().y() - card.height() // 2, _GAP), whole.bottom() - card.height() - _GAP
    )
    for corner in (
        QPoint(place.right() + _GAP, y),
        QPoint(place.left() - _GAP - card.width(), y),
        QPoint(x, place.bottom() + _GAP),
        QPoint(x, place.top() - _GAP - card.height()),
    ):
        if whole.contains(card.translated(corner)):
            return corner
    return QPoint(x, y)
