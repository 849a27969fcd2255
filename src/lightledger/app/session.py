"""An open store as the window sees it: which object, which measurement, shown how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.analysis import masks
from lightledger.analysis.masks import Filters
from lightledger.domain import parse_measurement
from lightledger.domain.magnitudes import INSTRUMENTAL_ZERO
from lightledger.store.layout import position_path

from .cleaning.state import Cleaning
from .curves import Curve, make_curve
from .display import Display
from .panelset import PanelSet
from .timerange import TimeRange
from .yscale import SHORT_SPAN_D

if TYPE_CHECKING:
    from lightledger.library import Field


@dataclass(frozen=True)
class PointCursor:
    """The point that keys act on: one visit of one band."""

    band: str
    visit: str


class Session(QObject):
    """Selection, cursor and curves of one open field; panels and docks follow its signals.

    Attributes
    ----------
    field : lightledger.library.Field
    times : TimeRange
    cleaning : Cleaning
    display : Display
    panels : PanelSet
    damaged : dict of str to None
        What was met so far that fails its checksum: records and tables, in words, in that order.
    """

    object_changed = Signal()
    #: Another measurement is current, or other panels are shown.
    measurement_changed = Signal()
    #: Something of `display`.
    display_changed = Signal()
    #: Something that `filters` is made of: other points pass. At most once per painted frame.
    filters_changed = Signal()
    #: The numbers themselves: a rejected point, another comparison star.
    curves_changed = Signal()
    #: Something in the journal that no light curve depends on: verdicts, tags, notes, subsets.
    words_changed = Signal()
    cursor_changed = Signal()
    #: Something that fails its checksum was met; `damaged` has one more.
    damage_found = Signal()

    def __init__(self, field: Field, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.times = TimeRange(self)
        self._visits = {band: field.visits(band) for band in field.bands}
        mids = [np.asarray(v["mjd_utc_mid"], np.float64) for v in self._visits.values()]
        self.times.set_times(np.concatenate(mids) if mids else np.empty(0))
        self.cleaning = Cleaning(self)
        self.display = Display(field, self.short, self)
        self.panels = PanelSet(field, self)
        self.display.changed.connect(self.display_changed)
        self.panels.changed.connect(self.measurement_changed)
        self.times.filter_changed.connect(self.filters_changed)
        self.cleaning.changed.connect(self.filters_changed)
        self._index = 0
        self._cursor: PointCursor | None = None
        self.damaged: dict[str, None] = {}

    @property
    def path(self) -> Path:
        return Path(self.field.reader.path)

    @property
    def ids(self) -> list[str]:
        """Ids of all objects, catalogue order."""
        return self.field.reader.object_ids

    @property
    def n_object(self) -> int:
        return int(self.field.reader.n_object)

    @property
    def short(self) -> bool:
        """Whether the whole series is one night."""
        return self.times.span < SHORT_SPAN_D

    # -- object

    @property
    def index(self) -> int:
        return self._index

    @property
    def object_id(self) -> str:
        return str(self.ids[self._index]) if self.n_object else ""

    def set_index(self, index: int) -> None:
        if 0 <= index < self.n_object and index != self._index:
            self._index = index
            self.object_changed.emit()

    def set_object(self, object_id: str) -> None:
        """Select an object by its id.

        Raises
        ------
        LightledgerError
            No such object, naming near ones.
        """
        self.set_index(self.field.reader.index_of(object_id))

    # -- measurement

    @property
    def measurement(self) -> str:
        """The measurement of the focused panel; tables and exports follow it."""
        return self.panels.measurement

    @property
    def band(self) -> str:
        """The current measurement's band, '' if there is none."""
        return parse_measurement(self.measurement).band if self.measurement else ""

    # -- curves

    def filters(self) -> Filters:
        """What decides whether a point passes: in panels, statistics and exports."""
        cleaning = self.cleaning
        return Filters(masks.TimeRange(*self.times.filter), cleaning.mask, cleaning.applied)

    @property
    def filtered(self) -> bool:
        """Whether other points pass than those that stored statistics are of."""
        return self.filters() != Filters()

    def visits(self, band: str) -> dict[str, np.ndarray]:
        return self._visits[band]

    def coverage(self, band: str) -> np.ndarray:
        """Frames behind the current object in each visit; empty where that is not known."""
        reader = self.field.reader
        if "coverage" not in reader.stored_planes(band):
            return np.empty(0, np.float32)
        row, damaged = reader.rows(position_path(band, "coverage"), self._index, 1)
        return np.empty(0, np.float32) if damaged else np.asarray(row[0], np.float32)

    def attributes(self, measurement: str) -> dict[str, object]:
        return dict(self.field.reader.attributes(measurement))

    def curve(self, measurement: str, index: int | None = None) -> Curve:
        """The light curve of an object (the current one) in the quantity shown."""
        lc = self.field.light_curve(
            self._index if index is None else index, measurement, corrected=self.display.corrected
        )
        if self.display.point_source and lc.aperture_correction is not None:
            lc = lc.of_point_source()
        return make_curve(lc, self.display.quantity, *self.zero_point(measurement))

    def zero_point(self, measurement: str) -> tuple[float, str]:
        """Magnitude of value 1 in the system shown, and that system."""
        calibration = self.field.calibration(measurement)
        system = calibration.best(self.display.system)
        zero_point = calibration.zero_point(system)
        return zero_point if np.isfinite(zero_point) else INSTRUMENTAL_ZERO, system

    def is_sound(self, measurement: str) -> bool:
        """Whether the record of the current object agrees with its checksum (microseconds).

        Raises
        ------
        LightledgerError
            The checksums themselves are damaged.
        """
        if self.field.reader.record_is_sound(measurement, self._index):
            return True
        self.note_damage(f"record of {self.object_id} in {measurement}")
        return False

    def note_damage(self, what: str) -> None:
        """Keep in mind that something fails its checksum; each thing counts once."""
        if what not in self.damaged:
            self.damaged[what] = None
            self.damage_found.emit()

    # -- point cursor

    @property
    def cursor(self) -> PointCursor | None:
        return self._cursor

    def set_cursor(self, cursor: PointCursor | None) -> None:
        if cursor != self._cursor:
            self._cursor = cursor
            self.cursor_changed.emit()

    def step_cursor(self, by: int, seen: np.ndarray | None = None) -> None:
        """Next or previous visit that has a value in the current measurement.

        Parameters
        ----------
        seen : ndarray of bool, shape (n,), or None
            The visits to step through; None: those whose times are in view.
        """
        if not self.measurement:
            return
        curve = self.curve(self.measurement)
        seen = self.times.in_view(curve.lc.time) if seen is None else seen
        (places,) = np.nonzero(curve.drawable & seen)
        if places.size == 0:
            return
        here = self._cursor
        if here is None or here.band != self.band:
            place = places[0] if by > 0 else places[-1]
        else:
            (now,) = np.nonzero(curve.lc.visit == here.visit)
            at = int(now[0]) if now.size else -1
            later = places[places > at] if by > 0 else places[places < at][::-1]
            if later.size == 0:
                return
            place = later[0]
        self.set_cursor(PointCursor(self.band, str(curve.lc.visit[place])))
