"""Which measurement is current, and its correction."""

from __future__ import annotations

from .spec import Spec, Topic


class MeasurementCommands(Topic):
    SPECS = (
        Spec("next_measurement", "Measurement", "Next measurement", "Of the current band", ("M",)),
        Spec("previous_measurement", "Measurement", "Previous measurement", "Of the current band",
             ("Shift+M",)),
        Spec("next_bands", "Measurement", "One band, the next, all", "Which panels are shown",
             ("B",)),
        Spec("toggle_corrected", "Measurement", "Corrected by zero points",
             "Divide by the ensemble zero points", ("C",), checkable=True),
    )  # fmt: skip

    def next_measurement(self) -> None:
        self._store.session.panels.step_measurement(1)

    def previous_measurement(self) -> None:
        self._store.session.panels.step_measurement(-1)

    def next_bands(self) -> None:
        self._store.session.panels.step_bands()

    def toggle_corrected(self) -> None:
        display = self._store.session.display
        display.set_corrected(not display.corrected)
