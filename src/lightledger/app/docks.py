"""Docks: objects, reference stars, the store; tabs, never floating."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from lightledger.workers import Jobs

from .elided import ElidedLabel
from .notifications import Notifications
from .numbers import Numbers
from .objectfilter import ObjectFilter
from .objecttable import ObjectTable
from .reference import ReferencePage
from .settings import Settings
from .storepage import StorePage
from .theme import small_font

LEFT_WIDTH = 320
RIGHT_WIDTH = 360
#: Windows narrower than this have one stack of tabs, on the left.
TWO_SIDES_FROM = 1500


class _Sized(QDockWidget):
    """A dock that would like a width, and says so."""

    def __init__(self, name: str, title: str, width: int, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._width = width
        self.setObjectName(name)
        feature = QDockWidget.DockWidgetFeature
        # No floating: it fails under Wayland.
        self.setFeatures(feature.DockWidgetMovable | feature.DockWidgetClosable)
        self._words = ElidedLabel(parent=self)
        self._words.setFont(small_font())
        self._words.setProperty("muted", True)
        self._words.setContentsMargins(8, 6, 8, 2)
        self.setTitleBarWidget(self._words)

    def say(self, words: str) -> None:
        """What the title bar says; the name stands on the tab."""
        self._words.setText(words)
        self._words.setToolTip(words)

    def sizeHint(self) -> QSize:
        return QSize(self._width, 400)


@dataclass
class Docks:
    """The docks of a window with a store; their contents come and go with the session."""

    objects: _Sized
    reference: _Sized
    store: _Sized
    table: ObjectTable | None = None
    stars: ReferencePage | None = None
    facts: StorePage | None = None

    @classmethod
    def make(cls, window: QMainWindow) -> Docks:
        docks = cls(
            _Sized("objects", "Objects", LEFT_WIDTH, window),
            _Sized("reference", "Reference", RIGHT_WIDTH, window),
            _Sized("store", "Store", RIGHT_WIDTH, window),
        )
        docks.place(window)
        docks.show(False)
        return docks

    @property
    def all(self) -> tuple[_Sized, ...]:
        return self.objects, self.reference, self.store

    def place(self, window: QMainWindow) -> None:
        """Where docks stand at first, by the window's width."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        window.addDockWidget(left, self.objects)
        if window.width() >= TWO_SIDES_FROM:
            window.addDockWidget(right, self.reference)
            window.tabifyDockWidget(self.reference, self.store)
            window.resizeDocks(
                [self.objects, self.reference],
                [LEFT_WIDTH, RIGHT_WIDTH],
                Qt.Orientation.Horizontal,
            )
            self.reference.raise_()
        else:
            window.tabifyDockWidget(self.objects, self.reference)
            window.tabifyDockWidget(self.objects, self.store)
            window.resizeDocks([self.objects], [LEFT_WIDTH], Qt.Orientation.Horizontal)
        self.objects.raise_()

    def show(self, on: bool) -> None:
        for dock in self.all:
            dock.setVisible(on)

    def fill(
        self,
        numbers: Numbers,
        chosen: ObjectFilter,
        settings: Settings,
        jobs: Jobs,
        desk: Notifications,
    ) -> None:
        """Make the contents for a session."""
        session = numbers.session
        self.table = ObjectTable(numbers, chosen, settings)
        self.stars = ReferencePage(session, jobs, desk)
        self.facts = StorePage(session)
        for dock, content in zip(self.all, (self.table, self.stars, self.facts), strict=True):
            _replace(dock, content)

        def rename() -> None:
            self.objects.say(f"Objects, numbers of {numbers.source}")
            self.reference.say(f"Reference of {session.measurement}")

        self.store.say(str(session.path))
        session.measurement_changed.connect(rename)
        numbers.changed.connect(rename)
        rename()

    def empty(self) -> None:
        self.table = self.stars = self.facts = None
        for dock in self.all:
            _replace(dock, None)
        self.show(False)


def _replace(dock: QDockWidget, content: QWidget | None) -> None:
    old = dock.widget()
    if content is not None:
        dock.setWidget(content)
    if old is not None:
        old.hide()
        old.setParent(None)
        old.deleteLater()
