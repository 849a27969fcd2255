"""Which docks there are: name, place, and how each is made for an open store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from lightledger.workers import heavy_imports

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from .openstore import OpenStore


@dataclass(frozen=True)
class DockSpec:
    """One dock.

    Attributes
    ----------
    name : str
        Its object name: a saved layout knows it by this.
    title : str
        On its tab.
    side : {'left', 'right', 'below'}
        Where it stands at first in a wide window; 'below' is the lower stack on the right.
    make : callable
        Its content; modules that only it needs are imported there.
    words : callable
        What its title bar says; asked again when the selection or the numbers change.
    eager : bool
        Made with the store, not when it is first looked at.
    """

    name: str
    title: str
    side: Literal["left", "right", "below"]
    make: Callable[[OpenStore], QWidget]
    words: Callable[[OpenStore], str]
    eager: bool = False


def _objects(store: OpenStore) -> QWidget:
    from .objecttable import ObjectTable

    return ObjectTable(store.numbers, store.filter, store.tools.settings)


def _reference(store: OpenStore) -> QWidget:
    from .reference import ReferencePage

    return ReferencePage(store.session, store.tools.jobs, store.tools.desk)


def _vetting(store: OpenStore) -> QWidget:
    from .vetting.dock import VettingDock

    tools = store.tools
    made = VettingDock(store.vetting, tools.themes, tools.trigger)
    made.done.connect(store.page.take_keys)
    return made


def _sky(store: OpenStore) -> QWidget:
    from .sky.dock import SkyDock

    return SkyDock(store)


def _variability(store: OpenStore) -> QWidget:
    from .variability.dock import VariabilityDock

    return VariabilityDock(store)


def _periods(store: OpenStore) -> QWidget:
    from .periods.dock import PeriodsDock

    return PeriodsDock(store)


def _pixels(store: OpenStore) -> QWidget:
    from .pixels.dock import PixelsDock

    return PixelsDock(store)


def _compare(store: OpenStore) -> QWidget:
    from .compare.dock import CompareDock

    return CompareDock(store)


def _cleaning(store: OpenStore) -> QWidget:
    from .cleaning.dock import CleaningDock

    return CleaningDock(store)


def _facts(store: OpenStore) -> QWidget:
    from .storepage import StorePage

    return StorePage(store.session)


#: In the order of their tabs.
DOCKS: tuple[DockSpec, ...] = (
    DockSpec(
        "objects",
        "Objects",
        "left",
        _objects,
        lambda store: f"Objects, numbers of {store.numbers.source}",
        eager=True,
    ),
    DockSpec("store", "Store", "left", _facts, lambda store: str(store.session.path), eager=True),
    DockSpec("sky", "Sky", "right", _sky, lambda store: f"Sky around {store.session.object_id}"),
    DockSpec(
        "variability",
        "Variability",
        "below",
        _variability,
        lambda store: f"Variability, numbers of {store.numbers.source}",
    ),
    DockSpec(
        "periods",
        "Periods",
        "below",
        _periods,
        lambda store: f"Periods of {store.session.object_id} in {store.session.measurement}",
    ),
    DockSpec(
        "pixels", "Pixels", "right", _pixels, lambda store: f"Pixels of {store.session.object_id}"
    ),
    DockSpec(
        "compare",
        "Compare",
        "below",
        _compare,
        lambda store: f"Measurements of {store.session.object_id}",
    ),
    DockSpec(
        "cleaning",
        "Cleaning",
        "below",
        _cleaning,
        lambda store: f"Cleaning of {store.session.measurement}",
    ),
    DockSpec(
        "reference",
        "Reference",
        "below",
        _reference,
        lambda store: f"Reference of {store.session.measurement}",
        eager=True,
    ),
    DockSpec(
        "vetting",
        "Vetting",
        "below",
        _vetting,
        lambda store: f"Vetting {store.vetting.name}".rstrip(),
    ),
)


def import_contents() -> None:
    """Import what docks are made of before they are looked at; for a worker."""
    with heavy_imports():
        from . import cleaning, compare, periods, pixels, sky, variability, vetting

        for package in (sky, variability, periods, pixels, compare, cleaning, vetting):
            import_module(".dock", package.__name__)
