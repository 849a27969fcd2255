"""The one time range: a filter that decides what passes, and a view that is only the zoom."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

#: News of a dragged range goes out once per painted frame.
FRAME_MS = 16
#: The narrowest view or filter: one second.
NARROWEST_D = 1 / 86400


class TimeRange(QObject):
    """Filter and view of a field, in MJD (UTC).

    Plots follow it one by one (``setXRange`` with their own fixed axes); linking pyqtgraph's axes
    would align them by screen geometry instead.
    """

    #: What passes has changed; at most once per frame while dragging.
    filter_changed = Signal()
    #: The zoom has changed.
    view_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._first, self._last = 0.0, 1.0
        self._filter = (-math.inf, math.inf)
        self._view = (0.0, 1.0)
        self._views: list[tuple[float, float]] = []
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(FRAME_MS)
        self._frame.timeout.connect(self.filter_changed)

    def set_times(self, times: np.ndarray) -> None:
        """Take the span of a whole field and show all of it."""
        times = times[np.isfinite(times)]
        if times.size:
            self._first, self._last = float(times.min()), float(times.max())
        self._filter = (-math.inf, math.inf)
        self._views.clear()
        self._view = self.whole
        self.view_changed.emit()
        self.filter_changed.emit()

    @property
    def first(self) -> float:
        return self._first

    @property
    def last(self) -> float:
        return self._last

    @property
    def span(self) -> float:
        """Days from the first to the last visit."""
        return self._last - self._first

    @property
    def whole(self) -> tuple[float, float]:
        """The whole series with a little air."""
        air = 0.02 * self.span or 0.5
        return self._first - air, self._last + air

    @property
    def filter(self) -> tuple[float, float]:
        """What passes; infinite where there is no limit."""
        return self._filter

    @property
    def filtered(self) -> bool:
        return self._filter != (-math.inf, math.inf)

    @property
    def view(self) -> tuple[float, float]:
        return self._view

    def set_filter(self, low: float, high: float) -> None:
        """Let pass what lies between; beyond the ends of the series there is no limit."""
        low, high = min(low, high), max(low, high)
        low = -math.inf if low <= self._first else low
        high = math.inf if high >= self._last else high
        if high - low < NARROWEST_D:
            return
        if (low, high) != self._filter:
            self._filter = (low, high)
            if not self._frame.isActive():
                self._frame.start()

    def clear_filter(self) -> None:
        self.set_filter(self._first, self._last)

    def clipped_filter(self) -> tuple[float, float]:
        """The filter with finite ends, as it is drawn."""
        low, high = self.whole
        return max(self._filter[0], low), min(self._filter[1], high)

    def set_view(self, low: float, high: float, remember: bool = True) -> None:
        """Zoom; never further out than three times the series, nor narrower than a second."""
        low, high = min(low, high), max(low, high)
        if not (math.isfinite(low) and math.isfinite(high)):
            return
        middle, half = (low + high) / 2, max(high - low, NARROWEST_D) / 2
        whole = self.whole
        half = min(half, 1.5 * (whole[1] - whole[0]))
        middle = min(max(middle, whole[0]), whole[1])
        view = (middle - half, middle + half)
        if view == self._view:
            return
        if remember:
            self._views.append(self._view)
            del self._views[:-50]
        self._view = view
        self.view_changed.emit()

    def zoom(self, factor: float, about: float) -> None:
        """Zoom by a factor (< 1: closer) with one time staying where it is."""
        low, high = self._view
        self.set_view(about + (low - about) * factor, about + (high - about) * factor, False)

    def pan(self, days: float) -> None:
        self.set_view(self._view[0] + days, self._view[1] + days, remember=False)

    def zoom_back(self) -> None:
        """The view before the last zoom."""
        if self._views:
            self.set_view(*self._views.pop(), remember=False)

    def show_all(self) -> None:
        self.set_view(*self.whole)

    def show_filter(self) -> None:
        """Zoom to what passes."""
        low, high = self.clipped_filter()
        air = 0.02 * (high - low)
        self.set_view(low - air, high + air)

    def view_to_filter(self) -> None:
        """What is in view becomes the filter."""
        self.set_filter(*self._view)

    def in_view(self, times: np.ndarray) -> np.ndarray:
        return (times >= self._view[0]) & (times <= self._view[1])
