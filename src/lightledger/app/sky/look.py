"""How the sky is looked at, and the menus that say so."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from lightledger.library.tones import CURVES, CUTS

from .palettes import PALETTES

#: Which objects are marked.
MARKED = ("selected + 1,000 brightest", "all objects", "those in the list", "selected only")
#: What rings are coloured by; '' is one colour.
COLOURED = ("", "excess", "mag", "scatter", "inv_eta", "chi2")


@dataclass
class Look:
    """Choices, each from a list.

    Attributes
    ----------
    curve, cut, palette : str
    marked : str
        Of `MARKED`.
    coloured : str
        Of `COLOURED`.
    centre : bool
        The view follows the selection when it is zoomed in.
    """

    curve: str = CURVES[0]
    cut: str = next(iter(CUTS))
    palette: str = PALETTES[0]
    marked: str = MARKED[0]
    coloured: str = ""
    centre: bool = True

    @classmethod
    def from_text(cls, text: str) -> Look:
        """As `to_text` wrote it; what is not understood is as at first."""
        look = cls()
        try:
            saved = json.loads(text or "{}")
        except ValueError:
            return look
        allowed = {"curve": CURVES, "cut": tuple(CUTS), "palette": PALETTES, "marked": MARKED,
                   "coloured": COLOURED, "centre": (True, False)}  # fmt: skip
        for field in fields(cls):
            if isinstance(saved, dict) and saved.get(field.name) in allowed[field.name]:
                setattr(look, field.name, saved[field.name])
        return look

    def to_text(self) -> str:
        return json.dumps(asdict(self))


def choice_menu(
    menu: QMenu,
    title: str,
    names: Sequence[str],
    chosen: str,
    choose: Callable[[str], None],
    words: Callable[[str], str] = str,
) -> None:
    """Add a section of which one entry is chosen."""
    menu.addSection(title)
    group = QActionGroup(menu)
    for name in names:
        action = menu.addAction(words(name))
        action.setCheckable(True)
        action.setChecked(name == chosen)
        action.triggered.connect(lambda _=False, n=name: choose(n))
        group.addAction(action)


def look_menu(look: Look, changed: Callable[[str, object], None], parent: QWidget) -> QMenu:
    """Stretch, limits, colours."""
    menu = QMenu(parent)
    choice_menu(menu, "Stretch", CURVES, look.curve, lambda v: changed("curve", v))
    choice_menu(menu, "Limits", tuple(CUTS), look.cut, lambda v: changed("cut", v))
    choice_menu(menu, "Colours", PALETTES, look.palette, lambda v: changed("palette", v))
    return menu


def markers_menu(look: Look, changed: Callable[[str, object], None], parent: QWidget) -> QMenu:
    """Which objects, coloured by what, and whether the view follows the selection."""
    menu = QMenu(parent)
    choice_menu(menu, "Objects", MARKED, look.marked, lambda v: changed("marked", v))
    choice_menu(
        menu, "Rings coloured by", COLOURED, look.coloured,
        lambda v: changed("coloured", v), lambda v: v or "one colour",
    )  # fmt: skip
    menu.addSeparator()
    follow = menu.addAction("Selection centres the view")
    follow.setCheckable(True)
    follow.setChecked(look.centre)
    follow.triggered.connect(lambda on: changed("centre", on))
    return menu
