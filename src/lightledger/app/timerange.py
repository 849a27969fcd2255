"""The one time range: a filter that decides what passes, and a view that is only the zoom."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from .zoom import Zoom

#: News of a dragged range goes out once per painted frame.
FRAME_MS = 16
#: The narrowest view or filter: one second.
NARROWEST_D = 1 / 86400


class TimeRange(Zoom):
    """Filter and view of a field, in MJD (UTC).

    Plots follow it one by one (``setXRange`` with their own fixed axes); linking pyqtgraph's axes
    would align them by screen geometry instead.
    """

    #: What passes has changed; at most once per frame while dragging.
    filter_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, NARROWEST_D)
        self._first, self._last = 0.0, 1.0
        self._filter = (-math.inf, math.inf)
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
        air = 0.02 * self.span or 0.5
        self.set_whole(self._first - air, self._last + air)
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
    def filter(self) -> tuple[float, float]:
        """What passes; infinite where there is no limit."""
        return self._filter

    @property
    def filtered(self) -> bool:
        return self._filter != (-math.inf, math.inf)

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
