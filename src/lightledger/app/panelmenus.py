"""Menus that make panels, and choose the X axis and what colours points."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from . import xaxes
from .choicemenu import ChoiceMenu
from .measurementmenu import MeasurementMenu
from .panelset import MAX_OVERLAID, MAX_PANELS, PanelSpec, Relation
from .session import Session
from .visitquantities import known

Ask = Callable[[], Session | None]
#: Says a word in the status bar.
Say = Callable[[str], None]


class PanelMenu(QMenu):
    """A further panel, a curve over the focused panel's, a difference or a ratio to it.

    Parameters
    ----------
    session : callable
        The session of the open store, or None.
    say : callable
    """

    def __init__(self, session: Ask, say: Say, parent: QWidget | None = None) -> None:
        super().__init__("Panels", parent)
        self._session, self._say = session, say
        for title, act in (
            ("Add a panel of", self._add),
            ("Draw over the current panel", self._overlay),
            ("Difference: current panel minus", self._difference),
            ("Ratio: current panel over", self._ratio),
        ):
            menu = MeasurementMenu(session, self)
            menu.setTitle(title)
            menu.chosen.connect(act)
            self.addMenu(menu)

    def _add(self, measurement: str) -> None:
        self._take(PanelSpec((measurement,)))

    def _overlay(self, measurement: str) -> None:
        session = self._session()
        if session is not None and not session.panels.overlay(measurement):
            self._say(
                f"a panel has {MAX_OVERLAID} different measurements at most, and no difference"
            )

    def _difference(self, measurement: str) -> None:
        self._relate(Relation.DIFFERENCE, measurement)

    def _ratio(self, measurement: str) -> None:
        self._relate(Relation.RATIO, measurement)

    def _relate(self, relation: Relation, measurement: str) -> None:
        session = self._session()
        if session is None or session.panels.focused is None:
            return
        now = session.panels.focused
        if measurement == now.measurement:
            self._say("choose another measurement than that of the current panel")
        else:
            self._take(PanelSpec((now.measurement, measurement), now.pinned, relation))

    def _take(self, spec: PanelSpec) -> None:
        session = self._session()
        if session is not None and not session.panels.add(spec):
            self._say(f"there are {MAX_PANELS} panels, which is the most; close one first")


class PanelButton(QToolButton):
    """The "+" of the toolbar."""

    def __init__(self, session: Session, say: Say) -> None:
        super().__init__()
        self.setText("+")
        self.setToolTip("Add a panel, draw over one, difference, ratio.  P pins this object")
        self.setAccessibleName("Add a panel")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(PanelMenu(lambda: session, say, self))


def x_menu(session: Ask, parent: QWidget) -> ChoiceMenu:
    """Which X axis."""

    def offered() -> list[tuple[str, str]]:
        now = session()
        return [(axis.name, axis.words) for axis in xaxes.offered(now)] if now else []

    def choose(name: str) -> None:
        if (now := session()) is not None:
            now.display.set_x(name)

    return ChoiceMenu("X axis", offered, lambda: _display(session, "x"), choose, parent)


def color_menu(session: Ask, parent: QWidget) -> ChoiceMenu:
    """What points are coloured by."""

    def offered() -> list[tuple[str, str]]:
        now = session()
        return colors_offered(now) if now else []

    def choose(name: str) -> None:
        if (now := session()) is not None:
            now.display.set_color_by(name)

    chosen = lambda: _display(session, "color_by")  # noqa: E731 - as in `x_menu`
    return ChoiceMenu("Colour points by", offered, chosen, choose, parent)


def colors_offered(session: Session) -> list[tuple[str, str]]:
    """Names and words of all that points can be coloured by."""
    quantities = known(session, session.band) if session.band else []
    return [("band", "Band"), ("flag", "Flags"), *((q.name, q.words) for q in quantities)]


def _display(session: Ask, name: str) -> str:
    now = session()
    return str(getattr(now.display, name)) if now is not None else ""
