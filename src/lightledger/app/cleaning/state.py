"""Which flags hide points, and the sigma clip."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK, Flag, counted

#: Hide a point whatever is chosen: one without a value cannot be drawn, and one that a person
#: rejected is taken back by hand.
ALWAYS = int(Flag.REJECTED | Flag.NOT_FINITE)


class Cleaning(QObject):
    """What of the filters is no time; `lightledger.app.session.Session.filters` asks it.

    Attributes
    ----------
    mask : int
        Points with any of these flags are hidden.
    clip : Clip
        The clip as it is set; tried only, until it is to hide.
    clipping : bool
        Whether it hides points.
    """

    #: Other points pass.
    changed = Signal()
    #: A clip that hides nothing yet is another one.
    tried_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mask, self.clip, self.clipping = DEFAULT_MASK, Clip(), False

    @property
    def applied(self) -> Clip:
        """The clip that hides points."""
        return self.clip if self.clipping else Clip()

    @property
    def words(self) -> str:
        """How it differs from the defaults; '' where it does not."""
        return cleaning_words(self.mask, self.applied)

    def set_mask(self, mask: int) -> None:
        """Choose the flags that hide; those of `ALWAYS` stay."""
        self._set(mask | ALWAYS, self.clip, self.clipping)

    def set_clip(self, clip: Clip) -> None:
        self._set(self.mask, clip, self.clipping)

    def set_clipping(self, on: bool) -> None:
        self._set(self.mask, self.clip, on)

    def reset(self) -> None:
        """The flags that hide by default, and no clip."""
        self._set(DEFAULT_MASK, Clip(), False)

    def _set(self, mask: int, clip: Clip, clipping: bool) -> None:
        before, tried = (self.mask, self.applied), self.clip
        self.mask, self.clip, self.clipping = mask, clip, clipping
        if (self.mask, self.applied) != before:
            self.changed.emit()
        elif clip != tried:
            self.tried_changed.emit()


def cleaning_words(mask: int, clip: Clip) -> str:
    """How flags and clip differ from the defaults.

    >>> cleaning_words(DEFAULT_MASK & ~Flag.SATURATED, Clip(4.0, 30.0))
    '1 flag let through; clip 4 sigma about the running median of 30 d'
    >>> cleaning_words(DEFAULT_MASK, Clip())
    ''
    """
    let, more = (DEFAULT_MASK & ~mask).bit_count(), (mask & ~DEFAULT_MASK).bit_count()
    words = []
    if let:
        words.append(f"{counted(let, 'flag')} let through")
    if more:
        words.append(f"{counted(more, 'more flag')} hidden")
    if clip.on:
        words.append(f"clip {clip.words()}")
    return "; ".join(words)
