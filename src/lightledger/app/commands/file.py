"""Folders, stores and exports."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from lightledger.app.settings import OPEN_FOLDER

from .spec import Spec, Topic, line

_LIGHT_CURVES = (
    "Light curves (*.fits *.fits.gz *.csv *.tsv *.txt *.dat *.ecsv *.vot *.xml *.tbl *.lc);;"
    "All files (*)"
)
_STORES = "Lightledger stores (*.h5);;All files (*)"


class FileCommands(Topic):
    SPECS = (
        Spec("open_folder", "File", "Open folder…", "Measure a folder of FITS images",
             ("Ctrl+Shift+O",), window=True, store=False),
        Spec("open_store", "File", "Open store…", "Open light curves measured before", ("Ctrl+O",),
             window=True, store=False),
        Spec("import_light_curves", "File", "Import light curves…",
             "Kepler, TESS and tables measured elsewhere, as a store", window=True, store=False),
        Spec("make_demo", "File", "Make a demo field",
             "Make a small synthetic field and measure it", window=True, store=False),
        line("File"),
        Spec("show_store", "File", "This store", "Bands, visits, span, recipe, problems",
             ("Ctrl+I",), window=True),
        Spec("export", "File", "Export light curves…", "Selected light curves to a file", ("E",)),
        Spec("reload", "File", "Reload store", "Open the newest version; object and range stay",
             ("Ctrl+R",), window=True),
        Spec("close_store", "File", "Close store", "Back to the start page", ("Ctrl+W",),
             window=True),
    )  # fmt: skip

    def open_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._w, "Folder of FITS images", self._w.settings.get(OPEN_FOLDER)
        )
        if folder:
            self._w.settings.set(OPEN_FOLDER, folder)
            self._w.ingesting.start([Path(folder)], [])

    def open_store(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._w, "Open store", self._w.settings.get(OPEN_FOLDER), _STORES
        )
        if name:
            self._w.settings.set(OPEN_FOLDER, str(Path(name).parent))
            self._w.open_store(Path(name))

    def import_light_curves(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self._w, "Light curves", self._w.settings.get(OPEN_FOLDER), _LIGHT_CURVES
        )
        if names:
            self._w.settings.set(OPEN_FOLDER, str(Path(names[0]).parent))
            self._w.ingesting.import_light_curves([Path(name) for name in names])

    def make_demo(self) -> None:
        self._w.ingesting.make_demo()

    def show_store(self) -> None:
        self._w.docks.reveal("store")

    def export(self) -> None:
        from lightledger.app.exportdialog import ExportDialog

        w = self._w
        selected = w.docks.table.selected()
        dialog = ExportDialog(self._store.presenter, selected, w.settings, w.desk, w.jobs, w)
        dialog.exported.connect(w.say)
        dialog.open()

    def reload(self) -> None:
        self._w.stores.reload()

    def close_store(self) -> None:
        self._w.stores.close()
