"""From session to pictures: computes what all panels show, at most once per frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.analysis.masks import Filters, Hidden, passes
from lightledger.domain import LightledgerError, parse_measurement

from . import xaxes
from .coloring import range_of
from .curves import Curve
from .notifications import Notifications
from .panelset import PanelSpec, Relation
from .relations import related
from .session import Session
from .shown import Shown, Trace
from .visitquantities import QUANTITIES, values_of
from .yscale import Want, YScale, ranges, together, wanted
from .zoom import Zoom


@dataclass(frozen=True)
class _Read:
    """A light curve as it was read, where it stands on the X axis, and what colours it."""

    curve: Curve
    x: np.ndarray
    values: np.ndarray | None
    damaged: bool


class Presenter(QObject):
    """Follows a session and says when there is something new to draw.

    Key presses that come faster than frames are painted lead to one painting of the last object.

    Attributes
    ----------
    shown : list of Shown
        Panels, top to bottom.
    current : Trace or None
        The selected object's light curve in the current measurement: what counts are of.
    axis : XAxis
    local : Zoom
        The zoom of an axis that is no time.
    """

    #: New curves, or other panels.
    changed = Signal()
    #: The same curves, other points pass.
    passing_changed = Signal()

    def __init__(
        self, session: Session, desk: Notifications, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._desk = desk
        self._read: dict[tuple[str, str], _Read] = {}  # by pinned object and measurement
        self._ends: dict[frozenset[str], tuple[float, float]] = {}  # of colour bars, by bands
        self._can_check = True
        self.axis = xaxes.TIMES[0]
        self.local = Zoom(self)
        self.shown: list[Shown] = []
        self.current: Trace | None = None
        self._locked: float | None = None
        self._scale_of: YScale | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        for signal in (
            session.object_changed,
            session.measurement_changed,
            session.display_changed,
            session.curves_changed,
        ):
            signal.connect(self._soon.start)
        session.filters_changed.connect(self._filter)
        self.refresh()

    def refresh(self) -> None:
        """Read and compute everything anew (microseconds per curve)."""
        self._soon.stop()
        session = self.session
        before = self.axis
        self.axis = xaxes.axis_of(session.display.x, session.display.cycles)
        wanted = {
            (spec.pinned, name) for spec in session.panels.specs for name in spec.measurements
        }
        if session.measurement:
            wanted.add(("", session.measurement))  # counted also where no panel shows it
        self._read = {}
        for pinned, name in wanted:
            try:
                self._read[pinned, name] = self._one(pinned, name)
            except LightledgerError as error:
                self._desk.error(error)
        self._compute()
        if not self.axis.is_time:
            x = [trace.x for one in self.shown for trace in one.traces]
            follow = self.local.follow_whole if self.axis == before else self.local.set_whole
            follow(*xaxes.span_of(x, self.axis))
        self.changed.emit()

    def _one(self, pinned: str, name: str) -> _Read:
        session = self.session
        index = session.field.reader.index_of(pinned) if pinned else session.index
        curve = session.curve(name, index)
        sound = bool(pinned) or self._is_sound(name)
        by = session.display.color_by
        values = values_of(session, by, name, index) if by in QUANTITIES else None
        return _Read(curve, xaxes.positions(session, self.axis, curve, index), values, not sound)

    def _is_sound(self, measurement: str) -> bool:
        if self._can_check:
            try:
                return self.session.is_sound(measurement)
            except LightledgerError as error:
                self._can_check = False  # said once, not for every object
                self._desk.error(error)
        return True

    def stop(self) -> None:
        """Say nothing any more: what is drawn may be gone before the session is."""
        self._soon.stop()
        self.blockSignals(True)

    # -- the view

    @property
    def zoom(self) -> Zoom:
        """What zooming acts on: the one range of times, or the axis that is no time."""
        return self.session.times if self.axis.is_time else self.local

    def in_view(self, trace: Trace) -> np.ndarray:
        """Which points stand between the ends of the X axis as it is shown, shape (n,)."""
        if self.axis.is_time:
            return np.isfinite(trace.x) & self.session.times.in_view(trace.curve.lc.time)
        low, high = self.local.view
        turns = [(trace.x + k >= low) & (trace.x + k <= high) for k in range(self.axis.cycles)]
        return np.logical_or.reduce(turns)

    def step_cursor(self, by: int) -> None:
        """Next or previous visit that is in view."""
        if self.current is not None:
            self.session.step_cursor(by, self.in_view(self.current))

    def counts(self) -> str:
        """The sentence that says how many points of the current curve pass and why not."""
        current = self.current
        if current is None:
            return ""
        keep = current.passing.keep
        seen = keep & self.in_view(current)
        lacking = {
            "a magnitude": keep & ~current.curve.drawable,
            self.axis.label: keep & current.curve.drawable & ~np.isfinite(current.x),
        }
        without = {what: int(np.count_nonzero(which)) for what, which in lacking.items()}
        text = counts_text(current.passing, int(np.count_nonzero(seen)), without)
        return text + (f"; {n:,} of these upper limits, shown" if (n := current.n_limit) else "")

    def filters(self) -> Filters:
        """What decides whether a point passes, for exports too."""
        return self.session.filters()

    def _filter(self) -> None:
        self._compute()
        self.passing_changed.emit()

    def _compute(self) -> None:
        session, filters = self.session, self.filters()
        scale = session.display.scale
        if scale is not self._scale_of:
            self._scale_of, self._locked = scale, None
        self._ends = {}
        traces = {key: self._trace(key[1], one, filters) for key, one in self._read.items()}
        self.current = traces.get(("", session.measurement))
        panels: list[tuple[PanelSpec, tuple[Trace, ...]]] = []
        for spec in session.panels.specs:
            own = tuple(t for name in spec.measurements if (t := traces.get((spec.pinned, name))))
            if spec.relation is not Relation.NONE and len(own) == 2:
                own = (_related(spec.relation, *own),)
            if own:
                panels.append((spec, own))
        span = session.times.span
        wants = [together([_want(trace, span) for trace in own]) for _, own in panels]
        plain = [spec.relation is Relation.NONE for spec, _ in panels]
        # a difference in the span of what it is of would be a line: it has its own
        common = [want if shared else None for want, shared in zip(wants, plain, strict=True)]
        y_ranges, self._locked = ranges(scale, common, self._locked)
        self.shown = [
            Shown(*panel, y if shared or want is None else want.range())
            for panel, y, want, shared in zip(panels, y_ranges, wants, plain, strict=True)
        ]

    def _trace(self, name: str, one: _Read, filters: Filters) -> Trace:
        nothing = Hidden(np.zeros(len(one.curve), bool), {"damaged": len(one.curve)})
        passing = nothing if one.damaged else passes(one.curve.lc, filters)
        limited = None if one.damaged else _limited(one.curve, filters)
        return Trace(name, one.curve, passing, one.x, one.values, one.damaged, limited)

    def color_ends(self, one: Shown) -> tuple[float, float]:
        """Both ends of a panel's colour bar, the same in all panels of its bands.

        Each band has its own: two bands may differ by more than either varies.
        """
        bands = frozenset(trace.band for trace in one.traces)
        if bands not in self._ends:
            read = ((name, of.values) for (_, name), of in self._read.items())
            self._ends[bands] = range_of([
                values for name, values in read
                if values is not None and parse_measurement(name).band in bands
            ])  # fmt: skip
        return self._ends[bands]


def _related(relation: Relation, one: Trace, other: Trace) -> Trace:
    made = related(relation, one.curve, one.passing, other.curve, other.passing)
    return Trace(one.measurement, *made, one.x, one.values, one.damaged or other.damaged)


def _limited(curve: Curve, filters: Filters) -> np.ndarray | None:
    """Upper limits within the range of times that nobody rejected; None where there are none."""
    if curve.limit is None:
        return None
    limited = np.isfinite(curve.limit) & filters.time.contains(curve.lc.time) & ~curve.rejected
    return limited if limited.any() else None


def _want(trace: Trace, span_d: float) -> Want | None:
    curve = trace.curve
    keep = _plausible(curve) if trace.damaged else trace.passing.keep
    want = wanted(curve, keep, span_d)
    if want is None and trace.limited is not None and curve.limit is not None:
        want = wanted(replace(curve, y=curve.limit), trace.limited, span_d)
    return want


def _plausible(curve: Curve) -> np.ndarray:
    """Points of a damaged record near the others: a flipped bit must not set the scale."""
    if not curve.drawable.any():
        return curve.drawable
    away = np.abs(curve.y - np.median(curve.y[curve.drawable]))
    with np.errstate(invalid="ignore"):
        return curve.drawable & (away <= 10 * np.median(away[curve.drawable]))


def counts_text(hidden: Hidden, in_view: int, without: Mapping[str, int] | None = None) -> str:
    """The sentence under the plots; ``without``: how many pass that lack what would place them.

    >>> import numpy as np
    >>> counts_text(Hidden(np.array([True, False]), {"flag": 1, "time": 0}), 1)
    '1 of 2 pass (1 in view); hidden: 1 flag'
    """
    passing, semicolon, why = hidden.text().partition(";")
    text = f"{passing} ({in_view:,} in view){semicolon}{why}"
    lacking = (without or {}).items()
    return text + "".join(f"; {n:,} pass without {what}" for what, n in lacking if n)
