"""A menu of one choice out of several, made anew when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget


class ChoiceMenu(QMenu):
    """Ticks the choice that holds.

    Parameters
    ----------
    offered : callable
        Names and words of the choices now; none while no store is open.
    chosen : callable
        The name of the one that holds.
    choose : callable
        Takes the name of another one.
    """

    def __init__(
        self,
        title: str,
        offered: Callable[[], Sequence[tuple[str, str]]],
        chosen: Callable[[], str],
        choose: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._offered, self._chosen, self._choose = offered, chosen, choose
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Make the entries."""
        self.clear()
        group = QActionGroup(self)
        offered = self._offered()
        holds = self._chosen() if offered else ""
        for name, words in offered:
            action = self.addAction(words)
            action.setCheckable(True)
            action.setChecked(name == holds)
            action.triggered.connect(lambda _=False, n=name: self._choose(n))
            group.addAction(action)
