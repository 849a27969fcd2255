"""The stops of the tour: where to look, what to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore
    from lightledger.app.window import Window


@dataclass(frozen=True)
class Step:
    """One stop.

    Attributes
    ----------
    title, words : str
    find : callable
        The place, brought into sight; None where this store has none.
    """

    title: str
    words: str
    find: Callable[[Window, OpenStore], QWidget | None]


def _dock(name: str) -> Callable[[Window, OpenStore], QWidget | None]:
    return lambda window, _: window.docks.reveal(name) and window.docks[name]


STEPS: tuple[Step, ...] = (
    Step(
        "The objects",
        "Every object of the field, those that vary most first. Down and Up leaf through them; a "
        "click on a column's head sorts.",
        _dock("objects"),
    ),
    Step(
        "The light curves",
        "The brightness of this object in every visit, one panel per band. Drag zooms in time, "
        "Home shows all again.",
        lambda _, store: store.page.stack,
    ),
    Step(
        "The range of times",
        "Drag here to choose the visits that count: table, diagrams and exports follow. The line "
        "beneath says how many points pass, and why the others do not.",
        lambda _, store: store.page.overview,
    ),
    Step(
        "Is it real?",
        "Six questions to the data, answered for every object: ok, doubt or unknown. A click "
        "shows the evidence.",
        lambda window, _: _strip(window),
    ),
    Step(
        "The filter",
        "Type what you look for, such as  mag < 18 and excess > 3 . The slash key brings you here.",
        lambda _, store: store.toolbar.filter,
    ),
    Step(
        "One way to measure, or another",
        "An object is measured in many ways. M takes the next one, and all panels follow.",
        lambda _, store: store.toolbar.measurement,
    ),
    Step(
        "The pixels of a point",
        "Right and Left step from visit to visit, Return shows the image behind a point with the "
        "aperture drawn.",
        lambda window, store: _pixels(window, store),
    ),
    Step(
        "Variability",
        "All objects at once: scatter against brightness. What lies above the line varies; a "
        "click shows it.",
        _dock("variability"),
    ),
    Step(
        "Vetting",
        "Ctrl+Return freezes the list. Then 1 to 9 say what an object is and go on to the next "
        "one; Ctrl+Z takes back.",
        _dock("vetting"),
    ),
    Step(
        "Help",
        "F1 explains the part of the window you are in; the question mark shows all keys.",
        lambda window, _: window.menuBar(),
    ),
)


def _pixels(window: Window, store: OpenStore) -> QWidget:
    if store.session.cursor is None:
        store.session.step_cursor(1)
    window.docks.reveal("pixels")
    return window.docks["pixels"]


def _strip(window: Window) -> QWidget | None:
    from lightledger.app.evidence.strip import EvidenceStrip

    return window.findChild(EvidenceStrip)
