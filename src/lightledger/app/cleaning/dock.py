"""The cleaning dock: which flags hide, a sigma clip tried before it hides, a running median."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.analysis.masks import hidden_by
from lightledger.analysis.running import LEAST, Clip, Smooth, clipped, smooth
from lightledger.app.curves import decimals_for
from lightledger.app.scrolled import fill_scrolled
from lightledger.domain import Flag

from .clipbox import ClipBox, days_box
from .flagbox import FlagBox
from .plot import SmoothedPlot

if TYPE_CHECKING:
    from lightledger.app.shown import Trace
    from lightledger.app.stores import OpenStore

#: The running median is over this part of the series at first, or as much as has so many points.
_PART, _USUAL = 20, 16


class CleaningDock(QWidget):
    """Flags, clip and running median of the current light curve.

    Attributes
    ----------
    marked : ndarray of bool, shape (n,)
        Points of the current light curve that the clip takes or would take.
    smoothed : Smooth or None
        Running median of the current light curve, in the quantity shown.
    """

    def __init__(self, store: OpenStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._session = store, store.session
        self._cleaning = store.session.cleaning
        self.marked = np.zeros(0, bool)
        self.smoothed: Smooth | None = None
        self._dock: QDockWidget | None = None
        self._seen = False
        self.flags, self.clip = FlagBox(self), ClipBox(self)
        self.plot = SmoothedPlot(store.session, store.tools.themes, self)
        self.always = QLabel(self)
        self.always.setProperty("muted", True)
        self.always.setWordWrap(True)
        self.days = days_box("off", self)
        self.days.setAccessibleName("Window of the running median, days; 0 is off")
        self.days.setToolTip("The median of so many days about each point, and 1.4826 × the MAD")
        session = store.session
        visits = max(
            (len(session.visits(band)["visit"]) for band in session.field.bands), default=1
        )
        part = max(1 / _PART, _USUAL / max(visits, 1))
        self.days.setValue(float(f"{session.times.span * min(part, 1.0):.1g}"))
        self.scatter = QLabel(self)
        self.scatter.setWordWrap(True)
        self.reset = QPushButton("Defaults", self)
        self.reset.setProperty("flat", True)
        self.reset.setToolTip("The flags that hide by default, and no clip")
        self._lay_out()
        self._connect()
        self._show_state()
        self._follow()

    def _lay_out(self) -> None:
        first, third = QHBoxLayout(), QHBoxLayout()
        first.addWidget(_heading("Flags that hide"))
        first.addStretch(1)
        first.addWidget(self.reset)
        third.addWidget(_heading("Running median"))
        third.addStretch(1)
        third.addWidget(self.days)
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(8, 4, 8, 4)
        lines.setSpacing(4)
        lines.addLayout(first)
        lines.addWidget(self.flags)
        lines.addWidget(self.always)
        lines.addSpacing(8)
        lines.addWidget(_heading("Sigma clip"))
        lines.addWidget(self.clip)
        lines.addSpacing(8)
        lines.addLayout(third)
        lines.addWidget(self.scatter)
        lines.addWidget(self.plot, 1)
        fill_scrolled(self, inside)

    def _connect(self) -> None:
        cleaning, presenter = self._cleaning, self._store.presenter
        self.flags.mask_changed.connect(cleaning.set_mask)
        self.clip.clip_changed.connect(cleaning.set_clip)
        self.clip.hide_wanted.connect(cleaning.set_clipping)
        self.clip.reject_wanted.connect(self._reject)
        self.reset.clicked.connect(cleaning.reset)
        self.days.valueChanged.connect(self._smooth)
        cleaning.changed.connect(self._show_state)
        cleaning.tried_changed.connect(self._show_state)
        cleaning.tried_changed.connect(self._mark)
        presenter.changed.connect(self._follow)
        presenter.passing_changed.connect(self._follow)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        dock = self.parentWidget()
        if self._dock is None and isinstance(dock, QDockWidget):
            # a tab behind others is shown, for Qt, outside of the window
            self._dock = dock
            dock.visibilityChanged.connect(self._look)
        self._look(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look(False)

    def _look(self, on: bool) -> None:
        """Somebody looks at it, or no more: rings go with it."""
        self._seen = on
        if on:
            self._follow()
        else:
            self._ring(np.zeros(self.marked.size, bool))

    @property
    def _trace(self) -> Trace | None:
        current = self._store.presenter.current
        return None if current is None or current.damaged else current

    # -- following

    def _show_state(self) -> None:
        cleaning = self._cleaning
        self.flags.show_mask(cleaning.mask)
        self.clip.show_clip(cleaning.clip, cleaning.clipping)
        self.reset.setVisible(bool(cleaning.words) or cleaning.clip != Clip())

    def _follow(self) -> None:
        """Another light curve, or other points of it pass."""
        trace = self._trace
        if trace is None or not self._seen:
            return
        lc = trace.curve.lc
        rejected = (lc.flags & np.uint16(Flag.REJECTED)) != 0
        self.flags.show_counts(lc.flags[~rejected], self._cleaning.mask)
        without = int(np.count_nonzero(~np.isfinite(lc.value) & ~rejected))
        self.always.setText(
            f"Always hidden: {without:,} without a value, {int(rejected.sum()):,} rejected by hand"
        )
        self.plot.show_trace(trace)
        self._mark()
        self._smooth()

    # -- clip

    def _mark(self) -> None:
        """Count and ring what the clip marks."""
        trace = self._trace
        if trace is None or not self._seen:
            return
        lc, cleaning = trace.curve.lc, self._cleaning
        judged = trace.passing.keep
        if cleaning.clipping:
            judged = judged | hidden_by("clip", lc, self._session.filters())
        self.marked, unjudged = clipped(lc.time, lc.value, judged, cleaning.clip)
        n = int(np.count_nonzero(self.marked))
        if not cleaning.clip.on:
            words = "Turn sigma up to see what a clip would take: marked points get a ring."
        else:
            of = int(np.count_nonzero(judged))
            what = "hidden" if cleaning.clipping else "would go"
            words = f"{n:,} of {of:,} points {what}: {cleaning.clip.words()}"
            words += few_words(int(np.count_nonzero(unjudged)), "not judged")
        self.clip.show_marked(words, n)
        self._ring(self.marked & (not cleaning.clipping))

    def _ring(self, which: np.ndarray) -> None:
        trace = self._trace
        if trace is not None and which.size == len(trace.curve):
            self._store.page.stack.ring(which)
            self.plot.points.flash(which)

    def _reject(self) -> None:
        trace = self._trace
        if trace is not None:
            visits = [str(visit) for visit in trace.curve.lc.visit[self.marked]]
            why = f"by a clip of {self._cleaning.clip.words()}"
            self._store.tools.say(self._store.acts.reject_points(visits, why))

    # -- running median

    def _smooth(self) -> None:
        trace, window = self._trace, self.days.value()
        if trace is None or not self._seen:
            return
        if window <= 0:
            self.smoothed = None
            self.plot.level.clear()
            self.scatter.setText("")
            return
        curve = trace.curve
        self._store.tools.jobs.run(
            smooth,
            curve.lc.time,
            curve.y,
            trace.passing.keep,
            window,
            done=lambda made: self._smoothed(trace, window, made),
            failed=self._store.tools.desk.error,
            channel="running median",
        )

    def _smoothed(self, trace: Trace, window: float, made: Smooth) -> None:
        if trace is not self._trace:
            return
        self.smoothed = made
        self.plot.level.set_level(trace.curve.lc.time[made.place], made, window)
        self.scatter.setText(scatter_words(trace, made, window))


def scatter_words(trace: Trace, made: Smooth, window: float) -> str:
    """How much of the scatter is left about a running median."""
    if not made.place.size:
        if not made.n_few:
            return "No point passes"
        return f"No point has {LEAST} others within {window:g} d about it: widen the window"
    curve = trace.curve
    whole, left = curve.typical(trace.passing.keep)[1], made.spread
    places = decimals_for(max(left, whole / 100))
    return (
        f"Robust scatter {left:,.{places}f} {curve.unit} about the running median of {window:g} d, "
        f"{whole:,.{places}f} about the median of all{few_words(made.n_few, 'left out')}"
    )


def few_words(n: int, fate: str) -> str:
    """What becomes of points in sparse windows, '' where there are none."""
    return f"; {n:,} {fate}: fewer than {LEAST} others in the window" if n else ""


def _heading(text: str) -> QLabel:
    made = QLabel(text)
    made.setProperty("section", True)
    return made
