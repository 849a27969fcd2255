"""Which panels there are, what each of them draws, and which one is focused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lightledger.domain import LightledgerError, parse_measurement

if TYPE_CHECKING:
    from lightledger.library import Field

MAX_PANELS = 8
#: Measurements in one panel: more shapes and shades are not told apart.
MAX_OVERLAID = 4


class Relation(Enum):
    """What a panel draws of its measurements."""

    NONE = ""
    DIFFERENCE = "−"
    RATIO = "/"


@dataclass(frozen=True)
class PanelSpec:
    """One panel: it belongs to measurements, not to an object.

    Attributes
    ----------
    measurements : tuple of str
        Several are overlaid, or the two that ``relation`` relates; the first is the panel's own.
    pinned : str
        Id of the object that stays in it; '' follows the selection.
    relation : Relation
    """

    measurements: tuple[str, ...]
    pinned: str = ""
    relation: Relation = Relation.NONE

    @property
    def measurement(self) -> str:
        return self.measurements[0]

    @property
    def band(self) -> str:
        return parse_measurement(self.measurement).band

    @property
    def plain(self) -> bool:
        """Whether it is one measurement of the selected object."""
        return len(self.measurements) == 1 and not self.pinned

    @property
    def names(self) -> tuple[str, ...]:
        """Of what it draws, as a title has them."""
        if self.relation is Relation.NONE:
            return self.measurements
        return (f" {self.relation.value} ".join(self.measurements),)


class PanelSet(QObject):
    """The panels of one open field, top to bottom; at least one, at most `MAX_PANELS`.

    The measurement of the focused panel is current: tables and exports follow it.
    """

    #: Another measurement is current, or other panels are shown.
    changed = Signal()

    def __init__(self, field: Field, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._methods = {band: field.suggested(band) for band in field.bands}
        self._specs = tuple(PanelSpec((name,)) for name in self._methods.values())
        self._focus = 0

    # -- what there is

    @property
    def specs(self) -> tuple[PanelSpec, ...]:
        return self._specs

    @property
    def focus(self) -> int:
        """Place of the focused panel."""
        return self._focus

    @property
    def focused(self) -> PanelSpec | None:
        """The focused panel; None in a store without measurements."""
        return self._specs[self._focus] if self._specs else None

    @property
    def measurement(self) -> str:
        """The current measurement, '' if there is none."""
        return self.focused.measurement if self.focused is not None else ""

    @property
    def shown(self) -> tuple[str, ...]:
        """Measurements in panels, each once, top to bottom."""
        return tuple(dict.fromkeys(name for spec in self._specs for name in spec.measurements))

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands that have a panel, in the store's order."""
        shown = {parse_measurement(name).band for name in self.shown}
        return tuple(band for band in self._field.bands if band in shown)

    def measurements(self, band: str) -> tuple[str, ...]:
        """Of a band, all that the store has."""
        return tuple(m for m in self._field.measurements if parse_measurement(m).band == band)

    def is_suggested(self, measurement: str) -> bool:
        return self._field.suggested(parse_measurement(measurement).band) == measurement

    # -- the measurement

    def set_measurement(self, measurement: str) -> None:
        """Make it current; panels of other bands take the same method where they have it.

        Raises
        ------
        LightledgerError
            The store has no such measurement.
        """
        if measurement not in self._field.measurements:
            raise LightledgerError(f"this store has no measurement {measurement}")
        name = parse_measurement(measurement)
        self._methods[name.band] = measurement
        for band in self._field.bands:
            same = f"{band}_{name.within_band}"
            if same in self._field.measurements:
                self._methods[band] = same
        specs = [self._following(spec, name.band) for spec in self._specs]
        place = self._place_for(measurement)
        if place < 0:  # no panel of that band: its panel stands for the plain ones
            specs, place = [spec for spec in specs if not spec.plain], 0
            specs.insert(0, PanelSpec((measurement,)))
        specs[place] = PanelSpec((measurement,))
        self._take(specs, place)

    def _following(self, spec: PanelSpec, band: str) -> PanelSpec:
        """The only plain panel of another band takes the method of the one that is chosen."""
        alone = sum(other.plain and other.band == spec.band for other in self._specs) == 1
        if spec.plain and alone and spec.band != band:
            return PanelSpec((self._methods[spec.band],))
        return spec

    def _place_for(self, measurement: str) -> int:
        """Of the plain panel that a measurement is shown in, -1 if there is none."""
        band = parse_measurement(measurement).band
        plain = [i for i, spec in enumerate(self._specs) if spec.plain and spec.band == band]
        has_it = [i for i in plain if self._specs[i].measurement == measurement]
        if has_it or self._focus in plain:
            return has_it[0] if has_it else self._focus
        return plain[0] if plain else -1

    def step_measurement(self, by: int) -> None:
        """Next or previous measurement of the current band."""
        names = self.measurements(self.focused.band) if self.focused is not None else ()
        if len(names) > 1:
            self.set_measurement(names[(names.index(self.measurement) + by) % len(names)])

    # -- bands

    def show_bands(self, bands: tuple[str, ...]) -> None:
        """One plain panel for each of these bands, in the store's order; the current one stays."""
        now = self.focused.band if self.focused is not None else ""
        self._show_bands(tuple(b for b in self._field.bands if b in bands or b == now))

    def step_bands(self) -> None:
        """First band alone, the next one alone, ..., all of them."""
        bands = tuple(self._field.bands)
        plain = tuple(spec.band for spec in self._specs if spec.plain)
        if len(bands) < 2:
            return
        if len(plain) != 1:
            self._show_bands(bands[:1])
        else:
            following = bands.index(plain[0]) + 1
            self._show_bands(bands[following : following + 1] or bands)

    def _show_bands(self, bands: tuple[str, ...]) -> None:
        plain = [PanelSpec((self._methods[band],)) for band in bands]
        specs = plain + [spec for spec in self._specs if not spec.plain]
        focus = specs.index(self.focused) if self.focused in specs else 0
        self._take(specs[:MAX_PANELS], focus)

    # -- panels

    @property
    def full(self) -> bool:
        return len(self._specs) >= MAX_PANELS

    def set_focus(self, place: int) -> None:
        """Focus a panel by its place, 0 is the uppermost."""
        if 0 <= place < len(self._specs):
            self._take(list(self._specs), place)

    def add(self, spec: PanelSpec) -> bool:
        """A further panel below, focused; False where there is no room for one."""
        if self.full:
            return False
        self._take([*self._specs, spec], len(self._specs))
        return True

    def remove(self, place: int) -> None:
        """Close a panel; the last one stays."""
        if len(self._specs) > 1 and 0 <= place < len(self._specs):
            specs = [spec for i, spec in enumerate(self._specs) if i != place]
            self._take(specs, min(self._focus - (place < self._focus), len(specs) - 1))

    def overlay(self, measurement: str) -> bool:
        """Draw a measurement in the focused panel, too; False where it cannot be."""
        spec = self.focused
        if spec is None or spec.relation is not Relation.NONE or measurement in spec.measurements:
            return False
        if len(spec.measurements) >= MAX_OVERLAID:
            return False
        self._replace(replace(spec, measurements=(*spec.measurements, measurement)))
        return True

    def separate(self) -> None:
        """What is overlaid in the focused panel gets panels of its own."""
        spec = self.focused
        if spec is None or len(spec.measurements) < 2 or spec.relation is not Relation.NONE:
            return
        each = [replace(spec, measurements=(name,)) for name in spec.measurements]
        rest = list(self._specs)
        rest[self._focus : self._focus + 1] = each
        self._take(rest[:MAX_PANELS], self._focus)

    def replace_all(self, specs: tuple[PanelSpec, ...], focus: int = 0) -> None:
        """Other panels; those of measurements that the store does not have are left out."""
        known = set(self._field.measurements)
        specs = tuple(s for s in specs if s.measurements and known.issuperset(s.measurements))
        if specs:
            self._take(list(specs[:MAX_PANELS]), min(focus, len(specs) - 1))

    def _replace(self, spec: PanelSpec) -> None:
        specs = list(self._specs)
        specs[self._focus] = spec
        self._take(specs, self._focus)

    def _take(self, specs: list[PanelSpec], focus: int) -> None:
        if (tuple(specs), focus) != (self._specs, self._focus):
            self._specs, self._focus = tuple(specs), focus
            for spec in self._specs:
                if spec.plain:
                    self._methods[spec.band] = spec.measurement
            self.changed.emit()
