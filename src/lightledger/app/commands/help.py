"""Manual, tour, keys, words about the program, back to the plots."""

from __future__ import annotations

from lightledger.app.evidence.popup import EvidencePopup
from lightledger.app.turns import in_turns

from .spec import Spec, Topic, line


class HelpCommands(Topic):
    SPECS = (
        Spec("show_help", "Help", "Help", "The manual, on what has the keys", ("F1",), window=True,
             store=False),
        Spec("show_manual", "Help", "Manual", "All pages of the manual", window=True, store=False),
        Spec("show_keys", "Help", "Keys", "All keys on one sheet", ("?",), store=False),
        Spec("take_tour", "Help", "Tour of the window", "Its parts, one sentence each; without an "
             "open store the demo field is made first", window=True, store=False),
        line("Help"),
        Spec("show_log", "Help", "Log…", "What happened, and what went wrong", window=True,
             store=False),
        Spec("show_doctor", "Help", "Doctor…", "What is installed, what is missing, how to get it",
             window=True, store=False),
        Spec("about", "Help", "About Lightledger", "Version, licences, where things are kept",
             window=True, store=False),
        Spec("back_to_plot", "", "Back to the plots", "The plots take the keys", ("Esc",)),
    )  # fmt: skip

    def show_help(self) -> None:
        self._w.help.open_here()

    def show_manual(self) -> None:
        self._w.help.open()

    def take_tour(self) -> None:
        self._w.tour.begin()

    def show_keys(self) -> None:
        from lightledger.app.keysheet import KeySheet

        sheet = self._w.findChild(KeySheet) or KeySheet(self._w)
        in_turns(sheet, sheet.open)  # made in one, opened in the next

    def show_log(self) -> None:
        from lightledger.app.log.viewer import LogViewer

        LogViewer(self._w.themes.current, self._w).show()

    def show_doctor(self) -> None:
        from lightledger.app.helping.doctor import DoctorDialog

        w = self._w
        DoctorDialog(w.jobs, w.desk, w.themes.current, w).open()

    def about(self) -> None:
        from lightledger.app.helping.about import AboutDialog

        w = self._w
        AboutDialog(w.settings, w.jobs, w.desk, w).open()

    def back_to_plot(self) -> None:
        page = self._store.page
        over = [popup for popup in page.findChildren(EvidencePopup) if popup.isVisible()]
        for popup in over:
            popup.closed.emit()
        if not over:
            self._store.session.set_cursor(None)
        page.take_keys()
