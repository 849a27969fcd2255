"""What is on screen as a figure."""

from __future__ import annotations

from pathlib import Path

from lightledger.domain import LightledgerError
from lightledger.export.rows import file_stem

from .asking import ask_file
from .spec import Spec, Topic

_KINDS = "PNG, 300 pixels per inch (*.png);;SVG (*.svg)"


class FigureCommands(Topic):
    SPECS = (
        Spec("save_figure", "File", "Save figure…",
             "The panels as they are, as PNG or SVG for print", ("Ctrl+Shift+S",), window=True),
        Spec("save_diagram", "File", "Save variability diagram…",
             "The diagram as it is, as PNG or SVG for print"),
        Spec("save_periodogram", "File", "Save periodogram…",
             "Periodogram and folded light curve, as PNG or SVG for print"),
    )  # fmt: skip

    def save_figure(self) -> None:
        from lightledger.app.figurejob import FigureJob

        path = self._ask(f"{file_stem(self._store.session.object_id)}.png")
        if path is not None:
            FigureJob(self._w, self._store, path).start()

    def save_diagram(self) -> None:
        self._save("variability", f"{self._store.session.path.stem}-diagram.png")

    def save_periodogram(self) -> None:
        self._save("periods", f"{file_stem(self._store.session.object_id)}-period.png")

    def _save(self, dock: str, name: str) -> None:
        """The figure that a dock makes of itself."""
        from lightledger.app.panelfigure import write_figure

        w, shown = self._w, self._w.docks.reveal(dock)
        path = self._ask(name)
        if path is not None:
            figure = shown.figure(path.suffix.lower() == ".svg")  # type: ignore[attr-defined]
            w.jobs.run(
                write_figure, figure, path,
                done=lambda written: w.say(f"wrote {written}"), failed=w.desk.error,
            )  # fmt: skip

    def _ask(self, name: str) -> Path | None:
        """Where the figure shall be; None: nowhere."""
        from lightledger.app.panelfigure import check_suffix

        path = ask_file(self._w, "figure", name, _KINDS)
        if path is None:
            return None
        try:
            check_suffix(path)
        except LightledgerError as error:
            self._w.desk.error(error)
            return None
        return path
