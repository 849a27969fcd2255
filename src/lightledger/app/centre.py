"""The middle of the window: notifications, then the start page or the light curves."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from lightledger.domain import counted

from .notifications import NotificationBar, Notifications
from .overview import Overview
from .panels.room import PanelRoom
from .panels.stack import PanelStack
from .presenter import Presenter
from .renewal import OfferBar
from .startpage import StartPage
from .theme import Themes

#: How long points have a ring that were asked for.
_RING_MS = 4000
#: What changes whether points are hidden, by reason.
HOW_TO_CHANGE = {
    "time": "D types another range, Shift+R takes it away",
    "rejected": "X on a point takes it back",
    "flag": "Analysis, Cleaning chooses the flags",
    "clip": "Analysis, Cleaning sets the clip",
    "not finite": "there is no value to draw",
}


class CurvesPage(QWidget):
    """Panels and overview of one session."""

    def __init__(self, presenter: Presenter, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stack = PanelStack(presenter, themes, self)
        self.overview = Overview(presenter, themes, self)
        self._lines = lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(PanelRoom(self.stack, self), 1)
        lines.addWidget(self.overview)
        self._unring = QTimer(self, singleShot=True, interval=_RING_MS)
        self._unring.timeout.connect(lambda: self.stack.flash(""))

    def put_above(self, strip: QWidget) -> None:
        """Show a strip above the panels."""
        self._lines.insertWidget(0, strip)

    def show_reason(self, reason: str) -> str:
        """Ring for a moment the points that are hidden for a reason; returns what to say."""
        presenter = self.stack.presenter
        session = presenter.session
        session.display.set_shows_hidden(True)
        if reason == "time":
            session.times.show_all()
        presenter.refresh()
        n = self.stack.flash(reason)
        self._unring.start()
        words = f"{counted(n, 'point')} with a ring: hidden by {reason}"
        how = HOW_TO_CHANGE.get(reason)
        return f"{words}; {how}" if how else words

    def take_keys(self) -> None:
        """Give the keyboard to the plots."""
        self.stack.setFocus(Qt.FocusReason.OtherFocusReason)


class WaitPage(QWidget):
    """Says what is going on while there is nothing to look at yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(320)
        lines = QVBoxLayout(self)
        lines.setSpacing(16)
        lines.addStretch(1)
        lines.addWidget(self._label)
        lines.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(1)

    def say(self, text: str, done: int = 0, total: int = 0) -> None:
        self._label.setText(text)
        self._bar.setRange(0, total)
        self._bar.setValue(done)


class Centre(QWidget):
    """Shows one of the pages below the notification bar."""

    def __init__(self, desk: Notifications, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = NotificationBar(desk, self)
        self.reload = OfferBar("Reload", "Open the newer version; object, range and filter stay")
        self.start = StartPage(self)
        self.wait = WaitPage(self)
        self.curves: CurvesPage | None = None
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.start)
        self._pages.addWidget(self.wait)
        self._lines = lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.reload)
        lines.addWidget(self.bar)
        lines.addWidget(self._pages, 1)

    @property
    def current(self) -> QWidget:
        """The page that is shown."""
        return self._pages.currentWidget() or self.start

    def put_above(self, bar: QWidget) -> None:
        """Show a bar above everything."""
        self._lines.insertWidget(0, bar)

    def show_start(self) -> None:
        self._drop_curves()
        self._pages.setCurrentWidget(self.start)

    def show_wait(self, text: str, done: int = 0, total: int = 0) -> None:
        self.wait.say(text, done, total)
        self._pages.setCurrentWidget(self.wait)

    def show_curves(self, page: CurvesPage) -> None:
        self._drop_curves()
        self.curves = page
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def show_what_is_there(self) -> None:
        """The light curves if a store is open, else the start page."""
        self._pages.setCurrentWidget(self.curves or self.start)

    def _drop_curves(self) -> None:
        if self.curves is not None:
            self._pages.removeWidget(self.curves)
            self.curves.deleteLater()
            self.curves = None
