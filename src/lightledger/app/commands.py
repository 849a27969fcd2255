"""What the actions do; each method is named in `lightledger.app.actions.SPECS`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMessageBox

from lightledger import __version__
from lightledger.domain import LightledgerError

from .curves import Quantity
from .settings import OPEN_FOLDER, Y_SCALE

if TYPE_CHECKING:
    from .window import Window

_STORES = "Lightledger stores (*.h5);;All files (*)"


class Commands:
    """Acts on a window; those that need a store do nothing without one."""

    def __init__(self, window: Window) -> None:
        self._w = window

    # -- File

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

    def make_demo(self) -> None:
        self._w.ingesting.make_demo()

    def export(self) -> None:
        open_ = self._w.open
        if open_ is not None and self._w.docks.table is not None:
            from .exportdialog import ExportDialog

            dialog = ExportDialog(
                open_.presenter, self._w.docks.table.selected(), self._w.settings, self._w.desk,
                self._w.jobs, self._w,
            )  # fmt: skip
            dialog.exported.connect(self._w.say)
            dialog.open()

    def close_store(self) -> None:
        self._w.stores.close()

    def change_settings(self) -> None:
        from .settingsdialog import SettingsDialog

        dialog = SettingsDialog(self._w.settings, self._w)
        dialog.theme_chosen.connect(self._w.choose_theme)
        dialog.open()

    def quit(self) -> None:
        self._w.close()

    # -- View

    def next_scale(self) -> None:
        if self._w.open is not None:
            session = self._w.open.session
            session.set_scale(session.scale.next())
            self._w.settings.set(Y_SCALE, session.scale.value)
            self._w.open.page.stack.release_y()
            self._w.say(f"Y scale: {session.scale.meaning}")

    def toggle_hidden(self) -> None:
        if self._w.open is not None:
            open_ = self._w.open
            current = open_.presenter.current
            fraction = current.flagged_fraction() if current is not None else 0.0
            open_.session.set_shows_hidden(not open_.session.shows_hidden(fraction))
            self._w.say(
                "hidden points are shown faint"
                if open_.session.hidden_choice
                else "hidden points are not shown"
            )

    def next_quantity(self) -> None:
        if self._w.open is not None:
            order = list(Quantity)
            session = self._w.open.session
            session.set_quantity(order[(order.index(session.quantity) + 1) % len(order)])

    def reset_layout(self) -> None:
        self._w.reset_layout()

    # -- Object

    def next_object(self) -> None:
        self._step(1)

    def previous_object(self) -> None:
        self._step(-1)

    def ten_on(self) -> None:
        self._step(10)

    def ten_back(self) -> None:
        self._step(-10)

    def first_object(self) -> None:
        if self._w.docks.table is not None:
            self._w.docks.table.go_first()

    def _step(self, by: int) -> None:
        if self._w.docks.table is not None:
            self._w.docks.table.step(by)

    def find(self) -> None:
        if self._w.open is not None:
            box = self._w.open.toolbar.find_box
            box.setFocus()
            box.selectAll()

    def filter(self) -> None:
        if self._w.open is not None:
            self._w.open.toolbar.filter.focus()

    def clear_filter(self) -> None:
        if self._w.open is not None:
            self._w.open.toolbar.filter.clear()

    def save_subset(self) -> None:
        if self._w.open is None:
            return
        if self._w.open.filter.holds:
            self._w.open.toolbar.filter.subsets.ask_name()
        else:
            self._w.say("there is no filter to keep: type one first  ( / )")

    def reload(self) -> None:
        self._w.stores.reload()

    def next_point(self) -> None:
        if self._w.open is not None:
            self._w.open.session.step_cursor(1)

    def previous_point(self) -> None:
        if self._w.open is not None:
            self._w.open.session.step_cursor(-1)

    def reject_point(self) -> None:
        if self._w.open is not None:
            self._w.say(self._w.open.acts.reject_point())

    def reject_visit(self) -> None:
        if self._w.open is not None:
            self._w.say(self._w.open.acts.reject_visit())

    def undo(self) -> None:
        stack = self._w.undo_stack
        if stack.canUndo():
            text = stack.undoText()
            stack.undo()
            self._w.say(f"undone: {text}")
        else:
            self._w.say("nothing to undo")

    def redo(self) -> None:
        stack = self._w.undo_stack
        if stack.canRedo():
            text = stack.redoText()
            stack.redo()
            self._w.say(f"done again: {text}")

    def mark_star(self) -> None:
        self._w.stores.mark_star()

    def go_star(self) -> None:
        open_ = self._w.open
        if open_ is None:
            return
        if not open_.star:
            self._w.say("no star is chosen yet: Object, This is my star")
            return
        try:
            open_.session.set_object(open_.star)
        except LightledgerError as error:
            self._w.desk.error(error)

    def add_comparison(self) -> None:
        if self._w.docks.stars is not None:
            self._w.docks.stars.add_current()

    def remove_comparison(self) -> None:
        if self._w.docks.stars is not None:
            self._w.docks.stars.remove_current()

    # -- Measurement

    def choose_measurement(self, name: str) -> None:
        if self._w.open is not None:
            self._w.open.session.set_measurement(name)

    def next_measurement(self) -> None:
        if self._w.open is not None:
            self._w.open.session.step_measurement(1)

    def previous_measurement(self) -> None:
        if self._w.open is not None:
            self._w.open.session.step_measurement(-1)

    def next_bands(self) -> None:
        if self._w.open is not None:
            self._w.open.session.step_bands()

    def toggle_corrected(self) -> None:
        if self._w.open is not None:
            session = self._w.open.session
            session.set_corrected(not session.corrected)

    # -- Time

    def view_to_range(self) -> None:
        if self._w.open is not None:
            self._w.open.session.times.view_to_filter()

    def all_times(self) -> None:
        if self._w.open is not None:
            self._w.open.session.times.clear_filter()

    def show_range(self) -> None:
        if self._w.open is not None:
            self._w.open.session.times.show_filter()

    def show_all(self) -> None:
        if self._w.open is not None:
            self._w.open.session.times.show_all()

    def zoom_back(self) -> None:
        if self._w.open is not None:
            self._w.open.session.times.zoom_back()

    def zoom_in(self) -> None:
        self._zoom(0.5)

    def zoom_out(self) -> None:
        self._zoom(2.0)

    def _zoom(self, factor: float) -> None:
        if self._w.open is not None:
            times = self._w.open.session.times
            times.zoom(factor, sum(times.view) / 2)

    # -- Help and focus

    def show_keys(self) -> None:
        from .keysheet import KeySheet

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
        if self._w.open is not None:
            self._w.open.session.set_cursor(None)
            self._w.open.page.take_keys()
