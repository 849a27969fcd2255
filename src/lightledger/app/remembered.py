"""Choices of display that hold for stores to come: X axis, colours, crosshair, cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from . import xaxes
from .panelmenus import colors_offered
from .settings import COLOR_BY, CROSSHAIR, PHASE_CYCLES, X_AXIS, Settings

if TYPE_CHECKING:
    from .panels.stack import PanelStack
    from .session import Session


class Remembered(QObject):
    """Shows a store as the last one was, where it can be, and remembers what is chosen in it.

    Parameters
    ----------
    session : Session
        Lives as long as this.
    fresh : bool
        Whether the store was never open: one that was has its own X axis and colours.
    """

    def __init__(
        self, session: Session, stack: PanelStack, settings: Settings, fresh: bool
    ) -> None:
        super().__init__(session)
        self._settings, self._display = settings, session.display
        self._follow(PHASE_CYCLES.key)
        stack.set_crosshair(bool(settings.get(CROSSHAIR)))
        if fresh:
            axis, colors = str(settings.get(X_AXIS)), str(settings.get(COLOR_BY))
            if axis in {each.name for each in xaxes.offered(session)}:
                self._display.set_x(axis)
            if colors in {name for name, _ in colors_offered(session)}:
                self._display.set_color_by(colors)
        self._before = self._chosen()
        self._display.changed.connect(self._note)
        settings.changed.connect(self._follow)

    def _chosen(self) -> tuple[str, str]:
        return self._display.x, self._display.color_by

    def _note(self) -> None:
        before, self._before = self._before, self._chosen()
        for entry, was, name in zip((X_AXIS, COLOR_BY), before, self._before, strict=True):
            if name != was and (entry is COLOR_BY or xaxes.axis_of(name).is_time):
                self._settings.set(entry, name)  # a new store begins with times

    def _follow(self, key: str) -> None:
        if key == PHASE_CYCLES.key:
            self._display.set_cycles(int(self._settings.get(PHASE_CYCLES)))
