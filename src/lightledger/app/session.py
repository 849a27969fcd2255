"""An open store as the window sees it: which object, which measurement, shown how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.analysis import masks
from lightledger.analysis.masks import Filters
from lightledger.domain import LightledgerError, parse_measurement
from lightledger.domain.magnitudes import INSTRUMENTAL_ZERO
from lightledger.store.layout import position_path

from .curves import Curve, Quantity, make_curve
from .timerange import TimeRange
from .yscale import SHORT_SPAN_D, YScale

if TYPE_CHECKING:
    from lightledger.library import Field


@dataclass(frozen=True)
class PointCursor:
    """The point that keys act on: one visit of one band."""

    band: str
    visit: str


class Session(QObject):
    """Selection and display of one open field; every panel and dock follows its signals.

    Attributes
    ----------
    field : lightledger.library.Field
    times : TimeRange
    damaged : dict of str to None
        What was met so far that fails its checksum: records and tables, in words, in that order.
    """

    object_changed = Signal()
    #: Another measurement is current, or other panels are shown.
    measurement_changed = Signal()
    #: Quantity, correction, scale or hidden points.
    display_changed = Signal()
    #: The numbers themselves: a rejected point, another comparison star.
    curves_changed = Signal()
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
        self._shown_bands: tuple[str, ...] = tuple(field.bands)
        self._methods = {band: field.suggested(band) for band in field.bands}
        self._current = self._methods[field.bands[0]] if field.bands else ""
        self._index = 0
        self._corrected = bool(field.corrected_by_default)
        self._quantity = Quantity.RELATIVE if self.short else Quantity.MAGNITUDE
        self._system, self._point_source = "", False
        self._scale = YScale.SAME
        self._hidden: bool | None = None
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

    # -- measurement and panels

    @property
    def measurement(self) -> str:
        """The measurement of the focused panel; tables and exports follow it."""
        return self._current

    @property
    def band(self) -> str:
        return parse_measurement(self._current).band if self._current else ""

    @property
    def shown(self) -> tuple[str, ...]:
        """Measurements of the panels, top to bottom."""
        return tuple(self._methods[band] for band in self._shown_bands)

    def measurements(self, band: str) -> tuple[str, ...]:
        return tuple(m for m in self.field.measurements if parse_measurement(m).band == band)

    def is_suggested(self, measurement: str) -> bool:
        return self.field.suggested(parse_measurement(measurement).band) == measurement

    def set_measurement(self, measurement: str) -> None:
        """Make it current; panels of other bands take the same method where they have it."""
        if measurement not in self.field.measurements:
            raise LightledgerError(f"this store has no measurement {measurement}")
        name = parse_measurement(measurement)
        self._current = measurement
        self._methods[name.band] = measurement
        for band in self.field.bands:
            same = f"{band}_{name.within_band}"
            if same in self.field.measurements:
                self._methods[band] = same
        if name.band not in self._shown_bands:
            self._shown_bands = (name.band,)
        self.measurement_changed.emit()

    def step_measurement(self, by: int) -> None:
        """Next or previous measurement of the current band."""
        names = self.measurements(self.band)
        if len(names) > 1:
            self.set_measurement(names[(names.index(self._current) + by) % len(names)])

    def focus_band(self, band: str) -> None:
        """Make the panel of a band the current one."""
        if band != self.band and band in self._methods:
            self._current = self._methods[band]
            self.measurement_changed.emit()

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands that have a panel."""
        return self._shown_bands

    def show_bands(self, bands: tuple[str, ...]) -> None:
        """Show panels of these bands, in the store's order; the current one stays shown."""
        shown = tuple(b for b in self.field.bands if b in bands or b == self.band)
        if shown != self._shown_bands:
            self._shown_bands = shown
            self.measurement_changed.emit()

    def step_bands(self) -> None:
        """First band alone, the next one alone, ..., all of them."""
        bands = tuple(self.field.bands)
        if len(bands) < 2:
            return
        if self._shown_bands == bands:
            self._shown_bands = bands[:1]
        else:
            following = bands.index(self._shown_bands[0]) + 1
            self._shown_bands = bands[following : following + 1] or bands
        if self.band not in self._shown_bands:
            self._current = self._methods[self._shown_bands[0]]
        self.measurement_changed.emit()

    # -- display

    @property
    def corrected(self) -> bool:
        return self._corrected

    def set_corrected(self, on: bool) -> None:
        """Switch the correction; it stays off where there is no comparison star."""
        on = on and self.field.can_correct
        if on != self._corrected:
            self._corrected = on
            self.display_changed.emit()

    @property
    def quantity(self) -> Quantity:
        return self._quantity

    def set_quantity(self, quantity: Quantity) -> None:
        if quantity is not self._quantity:
            self._quantity = quantity
            self.display_changed.emit()

    @property
    def system(self) -> str:
        """Magnitude system asked for; '' is that of the store, as for what has no such system."""
        return self._system

    def set_system(self, system: str) -> None:
        if system != self._system:
            self._system = system
            self.display_changed.emit()

    @property
    def point_source(self) -> bool:
        """Whether aperture corrections are applied, in measurements that have one."""
        return self._point_source

    def set_point_source(self, on: bool) -> None:
        if on != self._point_source:
            self._point_source = on
            self.display_changed.emit()

    @property
    def scale(self) -> YScale:
        return self._scale

    def set_scale(self, scale: YScale) -> None:
        if scale is not self._scale:
            self._scale = scale
            self.display_changed.emit()

    def shows_hidden(self, hidden_fraction: float) -> bool:
        """Whether hidden points are drawn faint: as chosen, else where they are at most 5 %."""
        return hidden_fraction <= 0.05 if self._hidden is None else self._hidden

    @property
    def hidden_choice(self) -> bool | None:
        return self._hidden

    def set_shows_hidden(self, on: bool) -> None:
        self._hidden = on
        self.display_changed.emit()

    # -- curves

    def filters(self) -> Filters:
        """What decides whether a point passes: in panels, statistics and exports."""
        return Filters(time=masks.TimeRange(*self.times.filter))

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
            self._index if index is None else index, measurement, corrected=self._corrected
        )
        if self._point_source and lc.aperture_correction is not None:
            lc = lc.of_point_source()
        return make_curve(lc, self._quantity, *self.zero_point(measurement))

    def zero_point(self, measurement: str) -> tuple[float, str]:
        """Magnitude of value 1 in the system shown, and that system."""
        calibration = self.field.calibration(measurement)
        system = calibration.best(self._system)
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

    def step_cursor(self, by: int) -> None:
        """Next or previous visit in view that has a value in the current measurement."""
        if not self._current:
            return
        curve = self.curve(self._current)
        times = curve.lc.time
        (places,) = np.nonzero(curve.drawable & self.times.in_view(times))
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
