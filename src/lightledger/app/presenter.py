"""From session to pictures: computes what all panels show, at most once per frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.analysis.masks import Filters, Hidden, passes
from lightledger.domain import DEFAULT_MASK, LightledgerError, parse_measurement

from .curves import Curve
from .notifications import Notifications
from .session import Session
from .yscale import Want, YScale, ranges, wanted


@dataclass(frozen=True)
class Shown:
    """One panel's worth: a curve, what passes, its Y range; nothing passes of a damaged record."""

    measurement: str
    curve: Curve
    passing: Hidden
    y_range: tuple[float, float] | None
    damaged: bool = False

    @property
    def band(self) -> str:
        return parse_measurement(self.measurement).band

    def flagged_fraction(self) -> float:
        """Part of the points with a value that flags or rejection hide."""
        if self.damaged:
            return 0.0  # its flags say nothing
        with_value = self.curve.drawable
        n = int(np.count_nonzero(with_value))
        bad = with_value & ((self.curve.lc.flags & np.uint16(DEFAULT_MASK)) != 0)
        return float(np.count_nonzero(bad)) / n if n else 0.0


class Presenter(QObject):
    """Follows a session and says when there is something new to draw.

    Key presses that come faster than frames are painted lead to one painting of the last object.
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
        self._curves: dict[str, Curve] = {}
        self._damaged: set[str] = set()
        self._can_check = True
        self.shown: list[Shown] = []
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

    @property
    def current(self) -> Shown | None:
        """The focused panel's curve."""
        name = self.session.measurement
        return next((s for s in self.shown if s.measurement == name), None)

    def refresh(self) -> None:
        """Read and compute everything anew (microseconds per curve)."""
        self._soon.stop()
        curves: dict[str, Curve] = {}
        for name in self.session.panels.shown:
            try:
                curves[name] = self.session.curve(name)
            except LightledgerError as error:
                self._desk.error(error)
        self._curves = curves
        self._damaged = {name for name in curves if not self._is_sound(name)}
        self._compute()
        self.changed.emit()

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

    def counts(self) -> str:
        """The sentence that says how many points of the current curve pass and why not."""
        shown = self.current
        if shown is None:
            return ""
        keep = shown.passing.keep
        seen = keep & self.session.times.in_view(shown.curve.lc.time)
        without = int(np.count_nonzero(keep & ~shown.curve.drawable))
        return counts_text(shown.passing, int(np.count_nonzero(seen)), without)

    def filters(self) -> Filters:
        """What decides whether a point passes, for exports too."""
        return self.session.filters()

    def _filter(self) -> None:
        self._compute()
        self.passing_changed.emit()

    def _compute(self) -> None:
        filters = self.filters()
        scale = self.session.display.scale
        if scale is not self._scale_of:
            self._scale_of, self._locked = scale, None
        passing: list[Hidden] = []
        wants: list[Want | None] = []
        for name, curve in self._curves.items():
            damaged = name in self._damaged
            keep = np.zeros(len(curve), bool)
            passing.append(
                Hidden(keep, {"damaged": len(curve)}) if damaged else passes(curve.lc, filters)
            )
            scaled = _plausible(curve) if damaged else passing[-1].keep
            wants.append(wanted(curve, scaled, self.session.times.span))
        y_ranges, self._locked = ranges(scale, wants, self._locked)
        self.shown = [
            Shown(name, curve, p, y, name in self._damaged)
            for (name, curve), p, y in zip(self._curves.items(), passing, y_ranges, strict=True)
        ]


def _plausible(curve: Curve) -> np.ndarray:
    """Points of a damaged record near the others: a flipped bit must not set the scale."""
    if not curve.drawable.any():
        return curve.drawable
    away = np.abs(curve.y - np.median(curve.y[curve.drawable]))
    with np.errstate(invalid="ignore"):
        return curve.drawable & (away <= 10 * np.median(away[curve.drawable]))


def counts_text(hidden: Hidden, in_view: int, without_y: int = 0) -> str:
    """The sentence under the plots.

    >>> import numpy as np
    >>> counts_text(Hidden(np.array([True, False]), {"flag": 1, "time": 0}), 1)
    '1 of 2 pass (1 in view); hidden: 1 flag'
    """
    passing, semicolon, why = hidden.text().partition(";")
    text = f"{passing} ({in_view:,} in view){semicolon}{why}"
    return text + (f"; {without_y:,} pass without a magnitude" if without_y else "")
