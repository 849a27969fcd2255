"""Every action, declared once: menu, words, keys, tip; the keys sheet is made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

MENUS = ("&File", "&View", "&Object", "&Measurement", "&Time", "&Help")
_SEPARATOR = "-"


@dataclass(frozen=True)
class Spec:
    """One action.

    Attributes
    ----------
    name : str
        Method of `lightledger.app.commands.Commands` that it calls.
    menu : str
        First letters of a title in `MENUS`.
    text, tip : str
    keys : tuple of str
        The first one stands in the menu.
    window : bool
        Works wherever the focus is; else only in plots and tables, and never while text is edited.
    repeat : bool
        Whether holding the key repeats it.
    checkable : bool
    store : bool
        Needs an open store.
    """

    name: str
    menu: str
    text: str
    tip: str = ""
    keys: tuple[str, ...] = ()
    window: bool = False
    repeat: bool = False
    checkable: bool = False
    store: bool = True


def _break(menu: str) -> Spec:
    return Spec(_SEPARATOR, menu, "")


SPECS: tuple[Spec, ...] = (
    Spec("open_folder", "File", "Open folder…", "Measure a folder of FITS images",
         ("Ctrl+Shift+O",), window=True, store=False),
    Spec("open_store", "File", "Open store…", "Open light curves measured before", ("Ctrl+O",),
         window=True, store=False),
    Spec("make_demo", "File", "Make a demo field", "Make a small synthetic field and measure it",
         window=True, store=False),
    _break("File"),
    Spec("export", "File", "Export light curves…", "Selected light curves to a file",
         ("E",)),
    Spec("reload", "File", "Reload store", "Open the newest version; object and range stay",
         ("Ctrl+R",), window=True),
    Spec("close_store", "File", "Close store", "Back to the start page", ("Ctrl+W",), window=True),
    Spec("change_settings", "File", "Settings…", "Colours, memory, workers", ("Ctrl+,",),
         window=True, store=False),
    Spec("quit", "File", "Quit", "Close the window", ("Ctrl+Q",), window=True, store=False),
    Spec("next_scale", "View", "Next Y scale", "Robust, same span in every panel, locked", ("Y",)),
    Spec("toggle_hidden", "View", "Show hidden points", "Points that flags or filters hide, faint",
         ("H",), checkable=True),
    Spec("next_quantity", "View", "Magnitude, flux, flux / median", "What the Y axis shows",
         ("F",)),
    _break("View"),
    Spec("reset_layout", "View", "Reset layout", "Docks where they were at first", window=True,
         store=False),
    Spec("next_object", "Object", "Next", "Next object of the list", ("Down",), repeat=True),
    Spec("previous_object", "Object", "Previous", "Previous object of the list", ("Up",),
         repeat=True),
    Spec("ten_on", "Object", "Ten further", "Ten rows down", ("PgDown",), repeat=True),
    Spec("ten_back", "Object", "Ten back", "Ten rows up", ("PgUp",), repeat=True),
    Spec("first_object", "Object", "First", "First object of the list", ("Ctrl+Home",)),
    Spec("filter", "Object", "Filter…", "List the objects that pass an expression", ("/",)),
    Spec("save_subset", "Object", "Save filter as subset…", "Keep this filter under a name",
         ("Ctrl+D",), window=True),
    Spec("clear_filter", "Object", "Clear filter", "Let every object pass", ("Ctrl+Shift+F",),
         window=True),
    Spec("find", "Object", "Find by id…", "Type an id, then Return", ("Ctrl+F",), window=True),
    _break("Object"),
    Spec("next_point", "Object", "Next visit", "Point cursor to the right", ("Right",),
         repeat=True),
    Spec("previous_point", "Object", "Previous visit", "Point cursor to the left", ("Left",),
         repeat=True),
    Spec("reject_point", "Object", "Reject point",
         "Reject the point under the cursor, or take it back", ("X",)),
    Spec("reject_visit", "Object", "Reject visit for all objects",
         "Reject this visit in this band for all objects, or take it back", ("Shift+X",)),
    Spec("undo", "Object", "Undo", "Undo the last rejection and return to that object", ("Ctrl+Z",),
         window=True),
    Spec("redo", "Object", "Redo", "Do again what was undone", ("Ctrl+Shift+Z", "Ctrl+Y"),
         window=True),
    _break("Object"),
    Spec("mark_star", "Object", "This is my star", "The object the run is about"),
    Spec("go_star", "Object", "Go to my star", "Select the object the run is about", ("S",)),
    Spec("add_comparison", "Object", "Use as comparison star", "Zero points are solved anew"),
    Spec("remove_comparison", "Object", "No comparison star", "Zero points are solved anew"),
    Spec("next_measurement", "Measurement", "Next measurement", "Of the current band", ("M",)),
    Spec("previous_measurement", "Measurement", "Previous measurement", "Of the current band",
         ("Shift+M",)),
    Spec("next_bands", "Measurement", "One band, the next, all", "Which panels are shown", ("B",)),
    Spec("toggle_corrected", "Measurement", "Corrected by zero points",
         "Divide by the ensemble zero points", ("C",), checkable=True),
    Spec("view_to_range", "Time", "What is in view becomes the range",
         "The range decides what passes", ("R",)),
    Spec("all_times", "Time", "All times pass", "Take the range away", ("Shift+R",)),
    _break("Time"),
    Spec("show_range", "Time", "Zoom to the range", "The zoom is only the view", ("Z",)),
    Spec("show_all", "Time", "Zoom to everything", "The whole series in view", ("Home",)),
    Spec("zoom_back", "Time", "Zoom back", "The view before", ("Backspace",)),
    Spec("zoom_in", "Time", "Zoom in", "Twice as close", ("+", "="), repeat=True),
    Spec("zoom_out", "Time", "Zoom out", "Half as close", ("-",), repeat=True),
    Spec("show_keys", "Help", "Keys", "All keys on one sheet", ("?", "F1"), store=False),
    Spec("about", "Help", "About Lightledger", "Version and license", window=True, store=False),
    Spec("back_to_plot", "", "Back to the plots", "The plots take the keys", ("Esc",)),
)  # fmt: skip


class Actions:
    """All actions as `QAction`, by name.

    Parameters
    ----------
    owner : QWidget
        The window; owns the actions.
    target : object
        Has a method for every action.
    """

    def __init__(self, owner: QWidget, target: object) -> None:
        self.by_name: dict[str, QAction] = {}
        self._specs = [spec for spec in SPECS if spec.name != _SEPARATOR]
        for spec in self._specs:
            action = QAction(spec.text, owner)
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
            method: Callable[..., None] = getattr(target, spec.name)
            action.triggered.connect(lambda _=False, m=method: m())
            self.by_name[spec.name] = action
            if spec.window:
                owner.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def give_keys(self, widget: QWidget, arrows: bool = True) -> None:
        """Let the keys work while the focus is in ``widget``."""
        for spec in self._specs:
            moves = set(spec.keys) & {"Up", "Down", "PgUp", "PgDown", "Home", "Left", "Right"}
            if not spec.window and (arrows or not moves):
                widget.addAction(self.by_name[spec.name])

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by plain title."""
        menus: dict[str, QMenu] = {}
        for title in MENUS:
            name = title.replace("&", "")
            menu = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            menus[name] = menu
            for spec in SPECS:
                if spec.menu != name:
                    continue
                if spec.name == _SEPARATOR:
                    menu.addSeparator()
                else:
                    menu.addAction(self.by_name[spec.name])
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
