"""How light curves are displayed: quantity, axes, correction, scale, colours, hidden points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from .curves import Quantity
from .yscale import YScale

if TYPE_CHECKING:
    from lightledger.library import Field

#: Hidden points are drawn faint by themselves where flags hide at most this part of them.
_FEW_HIDDEN = 0.05


@dataclass(frozen=True)
class Fold:
    """Period and epoch that phases are of: phase 0 is at the epoch.

    Attributes
    ----------
    period_d : float
        Days.
    epoch_mjd : float
        MJD, UTC; barycentric, TDB, where ``barycentric``.
    barycentric : bool
        Phases are of barycentric times: in UTC here, light takes up to 8 min more or less, which
        smears the phases of a period of hours over a year.
    """

    period_d: float
    epoch_mjd: float
    barycentric: bool = False


class Display(QObject):
    """The state of the display of one open field; every setter says `changed` once if it did.

    Parameters
    ----------
    field : lightledger.library.Field
    short : bool
        Whether the whole series is one night: flux over its median, then.
    """

    changed = Signal()

    def __init__(self, field: Field, short: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._corrected = bool(field.corrected_by_default)
        self._quantity = Quantity.RELATIVE if short else Quantity.MAGNITUDE
        self._system, self._point_source = "", False
        self._scale = YScale.SAME
        self._hidden: bool | None = None
        self._x, self._color_by = "mjd", "band"
        self._fold: Fold | None = None
        self._cycles = 2

    def _set(self, name: str, value: Any) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()

    @property
    def corrected(self) -> bool:
        return self._corrected

    def set_corrected(self, on: bool) -> None:
        """Switch the correction; it stays off where there is no comparison star."""
        self._set("_corrected", bool(on and self._field.can_correct))

    @property
    def quantity(self) -> Quantity:
        return self._quantity

    def set_quantity(self, quantity: Quantity) -> None:
        self._set("_quantity", quantity)

    @property
    def system(self) -> str:
        """Magnitude system asked for; '' is that of the store, as for what has no such system."""
        return self._system

    def set_system(self, system: str) -> None:
        self._set("_system", system)

    @property
    def point_source(self) -> bool:
        """Whether aperture corrections are applied, in measurements that have one."""
        return self._point_source

    def set_point_source(self, on: bool) -> None:
        self._set("_point_source", on)

    @property
    def scale(self) -> YScale:
        return self._scale

    def set_scale(self, scale: YScale) -> None:
        self._set("_scale", scale)

    @property
    def x(self) -> str:
        """What the X axis is.

        A time ('mjd', 'bjd', 'calendar', 'hours'), 'phase', 'number', or a quantity of visits.
        """
        return self._x

    def set_x(self, name: str) -> None:
        self._set("_x", name)

    @property
    def fold(self) -> Fold | None:
        """Period and epoch of phases; None while there are none."""
        return self._fold

    def set_fold(self, fold: Fold | None) -> None:
        self._set("_fold", fold)

    @property
    def cycles(self) -> int:
        """How many cycles a phase axis shows, 1 or 2."""
        return self._cycles

    def set_cycles(self, n: int) -> None:
        self._set("_cycles", n)

    @property
    def color_by(self) -> str:
        """What points are coloured by: 'band', 'flag', or the name of a quantity of visits."""
        return self._color_by

    def set_color_by(self, name: str) -> None:
        self._set("_color_by", name)

    def shows_hidden(self, hidden_fraction: float) -> bool:
        """Whether hidden points are drawn faint: as chosen, else where they are at most 5 %."""
        return hidden_fraction <= _FEW_HIDDEN if self._hidden is None else self._hidden

    @property
    def hidden_choice(self) -> bool | None:
        return self._hidden

    def set_shows_hidden(self, on: bool) -> None:
        self._set("_hidden", on)
