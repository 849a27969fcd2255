"""What a run will come to: measurements, light curves, points, time, and the room there is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from lightledger.ingest.diskneed import disk_need
from lightledger.ingest.submit import available_processors

from .dates import number, short_time, size_text
from .pieces import Card, label, row
from .state import Choices
from .survey import check_output

#: Seconds that a run takes whatever its size: kernels, reference, publishing.
_FIXED_S = 6.0
_TILES = (
    ("measurements", "measurements a band"),
    ("curves", "light curves"),
    ("points", "points"),
    ("time", "to measure"),
    ("size", "store"),
    ("need", "needed on disk"),
    ("disk", "free on disk"),
)


class CostCard(Card):
    """A row of numbers, and "Start afresh" where something was measured before."""

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._choices = choices
        self.tiles: dict[str, QLabel] = {}
        self._words: dict[str, QLabel] = {}
        line = row(spacing=28)
        for key, text in _TILES:
            self.tiles[key], self._words[key] = label("-", "number"), label(text, "muted")
            self.tiles[key].setAccessibleName(text)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(self.tiles[key])
            column.addWidget(self._words[key])
            line.addLayout(column)
        line.addStretch(1)
        self.afresh = QCheckBox("Start afresh")
        self.afresh.setToolTip(
            "Measure everything anew: finished visits of before, and the store, are replaced.\n"
            "Needed when the reference, my stars or what is measured changed."
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
        self,
        visits: Mapping[str, int],
        n_object: int,
        n_method: int,
        visit_s: float,
        n_pixel: int,
    ) -> str:
        """Fill the numbers; what stands in the way, '' when nothing does.

        Parameters
        ----------
        visits : mapping of band to int
        n_method : int
            Measurements a band.
        visit_s : float
            Processor seconds of one visit and band, as estimated.
        n_pixel : int
            Of a frame.
        """
        total = sum(visits.values())
        measured = self._choices.visit_s.get(self._choices.measuring, math.nan)
        known = math.isfinite(measured)
        workers = self._choices.workers or available_processors()
        seconds = total * measured if known else _FIXED_S + total * visit_s / max(1, workers)
        state = check_output(self._choices.output)
        folder = self._choices.output.parent if self._choices.output and state.ok else Path.cwd()
        need = disk_need(folder, n_object, visits, total, n_method, n_pixel)
        for key, text in (
            ("measurements", number(n_method)),
            ("curves", number(n_object * n_method * len(visits))),
            ("points", number(n_object * n_method * total)),
            ("size", size_text(need.store_bytes)),
            ("need", size_text(need.need_bytes)),
            ("time", short_time(seconds)),
            ("disk", size_text(state.free_bytes) if state.ok else "-"),
        ):
            self.tiles[key].setText(text)
        self._words["time"].setText("to measure, as before" if known else "to measure, about")
        self.tiles["time"].setToolTip(
            "As the visits took that were measured with these settings"
            if known
            else f"From one frame that was tried, {workers} at a time; a run tells better"
        )
        if state.ok and need.need_bytes > state.free_bytes:
            return f"Not enough room: {size_text(need.need_bytes)} are needed while publishing"
        return ""
