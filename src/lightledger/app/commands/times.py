"""The range of times that pass, and the zoom."""

from __future__ import annotations

from .spec import Spec, Topic, line


class TimeCommands(Topic):
    SPECS = (
        Spec("view_to_range", "Time", "What is in view becomes the range",
             "The range decides what passes", ("R",)),
        Spec("all_times", "Time", "All times pass", "Take the range away", ("Shift+R",)),
        Spec("type_range", "Time", "Type the range…", "Its ends as MJD or calendar dates", ("D",)),
        line("Time"),
        Spec("show_range", "Time", "Zoom to the range", "The zoom is only the view", ("Z",)),
        Spec("show_all", "Time", "Zoom to everything",
             "The whole series in view, Y by its rule again", ("Home",)),
        Spec("zoom_back", "Time", "Zoom back", "The view before", ("Backspace", "Alt+Left")),
        Spec("zoom_forward", "Time", "Zoom forward", "The view that zooming back left",
             ("Shift+Backspace", "Alt+Right")),
        Spec("zoom_in", "Time", "Zoom in", "Twice as close", ("+", "="), repeat=True),
        Spec("zoom_out", "Time", "Zoom out", "Half as close", ("-",), repeat=True),
    )  # fmt: skip

    def view_to_range(self) -> None:
        if self._on_times():
            self._store.session.times.view_to_filter()

    def all_times(self) -> None:
        self._store.session.times.clear_filter()

    def show_range(self) -> None:
        if self._on_times():
            self._store.session.times.show_filter()

    def _on_times(self) -> bool:
        """Whether what is in view are times; says so where they are not."""
        axis = self._store.presenter.axis
        if not axis.is_time:
            self._w.say(f"the X axis is {axis.label}: the range needs one of times; A is the next")
        return axis.is_time

    def show_all(self) -> None:
        self._store.presenter.zoom.show_all()
        self._store.page.stack.release_y()

    def zoom_back(self) -> None:
        self._store.presenter.zoom.zoom_back()

    def zoom_forward(self) -> None:
        self._store.presenter.zoom.zoom_forward()

    def type_range(self) -> None:
        from lightledger.app.rangedialog import RangeDialog

        RangeDialog(self._store.session, self._w).open()

    def zoom_in(self) -> None:
        self._zoom(0.5)

    def zoom_out(self) -> None:
        self._zoom(2.0)

    def _zoom(self, factor: float) -> None:
        zoom = self._store.presenter.zoom
        zoom.zoom(factor, sum(zoom.view) / 2)
