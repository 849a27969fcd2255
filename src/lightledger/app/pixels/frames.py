"""Where the frames of an open store are, for all docks that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lightledger.library.frames_of import FrameFinder

if TYPE_CHECKING:
    from lightledger.library import Field


class Frames(QObject):
    """One `FrameFinder` of a store: a folder that a person points to in one dock is known to all.

    Parameters
    ----------
    field : Field
    """

    #: Frames were found in a folder: who lacks one asks again.
    found = Signal()

    def __init__(self, field: Field, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.finder = FrameFinder(field)
