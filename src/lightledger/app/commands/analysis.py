"""Periods, and cleaning of light curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .spec import Spec, Topic, line

if TYPE_CHECKING:
    from lightledger.app.periods.dock import PeriodsDock


class AnalysisCommands(Topic):
    SPECS = (
        Spec("show_periods", "Analysis", "Periods",
             "Periodogram of this light curve, and the light curve folded", ("Ctrl+P",),
             window=True),
        Spec("half_period", "Analysis", "Half the period", "Fold at half of it", ("<",)),
        Spec("double_period", "Analysis", "Double the period", "Fold at twice it", (">",)),
        Spec("fold_panels", "Analysis", "Fold the panels",
             "Phases of the chosen period along the panels", ("Ctrl+Shift+P",), window=True),
        Spec("keep_period", "Analysis", "Keep the period",
             "Period and epoch of this object, in the journal", ("Ctrl+K",), window=True),
        Spec("forget_period", "Analysis", "Forget the period", "Take the kept period back"),
        line("Analysis"),
        Spec("show_cleaning", "Analysis", "Cleaning",
             "Which flags hide points, sigma clip, running median", ("Ctrl+L",), window=True),
    )  # fmt: skip

    @property
    def _periods(self) -> PeriodsDock:
        """Brought to the front: what is folded should be seen."""
        return cast("PeriodsDock", self._w.docks.reveal("periods"))

    def show_periods(self) -> None:
        self._w.docks["periods"].take_keys(self._periods)

    def show_cleaning(self) -> None:
        self._w.docks["cleaning"].take_keys(self._w.docks.reveal("cleaning"))

    def half_period(self) -> None:
        self._periods.search.multiply(0.5)

    def double_period(self) -> None:
        self._periods.search.multiply(2.0)

    def fold_panels(self) -> None:
        self._w.say(self._periods.search.fold_panels())

    def keep_period(self) -> None:
        self._w.say(self._periods.search.keep())

    def forget_period(self) -> None:
        self._w.say(self._periods.search.forget())
