"""A verdict counts only when its object was seen: painted, and for a moment."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from lightledger.app.presenter import Presenter

#: Milliseconds on screen; nobody sees a light curve in less.
LEAST_MS = 150


class Guard(QObject):
    """Watches the plots being painted.

    Parameters
    ----------
    presenter : Presenter
        Says when there are other curves.
    plots : QWidget
        What they are painted on.

    Attributes
    ----------
    least_ms : int
    """

    def __init__(self, presenter: Presenter, plots: QWidget) -> None:
        super().__init__(plots)
        self._session = presenter.session
        self.least_ms = LEAST_MS
        self._painted = self._drawn = -1
        self._since = QElapsedTimer()
        self._after = QTimer(self, singleShot=True, interval=0)
        self._after.timeout.connect(self._seen)
        presenter.changed.connect(self._draw)
        plots.installEventFilter(self)
        self._draw()

    def _draw(self) -> None:
        """The plots have the curves of this object, but nobody has seen them."""
        if self._session.index != self._painted:
            self._painted, self._drawn = -1, self._session.index

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._drawn != self._painted:
            self._after.start()  # it is painted when this event has been dealt with
        return False

    def _seen(self) -> None:
        self._painted = self._drawn
        self._since.start()

    @property
    def painted(self) -> int:
        """Index of the object that was painted last, -1 while another one waits for it."""
        return self._painted

    def has_seen(self) -> bool:
        """Whether the current object was on screen long enough."""
        return self._painted == self._session.index and self._since.elapsed() >= self.least_ms
