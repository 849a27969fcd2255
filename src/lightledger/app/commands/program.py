"""The program itself: settings and the end."""

from __future__ import annotations

from .spec import Spec, Topic, line


class ProgramCommands(Topic):
    SPECS = (
        line("File"),
        Spec("change_settings", "File", "Settings…", "Colours, memory, workers", ("Ctrl+,",),
             window=True, store=False),
        Spec("quit", "File", "Quit", "Close the window", ("Ctrl+Q",), window=True, store=False),
    )  # fmt: skip

    def change_settings(self) -> None:
        from lightledger.app.settingsdialog import SettingsDialog

        dialog = SettingsDialog(self._w.settings, self._w)
        dialog.theme_chosen.connect(self._w.choose_theme)
        dialog.open()

    def quit(self) -> None:
        self._w.close()
