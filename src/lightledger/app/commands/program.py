"""The program itself: settings and the end."""

from __future__ import annotations

from .spec import Spec, Topic, line


class ProgramCommands(Topic):
    SPECS = (
        line("File"),
        Spec("change_settings", "File", "Settings…", "Colours, memory, workers, verdicts, log",
             ("Ctrl+,",), window=True, store=False),
        Spec("quit", "File", "Quit", "Close the window", ("Ctrl+Q",), window=True, store=False),
    )  # fmt: skip

    def change_settings(self) -> None:
        from lightledger.app.settings.dialog import SettingsDialog

        SettingsDialog(self._w.settings, self._w).open()

    def quit(self) -> None:
        self._w.close()
