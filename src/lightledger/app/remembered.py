"""Choices of display that hold for stores to come: X axis, colours, crosshair, cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import xaxes
from .panelmenus import colors_offered
from .settings import COLOR_BY, CROSSHAIR, PHASE_CYCLES, X_AXIS, Settings

if TYPE_CHECKING:
    from .panels.stack import PanelStack
    from .session import Session


def remember(session: Session, stack: PanelStack, settings: Settings, fresh: bool) -> None:
    """Show a store as the last one was, where it can be, and remember what is chosen in it.

    Parameters
    ----------
    fresh : bool
        Whether it was never open: one that was has its own X axis and colours.
    """
    display = session.display
    display.set_cycles(int(settings.get(PHASE_CYCLES)))
    stack.set_crosshair(bool(settings.get(CROSSHAIR)))
    if fresh:
        axis, colors = str(settings.get(X_AXIS)), str(settings.get(COLOR_BY))
        if axis in {each.name for each in xaxes.offered(session)}:
            display.set_x(axis)
        if colors in {name for name, _ in colors_offered(session)}:
            display.set_color_by(colors)
    before = [display.x, display.color_by]

    def note() -> None:
        now = [display.x, display.color_by]
        for entry, was, name in zip((X_AXIS, COLOR_BY), before, now, strict=True):
            if name != was and name != xaxes.PHASE.name:  # phases need a period
                settings.set(entry, name)
        before[:] = now

    def follow(key: str) -> None:
        if key == PHASE_CYCLES.key:
            display.set_cycles(int(settings.get(PHASE_CYCLES)))

    display.changed.connect(note)
    connection = settings.changed.connect(follow)
    session.destroyed.connect(lambda: settings.disconnect(connection))
