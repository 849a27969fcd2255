"""Keys, words about the program, back to the plots."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox

from lightledger import __version__

from .spec import Spec, Topic


class HelpCommands(Topic):
    SPECS = (
        Spec("show_keys", "Help", "Keys", "All keys on one sheet", ("?", "F1"), store=False),
        Spec("about", "Help", "About Lightledger", "Version and license", window=True, store=False),
        Spec("back_to_plot", "", "Back to the plots", "The plots take the keys", ("Esc",)),
    )  # fmt: skip

    def show_keys(self) -> None:
        from lightledger.app.keysheet import KeySheet

        KeySheet(self._w).open()

    def about(self) -> None:
        QMessageBox.about(
            self._w,
            "Lightledger",
            f"<b>Lightledger {__version__}</b><p>One field imaged a thousand times: "
            "every object's light curve, on screen.</p><p>BSD 3-clause license.</p>"
            f"<p>Settings: {self._w.settings.file}</p>",
        )

    def back_to_plot(self) -> None:
        self._store.session.set_cursor(None)
        self._store.page.take_keys()
