"""What lives as long as one store is open, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from lightledger.workers import Jobs

from .centre import CurvesPage
from .evidence.strip import EvidenceStrip
from .kept import Kept
from .notifications import Notifications
from .numbers import Numbers
from .objectfilter import ObjectFilter
from .presenter import Presenter
from .remembered import Remembered
from .session import Session
from .settings import SYSTEM, VERDICTS_SHOWN, Y_SCALE, Settings
from .theme import Themes
from .toolbar import Toolbar
from .undo import Acts
from .vetting.guard import Guard
from .vetting.verdictset import parse
from .vetting.vetting import Vetting
from .yscale import YScale

if TYPE_CHECKING:
    from lightledger.library import Field

    from .pixels.frames import Frames
    from .window import Window


@dataclass(frozen=True)
class Tools:
    """What the window lends to the parts of an open store.

    Attributes
    ----------
    trigger : callable
        Runs an action by its name.
    say : callable
        A word in the status bar that goes away by itself.
    """

    settings: Settings
    jobs: Jobs
    desk: Notifications
    themes: Themes
    undo_stack: QUndoStack
    trigger: Callable[[str], None]
    say: Callable[[str], None]


@dataclass
class OpenStore:
    """Everything that lives as long as one store is open."""

    tools: Tools
    session: Session
    presenter: Presenter
    page: CurvesPage
    toolbar: Toolbar
    numbers: Numbers
    filter: ObjectFilter
    acts: Acts
    vetting: Vetting
    star: str

    @cached_property
    def frames(self) -> Frames:
        """Where the frames are, for all docks that show them."""
        from .pixels.frames import Frames

        return Frames(self.session.field, self.session)


def open_field(path: Path) -> Field:
    """Open a field and ask it what the window asks first; for a worker."""
    from lightledger.library.field import Field

    field = Field(path)
    try:
        for band in field.bands:  # over all measurements: a second in a large store
            field.suggested(band)
    except BaseException:
        field.close()
        raise
    return field


def make_open(field: Field, w: Window, parent: QObject, kept: Kept | None) -> OpenStore:
    """All parts of an open store, as it was shown before where that is known."""
    session = Session(field, parent)
    session.display.set_scale(YScale(w.settings.get(Y_SCALE)))
    session.display.set_system(w.settings.get(SYSTEM))
    session.display_changed.connect(lambda: w.settings.set(SYSTEM, session.display.system))
    if kept is not None:
        kept.give(session)
    presenter = Presenter(session, w.desk, session)
    page = CurvesPage(presenter, w.themes)
    Remembered(session, page.stack, w.settings, fresh=kept is None)
    page.put_above(EvidenceStrip(session, w.themes, w.jobs, w.desk, page))
    numbers = Numbers(session, w.jobs, w.desk, session)
    chosen = ObjectFilter(numbers, w.jobs, session)
    toolbar = Toolbar(session, chosen, numbers, w.say, w)
    acts = Acts(session, w.undo_stack, w.desk, w.jobs)
    guard = Guard(presenter, page.stack.viewport())
    vetting = Vetting(numbers, acts, guard, parse(w.settings.get(VERDICTS_SHOWN)))
    chosen.said = vetting.shown_columns
    star = w.settings.star(session.path) or next(iter(field.targets), "")
    return OpenStore(
        w.tools, session, presenter, page, toolbar, numbers, chosen, acts, vetting, star
    )
