"""Every action as Qt knows it; `lightledger.app.commands` declares them and says what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from .commands import SPECS, TOPICS, Spec

if TYPE_CHECKING:
    from .window import Window

MENUS = (
    "&File",
    "&View",
    "&Object",
    "&Measurement",
    "&Time",
    "&Analysis",
    "&Window",
    "&Help",
)


class Actions:
    """All actions as `QAction`, by name.

    Parameters
    ----------
    window : Window
        Owns the actions, and is what they act on.
    """

    def __init__(self, window: Window) -> None:
        self.by_name: dict[str, QAction] = {}
        self._specs = [spec for spec in SPECS if not spec.is_line]
        for topic in TOPICS:
            target = topic(window)
            for spec in topic.SPECS:
                if not spec.is_line:
                    self._add(window, spec, getattr(target, spec.name))

    def _add(self, window: QWidget, spec: Spec, do: Callable[[], None]) -> None:
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setAutoRepeat(spec.repeat)
        action.setCheckable(spec.checkable)
        keys = f"  ({spec.keys[0]})" if spec.keys else ""
        action.setToolTip(f"{spec.tip}{keys}")
        action.setStatusTip(spec.tip)
        # A window shortcut would win over what is typed into tables and fields.
        context = Qt.ShortcutContext
        action.setShortcutContext(
            context.WindowShortcut if spec.window else context.WidgetWithChildrenShortcut
        )
        action.triggered.connect(lambda _=False: do())
        self.by_name[spec.name] = action
        if spec.window:
            window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def give_keys(self, widget: QWidget, arrows: bool = True, plots: bool = False) -> None:
        """Let the keys work while the focus is in ``widget``."""
        for spec in self._specs:
            moves = set(spec.keys) & {"Up", "Down", "PgUp", "PgDown", "Home", "Left", "Right"}
            if not spec.window and (arrows or not moves) and (plots or not spec.plots):
                widget.addAction(self.by_name[spec.name])

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by plain title, those within one as 'Object/Verdict'."""
        menus: dict[str, QMenu] = {}
        for title in MENUS:
            name = title.replace("&", "")
            menu = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            menus[name] = menu
            for spec in SPECS:
                first, _, below = spec.menu.partition("/")
                if first != name:
                    continue
                if below and spec.menu not in menus:
                    menus[spec.menu] = menu.addMenu(below)
                if spec.is_line:
                    menus[spec.menu].addSeparator()
                else:
                    menus[spec.menu].addAction(self.by_name[spec.name])
        return menus

    def enable(self, store_open: bool) -> None:
        """Switch off what needs a store while none is open."""
        for spec in self._specs:
            self.by_name[spec.name].setEnabled(store_open or not spec.store)


def key_rows(specs: Iterable[Spec] = SPECS) -> list[tuple[str, str, str]]:
    """Menu, keys and words of all actions that have a key."""
    return [
        (spec.menu, " or ".join(_spoken(key) for key in spec.keys), spec.text.rstrip("…"))
        for spec in specs
        if spec.keys
    ]


def _spoken(key: str) -> str:
    arrows = {
        "Up": "↑",
        "Down": "↓",
        "Left": "←",
        "Right": "→",
        "PgDown": "Page ↓",
        "PgUp": "Page ↑",
    }
    return arrows.get(key, key)
