"""What stays when a store is opened anew: object, measurement, range, view and display."""

from __future__ import annotations

from dataclasses import dataclass

from .curves import Quantity
from .session import Session
from .yscale import YScale


@dataclass(frozen=True)
class Kept:
    """State of a session by names, not by rows: a newer version has other rows and visits."""

    object_id: str
    measurement: str
    bands: tuple[str, ...]
    corrected: bool
    quantity: Quantity
    point_source: bool
    scale: YScale
    hidden: bool | None
    filter: tuple[float, float]
    view: tuple[float, float] | None
    well_measured: bool
    sort: tuple[str, bool]

    @classmethod
    def of(cls, session: Session, well_measured: bool, sort: tuple[str, bool]) -> Kept:
        """What a session shows now; the list is sorted by a column, descending or not."""
        times = session.times
        return cls(
            session.object_id,
            session.measurement,
            session.bands,
            session.corrected,
            session.quantity,
            session.point_source,
            session.scale,
            session.hidden_choice,
            times.filter,
            None if times.view == times.whole else times.view,
            well_measured,
            sort,
        )

    def give(self, session: Session) -> None:
        """Put all of it that the other version still has into a session."""
        if self.measurement in session.field.measurements:
            session.set_measurement(self.measurement)
        session.show_bands(self.bands)
        session.set_corrected(self.corrected)
        session.set_quantity(self.quantity)
        session.set_point_source(self.point_source)
        session.set_scale(self.scale)
        if self.hidden is not None:
            session.set_shows_hidden(self.hidden)
        session.times.set_filter(*self.filter)
        if self.view is not None:
            session.times.set_view(*self.view, remember=False)
