"""What of an axis is in view, and the views before and after it."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QTimer, Signal

_REMEMBERED = 50
#: Steps of a wheel or of a key that follow each other faster are one zoom.
_REST_MS = 1000


class Zoom(QObject):
    """The view of one axis; never further out than three times the whole.

    Parameters
    ----------
    narrowest : float
        The narrowest view; 0: a millionth of the whole.
    """

    #: The zoom has changed.
    view_changed = Signal()

    def __init__(self, parent: QObject | None = None, narrowest: float = 0.0) -> None:
        super().__init__(parent)
        self._narrowest = narrowest
        self._whole = self._view = (0.0, 1.0)
        self._before: list[tuple[float, float]] = []
        self._after: list[tuple[float, float]] = []
        self._gliding = QTimer(self, singleShot=True, interval=_REST_MS)

    def set_whole(self, low: float, high: float) -> None:
        """Both ends of all there is, which is shown from now on; views before are forgotten."""
        self._whole = self._view = (low, high)
        self._before.clear()
        self._after.clear()
        self.view_changed.emit()

    def follow_whole(self, low: float, high: float) -> None:
        """Other ends of all there is: a zoom stays, unless it would show nothing any more."""
        zoomed = self._view != self._whole
        if zoomed and self._view[0] < high and self._view[1] > low:
            self._whole = (low, high)
        elif (low, high) != self._whole:
            self.set_whole(low, high)

    @property
    def whole(self) -> tuple[float, float]:
        """Everything with a little air."""
        return self._whole

    @property
    def view(self) -> tuple[float, float]:
        return self._view

    def set_view(self, low: float, high: float, remember: bool = True) -> None:
        """Show what lies between."""
        low, high = min(low, high), max(low, high)
        if not (math.isfinite(low) and math.isfinite(high)):
            return
        whole = self.whole
        span = whole[1] - whole[0]
        middle, half = (low + high) / 2, max(high - low, self._narrowest or 1e-6 * span) / 2
        half = min(half, 1.5 * span)
        middle = min(max(middle, whole[0]), whole[1])
        view = (middle - half, middle + half)
        if view == self._view:
            return
        self._gliding.stop()
        if remember:
            self._before = [*self._before, self._view][-_REMEMBERED:]
            self._after.clear()
        self._view = view
        self.view_changed.emit()

    def zoom(self, factor: float, about: float) -> None:
        """Zoom by a factor (< 1: closer) with one place staying where it is."""
        low, high = self._view
        self._glide(about + (low - about) * factor, about + (high - about) * factor)

    def pan(self, by: float) -> None:
        self._glide(self._view[0] + by, self._view[1] + by)

    def _glide(self, low: float, high: float) -> None:
        """One of many small steps: going back leads to where the first of them began."""
        self.set_view(low, high, remember=not self._gliding.isActive())
        self._gliding.start()

    def zoom_back(self) -> None:
        """The view before the last zoom."""
        self._step(self._before, self._after)

    def zoom_forward(self) -> None:
        """The view that `zoom_back` left."""
        self._step(self._after, self._before)

    def _step(self, these: list[tuple[float, float]], others: list[tuple[float, float]]) -> None:
        if these:
            others.append(self._view)
            self.set_view(*these.pop(), remember=False)

    def show_all(self) -> None:
        self.set_view(*self.whole)
