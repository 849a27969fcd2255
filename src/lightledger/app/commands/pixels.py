"""From a point of a light curve to its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .spec import Spec, Topic

if TYPE_CHECKING:
    from lightledger.app.window import Window


class PixelCommands(Topic):
    SPECS = (
        Spec("open_pixels", "Object", "Pixels of this point",
             "What the frames of the visit under the cursor hold around the object",
             ("Return", "Enter"), plots=True),
    )  # fmt: skip

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        window.stores.changed.connect(self._follow)

    def _follow(self) -> None:
        if self._w.open is not None:
            self._w.open.page.stack.opened.connect(lambda _: self.open_pixels())

    def open_pixels(self) -> None:
        session = self._store.session
        if session.cursor is None:
            self._store.presenter.step_cursor(1)
        self._w.docks.reveal("pixels")
