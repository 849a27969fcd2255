"""The menu of the table's header: which columns are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtWidgets import QMenu, QWidget

from .objectcolumns import DEFAULT, texts


def column_menu(
    parent: QWidget,
    columns: Mapping[str, np.ndarray],
    catalogue: Sequence[str],
    shown: Sequence[str],
    choose: Callable[[list[str]], None],
) -> QMenu:
    """Every column there is, with its meaning and unit as tooltip, ticked where it is shown.

    Parameters
    ----------
    catalogue : sequence of str
        Columns of the object table; in a menu of their own, as there may be many.
    choose : callable
        Gets the new list of columns; one that is ticked comes last.
    """
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    of_catalogue = QMenu("From the catalogue", menu)
    of_catalogue.setToolTipsVisible(True)

    def toggle(key: str) -> None:
        others = [name for name in shown if name not in (key, "id")]
        choose(others if key in shown else [*others, key])

    for key in columns:
        if key == "id":
            continue
        owner = of_catalogue if key in catalogue else menu
        action = owner.addAction(key)
        action.setCheckable(True)
        action.setChecked(key in shown)
        meaning, unit = texts(columns, key)
        words = f"{meaning} [{unit}]" if unit else meaning
        action.setToolTip(words or key)
        action.triggered.connect(lambda _=False, k=key: toggle(k))
    menu.addSeparator()
    if not of_catalogue.isEmpty():
        menu.addMenu(of_catalogue)
    back = menu.addAction("Columns as at first")
    back.triggered.connect(lambda: choose(list(DEFAULT)))
    return menu
