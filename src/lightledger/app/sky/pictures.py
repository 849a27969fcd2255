"""The images that the sky shows: read, toned alike, and blinked between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.app.openstore import Tools
from lightledger.library.frames_of import FrameFinder
from lightledger.library.tones import Tone

from .layer import Layer
from .look import Look
from .palettes import palette
from .sources import Loaded, Source, load

if TYPE_CHECKING:
    from lightledger.domain import LightledgerError
    from lightledger.library import Field


class Pictures(QObject):
    """Loads images in workers; keeps the one that was chosen and the one it blinks with.

    Attributes
    ----------
    current, other, shown : Loaded or None
        Chosen last; its partner: the one held, else the one before; on screen.
    held : bool
        The partner stays whatever is chosen.
    """

    #: `shown` is another one, to be drawn by the layer given.
    changed = Signal(object)
    failed = Signal(object, object)

    def __init__(self, field: Field, finder: FrameFinder, look: Look, tools: Tools) -> None:
        super().__init__()
        self._field, self._finder, self._look, self._tools = field, finder, look, tools
        self.current: Loaded | None = None
        self.other: Loaded | None = None
        self.shown: Loaded | None = None
        self.held = False
        self._layers: dict[int, Layer] = {}
        self._tones: dict[tuple[str, bool], tuple[Tone, float]] = {}

    def ask(self, source: Source) -> None:
        """Read an image in a worker and show it; the one before stays until then."""
        self._tools.jobs.run(
            load, self._field, self._finder, source,
            done=self._take, failed=lambda error: self._fail(source, error), channel="sky image",
        )  # fmt: skip

    def _fail(self, source: Source, error: LightledgerError) -> None:
        self.failed.emit(source, error)

    def _take(self, loaded: Loaded) -> None:
        if self.current is not None and not self.held:
            self.other = self.current
        self.current = loaded
        kept = {id(one) for one in (self.current, self.other) if one is not None}
        self._layers = {key: layer for key, layer in self._layers.items() if key in kept}
        self._with_tone(loaded, lambda: self._show(loaded))

    def hold(self, on: bool) -> None:
        """Keep the current image as partner of those chosen next."""
        self.held = on
        if on and self.current is not None:
            self.other = self.current

    def flip(self) -> bool:
        """Show the other of the two; False where there are not two."""
        if self.current is None or self.other is None or self.other is self.current:
            return False
        target = self.other if self.shown is self.current else self.current
        self._with_tone(target, lambda: self._show(target))
        return True

    def show_current(self) -> None:
        """Show the image that was chosen, after blinking."""
        if self.current is not None and self.shown is not self.current:
            self._show(self.current)

    def retone(self) -> None:
        """The look has another stretch or other limits."""
        self._tones.clear()
        if self.shown is not None:
            self._with_tone(self.shown, self.recolour)

    def recolour(self) -> None:
        """Draw anew with the colours of look and theme."""
        shown = self.shown
        self._layers = {k: v for k, v in self._layers.items() if shown and k == id(shown)}
        if shown is None or _kind(shown) not in self._tones:
            return
        layer = self._layers.get(id(shown))
        if layer is not None:
            layer.set_look(self._tone_of(shown), self._palette())
            self.changed.emit(layer)

    def _with_tone(self, loaded: Loaded, then: Callable[[], None]) -> None:
        """Find tones in a worker where none are kept for images of its kind."""
        if _kind(loaded) in self._tones:
            then()
            return
        cut, curve = self._look.cut, self._look.curve

        def done(tone: Tone) -> None:
            if (cut, curve) == (self._look.cut, self._look.curve):
                self._tones[_kind(loaded)] = tone, loaded.level
                then()

        self._tools.jobs.run(
            loaded.tone, cut, curve, done=done, failed=self._tools.desk.error, channel="sky tone"
        )

    def _tone_of(self, loaded: Loaded) -> Tone:
        """The same contrast for all visits of a band, each about its own background."""
        tone, level = self._tones[_kind(loaded)]
        return tone.moved(loaded.level - level)

    def _palette(self) -> np.ndarray:
        return palette(self._look.palette, self._tools.themes.current)

    def _show(self, loaded: Loaded) -> None:
        if loaded is not self.current and loaded is not self.other:
            return
        layer = self._layers.get(id(loaded))
        if layer is None:
            tone, colours = self._tone_of(loaded), self._palette()
            layer = Layer(loaded.pyramid, loaded.image.matrix, tone, colours)
            self._layers[id(loaded)] = layer
        self.shown = loaded
        self.changed.emit(layer)


def _kind(loaded: Loaded) -> tuple[str, bool]:
    """Images of one kind have the same tones."""
    return loaded.source.band, loaded.source.is_visit
