"""The docks of a window: made once, filled when a store is open; tabs, never floating."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from .docklist import DOCKS, DockSpec
from .elided import ElidedLabel
from .seen import is_seen
from .theme import small_font
from .turns import in_turns

if TYPE_CHECKING:
    from .objecttable import ObjectTable
    from .openstore import OpenStore
    from .reference import ReferencePage
    from .storepage import StorePage
    from .vetting.dock import VettingDock

#: A table of 320 px, and its scroll bar.
LEFT_WIDTH = 336
RIGHT_WIDTH = 360
#: More tabs than this are wider than a dock, and stand beside it, which takes so many pixels.
MOST_ABOVE, BESIDE = 4, 26
#: Windows narrower than this have one stack of tabs, on the left.
TWO_SIDES_FROM = 1500


class Dock(QDockWidget):
    """A dock that would like a width, and says what it shows.

    Attributes
    ----------
    content : QWidget or None
    """

    def __init__(self, spec: DockSpec, parent: QWidget) -> None:
        super().__init__(spec.title, parent)
        self.spec = spec
        self.setObjectName(spec.name)
        feature = QDockWidget.DockWidgetFeature
        # No floating: it fails under Wayland.
        self.setFeatures(feature.DockWidgetMovable | feature.DockWidgetClosable)
        self._words = ElidedLabel(parent=self)
        self._words.setFont(small_font())
        self._words.setProperty("muted", True)
        self._words.setContentsMargins(8, 6, 8, 2)
        self.setTitleBarWidget(self._words)
        self.content: QWidget | None = None

    def say(self, words: str) -> None:
        """What the title bar says; the name stands on the tab."""
        self._words.setText(words)
        self._words.setToolTip(words)

    def sizeHint(self) -> QSize:
        return QSize(LEFT_WIDTH if self.spec.side == "left" else RIGHT_WIDTH, 400)

    def take_keys(self, part: QWidget | None = None) -> None:
        """Give the keyboard to a part of the content, or to the first one that takes it."""
        content = self.content
        if content is not self.widget():  # not placed yet
            # with the content goes the wish: the store may be closed before
            in_turns(part or self, lambda: self.take_keys(part))
            return
        if part is not None:
            part.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        inside = [content, *content.findChildren(QWidget)] if content is not None else []
        tab = Qt.FocusPolicy.TabFocus.value
        for part in inside:
            if part.focusPolicy().value & tab and part.isVisible() and part.isEnabled():
                part.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def replace(self, content: QWidget | None) -> None:
        """Show another content, or none; the one before is deleted."""
        old, self.content = self.content, content
        if content is not None:
            # To make it was enough for one turn of the event loop.
            content.setUpdatesEnabled(False)
            in_turns(
                content,
                lambda: self.setWidget(content),
                lambda: content.setUpdatesEnabled(True),
            )
        if old is not None:
            old.hide()
            old.setParent(None)
            old.deleteLater()


class Docks(QObject):
    """All docks; a content is made when it is first looked at or asked for.

    Attributes
    ----------
    by_name : dict of str to Dock
    """

    #: The content of a dock was made: its name.
    filled = Signal(str)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._store: OpenStore | None = None
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._fill_seen)
        self.by_name = {spec.name: Dock(spec, window) for spec in DOCKS}
        for dock in self.all:
            dock.visibilityChanged.connect(lambda _: self._look.start())
        self._window = window
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._whole_names)
        window.installEventFilter(self)
        self.place(window)
        self.show(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ChildAdded, QEvent.Type.Resize):
            self._soon.start()  # Qt makes a bar of tabs elide once it is there
        return False

    def _whole_names(self) -> None:
        """Tabs say their whole names, all in sight: many stand beside the docks, not above."""
        area, position = Qt.DockWidgetArea, QTabWidget.TabPosition
        where = self._window.dockWidgetArea
        for side, beside in ((area.LeftDockWidgetArea, position.West),
                             (area.RightDockWidgetArea, position.East)):  # fmt: skip
            n = sum(where(dock) == side and not dock.isHidden() for dock in self.all)
            wanted = beside if n > MOST_ABOVE else position.North
            if self._window.tabPosition(side) != wanted:
                self._window.setTabPosition(side, wanted)
        for bar in self._window.findChildren(QTabBar):
            bar.setElideMode(Qt.TextElideMode.ElideNone)

    def __getitem__(self, name: str) -> Dock:
        return self.by_name[name]

    @property
    def all(self) -> tuple[Dock, ...]:
        return tuple(self.by_name.values())

    def place(self, window: QMainWindow) -> None:
        """Where docks stand at first, by the window's width."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        wide = window.width() >= TWO_SIDES_FROM
        first: dict[str, Dock] = {}
        for dock in self.all:
            side = dock.spec.side if wide else "left"
            if side in first:
                window.tabifyDockWidget(first[side], dock)
            else:
                window.addDockWidget(left if side == "left" else right, dock)
                first[side] = dock
        widths = {"left": LEFT_WIDTH + (0 if wide else BESIDE), "right": RIGHT_WIDTH + BESIDE}
        beside = [side for side in first if side in widths]
        window.resizeDocks(
            [first[side] for side in beside],
            [widths[side] for side in beside],
            Qt.Orientation.Horizontal,
        )
        if "below" in first:  # as high as its tabs are long
            stacks = [first["right"], first["below"]]
            window.resizeDocks(stacks, [380, 500], Qt.Orientation.Vertical)
        for dock in first.values():
            dock.raise_()

    def show(self, on: bool) -> None:
        for dock in self.all:
            dock.setVisible(on)

    def reveal(self, name: str) -> QWidget:
        """Bring a dock to the front; returns its content, in which nothing has the focus yet."""
        self[name].show()
        self[name].raise_()
        return self.content(name)

    def come(self, name: str) -> None:
        """Bring a dock to the front and give it the keys; what it shows is made a turn later."""
        dock = self[name]
        dock.show()
        dock.raise_()
        in_turns(dock, self._fill_seen, dock.take_keys)

    # -- contents

    def fill(self, store: OpenStore) -> None:
        """Contents are those of ``store`` from now on."""
        self._store = store
        store.session.measurement_changed.connect(self._rename)
        store.session.object_changed.connect(self._rename)
        store.numbers.changed.connect(self._rename)
        store.vetting.changed.connect(self._rename)
        for dock in self.all:
            if dock.spec.eager:
                self.content(dock.spec.name)
        self._look.start()
        self._rename()

    def content(self, name: str) -> QWidget:
        """What a dock shows of the open store, made if it was not yet.

        Raises
        ------
        RuntimeError
            No store is open.
        """
        dock = self[name]
        if self._store is None:
            raise RuntimeError("no store is open")
        made = dock.content
        if made is None:
            made = dock.spec.make(self._store)
            dock.replace(made)
            dock.say(dock.spec.words(self._store))
            self.filled.emit(name)
        return made

    def empty(self) -> None:
        self._store = None
        for dock in self.all:
            dock.replace(None)
        self.show(False)

    def _fill_seen(self) -> None:
        """Make what is looked at, one after another: Qt calls every tab visible for a moment."""
        empty = [dock for dock in self.all if dock.content is None and is_seen(dock)]
        if self._store is not None and empty:
            self.content(empty[0].spec.name)
            self._look.start()

    def _rename(self) -> None:
        if self._store is not None:
            for dock in self.all:
                dock.say(dock.spec.words(self._store))

    # -- contents that other parts talk to

    @property
    def table(self) -> ObjectTable:
        return cast("ObjectTable", self.content("objects"))

    @property
    def stars(self) -> ReferencePage:
        return cast("ReferencePage", self.content("reference"))

    @property
    def vetting(self) -> VettingDock:
        """Brought to the front: it is asked for to write into it."""
        return cast("VettingDock", self.reveal("vetting"))

    @property
    def facts(self) -> StorePage:
        return cast("StorePage", self.content("store"))
