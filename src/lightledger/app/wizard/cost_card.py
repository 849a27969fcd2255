"""What a run will come to: light curves, points, store, time, and the room there is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from lightledger.ingest.submit import available_processors

from .dates import number, short_time, size_text
from .pieces import Card, label, row
from .proposal import cost_of
from .state import Choices
from .survey import Survey, check_output

#: Staging and the new store stand side by side for a moment.
_ROOM = 2.2


class CostCard(Card):
    """Six numbers, and "Start afresh" where something was measured before."""

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._choices = choices
        self.tiles: dict[str, QLabel] = {}
        line = row(spacing=32)
        for key, text in (
            ("curves", "light curves"),
            ("points", "points"),
            ("size", "store"),
            ("time", "to measure, about"),
            ("need", "needed on disk meanwhile"),
            ("disk", "free on disk"),
        ):
            self.tiles[key] = label("-", "number")
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(self.tiles[key])
            column.addWidget(label(text, "muted"))
            line.addLayout(column)
        line.addStretch(1)
        self.afresh = QCheckBox("Start afresh")
        self.afresh.setToolTip(
            "Measure everything anew: finished visits of before, and the store, are replaced.\n"
            "Needed when the reference, my star or the apertures changed."
        )
        self.afresh.toggled.connect(self._toggled)
        line.addWidget(self.afresh)
        self.body.addLayout(line)

    def _toggled(self, on: bool) -> None:
        self._choices.remeasure = on

    def offer_afresh(self) -> None:
        """Show the choice only where there is something to go on with."""
        output = self._choices.output
        before = output is not None and (output.exists() or Path(f"{output}.staging").is_dir())
        self.afresh.setVisible(before)
        if not before:
            self.afresh.setChecked(False)

    def show_cost(
        self, survey: Survey, n_object: int, n_methods: int, seconds_per_visit: float
    ) -> str:
        """Fill the numbers; what stands in the way, '' when nothing does."""
        visits = {b.band: len(b.visits) for b in survey.bands}
        workers = self._choices.workers or available_processors()
        cost = cost_of(visits, n_object, n_methods, seconds_per_visit, workers)
        state = check_output(self._choices.output)
        self.tiles["curves"].setText(number(cost.n_curves))
        self.tiles["points"].setText(number(cost.n_points))
        self.tiles["size"].setText(size_text(cost.n_bytes))
        self.tiles["need"].setText(size_text(_ROOM * cost.n_bytes))
        self.tiles["time"].setText(short_time(cost.seconds))
        self.tiles["disk"].setText(size_text(state.free_bytes) if state.ok else "-")
        if state.ok and _ROOM * cost.n_bytes > state.free_bytes:
            need = size_text(_ROOM * cost.n_bytes)
            return f"Not enough room: {need} are needed while publishing"
        return ""
