"""How the plots are drawn."""

from __future__ import annotations

from lightledger.app.curves import Quantity
from lightledger.app.settings import Y_SCALE

from .spec import Spec, Topic


class ViewCommands(Topic):
    SPECS = (
        Spec("next_scale", "View", "Next Y scale",
             "Robust, same span in every panel, locked", ("Y",)),
        Spec("toggle_hidden", "View", "Show hidden points",
             "Points that flags or filters hide, faint", ("H",), checkable=True),
        Spec("next_quantity", "View", "Next quantity",
             "Magnitude, flux, flux on an asinh scale, flux / median",
             ("F",)),
    )  # fmt: skip

    def next_scale(self) -> None:
        display = self._store.session.display
        display.set_scale(display.scale.next())
        self._w.settings.set(Y_SCALE, display.scale.value)
        self._store.page.stack.release_y()
        self._w.say(f"Y scale: {display.scale.meaning}")

    def toggle_hidden(self) -> None:
        display, current = self._store.session.display, self._store.presenter.current
        fraction = current.flagged_fraction() if current is not None else 0.0
        display.set_shows_hidden(not display.shows_hidden(fraction))
        self._w.say(
            "hidden points are shown faint"
            if display.hidden_choice
            else "hidden points are not shown"
        )

    def next_quantity(self) -> None:
        order = list(Quantity)
        display = self._store.session.display
        display.set_quantity(order[(order.index(display.quantity) + 1) % len(order)])
