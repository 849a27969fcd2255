"""What stays when a store is opened anew: object, measurement, range, view and display."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import Enum

from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK

from .curves import Quantity
from .display import Fold
from .panelset import PanelSpec, Relation
from .session import Session
from .yscale import YScale


@dataclass(frozen=True)
class Kept:
    """State of a session by names, not by rows: a newer version has other rows and visits."""

    object_id: str
    panels: tuple[PanelSpec, ...]
    focus: int
    corrected: bool
    quantity: Quantity
    point_source: bool
    scale: YScale
    hidden: bool | None
    x: str
    color_by: str
    fold: Fold | None
    filter: tuple[float, float]
    view: tuple[float, float] | None
    well_measured: bool
    sort: tuple[str, bool]
    vetting: str = ""
    mask: int = DEFAULT_MASK
    clip: Clip = field(default_factory=Clip)
    clipping: bool = False

    @classmethod
    def of(
        cls, session: Session, well_measured: bool, sort: tuple[str, bool], vetting: str = ""
    ) -> Kept:
        """What a session shows now; the list is sorted by a column, descending or not.

        ``vetting`` is the name of the list that is vetted.
        """
        times = session.times
        return cls(
            session.object_id,
            session.panels.specs,
            session.panels.focus,
            session.display.corrected,
            session.display.quantity,
            session.display.point_source,
            session.display.scale,
            session.display.hidden_choice,
            session.display.x,
            session.display.color_by,
            session.display.fold,
            times.filter,
            None if times.view == times.whole else times.view,
            well_measured,
            sort,
            vetting,
            session.cleaning.mask,
            session.cleaning.clip,
            session.cleaning.clipping,
        )

    def to_text(self) -> str:
        """As one line, for settings."""
        return json.dumps(asdict(self), default=_plain)

    @classmethod
    def from_text(cls, text: str) -> Kept | None:
        """What `to_text` wrote; None for nothing, or what another version wrote."""
        try:
            row = json.loads(text)
            row["panels"] = tuple(
                PanelSpec(tuple(p["measurements"]), p["pinned"], Relation(p["relation"]))
                for p in row["panels"]
            )
            row["quantity"], row["scale"] = Quantity(row["quantity"]), YScale(row["scale"])
            row["fold"] = Fold(**row["fold"]) if row["fold"] else None
            row["view"] = tuple(row["view"]) if row["view"] else None
            row["clip"] = Clip(**row.get("clip", {}))
            row["filter"], row["sort"] = tuple(row["filter"]), tuple(row["sort"])
            return cls(**row)
        except (ValueError, TypeError, KeyError):
            return None

    def give(self, session: Session) -> None:
        """Put all of it that the other version still has into a session."""
        session.panels.replace_all(self.panels, self.focus)
        session.display.set_corrected(self.corrected)
        session.display.set_quantity(self.quantity)
        session.display.set_point_source(self.point_source)
        session.display.set_scale(self.scale)
        if self.hidden is not None:
            session.display.set_shows_hidden(self.hidden)
        session.display.set_x(self.x)
        session.display.set_color_by(self.color_by)
        session.display.set_fold(self.fold)
        session.times.set_filter(*self.filter)
        session.cleaning.set_mask(self.mask)
        session.cleaning.set_clip(self.clip)
        session.cleaning.set_clipping(self.clipping)
        if self.view is not None:
            session.times.set_view(*self.view, remember=False)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{value!r} cannot be kept")
