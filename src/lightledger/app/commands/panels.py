"""Panels: pin, close, separate; their X axis, colours and crosshair."""

from __future__ import annotations

from lightledger.app import xaxes
from lightledger.app.panelmenus import colors_offered
from lightledger.app.panelset import MAX_PANELS, PanelSpec
from lightledger.app.settings import CROSSHAIR

from .spec import Spec, Topic, line


class PanelCommands(Topic):
    SPECS = (
        line("View"),
        Spec("pin_object", "View", "Pin this object in a panel",
             "An extra panel of this object that stays while leafing", ("P",)),
        Spec("close_panel", "View", "Close the current panel", "The last one stays", ("Shift+P",)),
        Spec("separate_panel", "View", "Separate what is drawn over each other",
             "Every measurement of the current panel gets its own"),
        Spec("next_panel", "View", "Next panel", "Its measurement becomes the current one",
             ("O",)),
        line("View"),
        Spec("next_x", "View", "Next X axis", "Times, phase, number of the visit", ("A",)),
        Spec("next_color", "View", "Colour by the next quantity",
             "Band, flags, then what is known of the visits", ("K",)),
        Spec("toggle_crosshair", "View", "Crosshair",
             "Lines through the mouse and the exact values there", ("L",), checkable=True),
    )  # fmt: skip

    def pin_object(self) -> None:
        session = self._store.session
        spec = PanelSpec((session.measurement,), pinned=session.object_id)
        focus = session.panels.focus
        if spec in session.panels.specs:
            self._w.say(f"{session.object_id} is pinned already")
        elif session.panels.add(spec):
            session.panels.set_focus(focus)
            self._w.say(f"{session.object_id} stays in the lowest panel; its cross closes it")
        else:
            self._w.say(f"there are {MAX_PANELS} panels, which is the most; close one first")

    def close_panel(self) -> None:
        panels = self._store.session.panels
        if len(panels.specs) > 1:
            panels.remove(panels.focus)
        else:
            self._w.say("the last panel stays")

    def separate_panel(self) -> None:
        self._store.session.panels.separate()

    def next_panel(self) -> None:
        panels = self._store.session.panels
        if panels.specs:
            panels.set_focus((panels.focus + 1) % len(panels.specs))

    def next_x(self) -> None:
        session = self._store.session
        axes = xaxes.offered(session)
        names = [axis.name for axis in axes]
        now = names.index(session.display.x) if session.display.x in names else -1
        following = axes[(now + 1) % len(axes)]
        session.display.set_x(following.name)
        self._w.say(f"X axis: {following.words}")

    def next_color(self) -> None:
        session = self._store.session
        choices = colors_offered(session)
        names = [name for name, _ in choices]
        now = names.index(session.display.color_by) if session.display.color_by in names else -1
        name, words = choices[(now + 1) % len(choices)]
        session.display.set_color_by(name)
        self._w.say(f"colours: {words}")

    def toggle_crosshair(self) -> None:
        stack = self._store.page.stack
        stack.set_crosshair(not stack.crosshair)
        self._w.settings.set(CROSSHAIR, stack.crosshair)
