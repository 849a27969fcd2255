"""What is on screen as a figure."""

from __future__ import annotations

from lightledger.domain import LightledgerError
from lightledger.export.rows import file_stem

from .asking import ask_file
from .spec import Spec, Topic

_KINDS = "PNG, 300 pixels per inch (*.png);;SVG (*.svg)"


class FigureCommands(Topic):
    SPECS = (
        Spec("save_figure", "File", "Save figure…",
             "The panels as they are, as PNG or SVG for print", ("Ctrl+Shift+S",), window=True),
    )  # fmt: skip

    def save_figure(self) -> None:
        from lightledger.app.figurejob import FigureJob
        from lightledger.app.panelfigure import check_suffix

        w, store = self._w, self._store
        path = ask_file(w, "figure", f"{file_stem(store.session.object_id)}.png", _KINDS)
        if path is None:
            return
        try:
            check_suffix(path)
        except LightledgerError as error:
            w.desk.error(error)
            return
        FigureJob(w, store, path).start()
