"""The menu of the colours: goes with the setting, whoever changes it."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from .settings import THEME, Settings
from .theme import Themes


class ColourMenu(QMenu):
    """As the system, light or dark; the theme follows."""

    def __init__(self, settings: Settings, themes: Themes, within: QMenu) -> None:
        super().__init__("Colours", within)
        within.addMenu(self)
        self._settings, self._themes = settings, themes
        group = QActionGroup(self)
        for choice in THEME.choices:
            action = self.addAction(choice.capitalize())
            action.setCheckable(True)
            action.setChecked(choice == themes.choice)
            action.setData(choice)
            action.triggered.connect(lambda _=False, c=choice: settings.set(THEME, c))
            group.addAction(action)
        settings.changed.connect(self._follow)

    def _follow(self, key: str) -> None:
        if key == THEME.key:
            choice = self._settings.get(THEME)
            self._themes.choose(choice)
            for action in self.actions():
                action.setChecked(action.data() == choice)
