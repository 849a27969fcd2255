"""The search behind the periods dock: follows the selection, runs in a worker, keeps periods."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.analysis.masks import passes
from lightledger.analysis.periods import Found, Peak, Series, Wanted, bootstrap, boxes, search
from lightledger.analysis.periods.search import peak_at
from lightledger.analysis.periods.series import BARYCENTRIC
from lightledger.app.display import Fold
from lightledger.app.xaxes import PHASE
from lightledger.domain import Control, LightledgerError, Progress, Report
from lightledger.workers import Job, heavy_imports

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore

#: A selection that changes faster than this is being leafed through.
_REST_MS = 120
_CHANNEL = "periods"


class Searching(QObject):
    """What was found for the current light curve, and the period that is chosen.

    Parameters
    ----------
    store : OpenStore
    seen : callable
        Whether anybody looks: searches wait for that, see `look`.

    Attributes
    ----------
    wanted : Wanted
    found : Found or None
        Also while another search is under way or due: then it is of what was shown before, and
        not ``fresh``.
    of : tuple of str
        Object and measurement that it was found in.
    chosen : Peak or None
        Its ``epoch`` is phase 0.
    by_hand : bool
        Whether a person chose it: another search of this object with the same method keeps it.
    remark : str
        Why there is nothing to show, in words.
    """

    #: Another result, or another reason for none.
    changed = Signal()
    chosen_changed = Signal()
    busy_changed = Signal(bool)
    #: What is being done, and the share of it that is done.
    progress = Signal(str, float)

    def __init__(
        self, store: OpenStore, seen: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._seen = store, seen
        self.session = session = store.session
        self.wanted = Wanted()
        self.found: Found | None = None
        self.chosen: Peak | None = None
        self.by_hand, self._epoch = False, math.nan  # the epoch that a person typed
        self.remark = ""
        self._job: Job | None = None
        self._due, self.of = True, ("", "")
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._start_seen)
        for signal in (
            session.object_changed, session.measurement_changed, session.display_changed,
            session.filters_changed, session.curves_changed,
        ):  # fmt: skip
            signal.connect(self._follow)
        self._asked: object = None

    @property
    def busy(self) -> bool:
        return self._job is not None

    @property
    def fresh(self) -> bool:
        """Whether what was found is of the light curve that is current."""
        return self.found is not None and self.of == self._here()

    def look(self) -> None:
        """Somebody looks: what is due is searched."""
        if self._due and not self._rest.isActive():
            self._rest.start()

    def set_wanted(self, wanted: Wanted) -> None:
        """Search for something else."""
        if wanted != self.wanted:
            self.wanted, self._due = wanted, True
            self._rest.start()

    def _follow(self) -> None:
        if self._what() != self._asked:
            self._due = True
            self._rest.start()

    def _start_seen(self) -> None:
        if self._due and self._seen():
            self.start()

    def _what(self) -> object:
        """Everything that the series depends on."""
        session = self.session
        return (
            session.index, session.measurement, session.display.corrected, session.filters(),
            session.field.journal.revision,
        )  # fmt: skip

    # -- searching

    def start(self) -> None:
        """Search the light curve that is current now."""
        self._rest.stop()
        self._due, self._asked = False, self._what()
        try:
            self.wanted.check()
            series = self.series()
        except LightledgerError as error:
            self.stop()
            self._take(None, "; ".join(filter(None, (error.what, error.advice))), self._here())
        else:
            self._run(_search, series, self.wanted)

    def draw_anew(self, n: int = 100) -> None:
        """Count false alarms in series drawn anew."""
        if self.found is not None and self.found.wanted.method == "ls":
            self._run(bootstrap, self.found, n)

    def stop(self) -> None:
        """Cancel what is under way; what is shown stays."""
        if self._job is not None:
            self._job.cancel()
            self._set_job(None)

    def series(self) -> Series:
        """What of the current light curve passes.

        Raises
        ------
        LightledgerError
            There is no measurement, or too few points pass.
        """
        from lightledger.library.periods import exposure_d

        session, name = self.session, self.session.measurement
        if not name:
            raise LightledgerError("this store has no measurement")
        lc = session.curve(name).lc
        return Series.of(lc, passes(lc, session.filters()).keep, exposure_d(session.field, name))

    def _run(self, fn: object, *args: object) -> None:
        of = self._here()
        self._set_job(
            self._store.tools.jobs.run(
                fn,  # type: ignore[arg-type]
                *args,
                done=lambda found: self._take(found, "", of),
                failed=lambda error: self._take(None, str(error), of),
                progress=self._report,
                cancelled=lambda: self._set_job(None),
                channel=_CHANNEL,
            )
        )

    def _set_job(self, job: Job | None) -> None:
        was, self._job = self.busy, job
        if was != self.busy:
            self.busy_changed.emit(self.busy)

    def _report(self, progress: Progress) -> None:
        self.progress.emit(progress.stage, progress.done / progress.total if progress.total else 0)

    def _here(self) -> tuple[str, str]:
        return self.session.object_id, self.session.measurement

    def _take(self, found: Found | None, remark: str, of: tuple[str, str]) -> None:
        before, asked = self.found, self.of
        self.found, self.remark, self.of = found, remark, of
        self._set_job(None)
        if of[0] != asked[0]:
            self._epoch = math.nan
        if self.by_hand and self.chosen and found and before and of[0] == asked[0] and (
            found.wanted.method == before.wanted.method
        ):  # fmt: skip
            self.chosen = self._at(self.chosen.frequency)
        elif not (found and before and found.series is before.series):
            self.by_hand, self.chosen = False, self._first_choice()
        self.changed.emit()
        self._say_chosen()

    def _first_choice(self) -> Peak | None:
        """The period that was kept for this object, else the highest peak."""
        if self.found is None:
            return None
        kept = self.session.field.journal.state.periods.get(self.of[0])
        if kept is not None:
            return replace(peak_at(self.found, 1 / kept.period_d), epoch=kept.epoch_mjd)
        return self.found.peaks[0] if self.found.peaks else None

    def choose(self, frequency: float) -> None:
        """Fold at a frequency, 1/d; the peak of the table where it is one."""
        found = self.found
        if found is None or not (math.isfinite(frequency) and frequency > 0):
            return
        self._choose(self._at(frequency))

    def _choose(self, peak: Peak) -> None:
        self.by_hand, self.chosen = True, peak
        self._say_chosen()

    def _at(self, frequency: float) -> Peak:
        """What is told of a frequency; the peak of the table where it is one."""
        assert self.found is not None
        peaks = self.found.peaks
        peak = next((p for p in peaks if p.frequency == frequency), None)
        peak = peak or peak_at(self.found, frequency)
        return replace(peak, epoch=self._epoch) if math.isfinite(self._epoch) else peak

    def set_epoch(self, epoch: float) -> None:
        """Phase 0 from now on, MJD of the series' scale; nan: where the fit has it."""
        if self.chosen is not None and self.found is not None:
            self._epoch = epoch
            self.choose(self.chosen.frequency)

    def _say_chosen(self) -> None:
        """Panels that show phases follow what is chosen."""
        if self.session.display.x == PHASE.name and self.session.display.fold is not None:
            self._fold()
        self.chosen_changed.emit()

    def multiply(self, factor: float) -> None:
        """Fold at a multiple of the chosen period; phase 0 stays where it is."""
        if self.chosen is not None and self.found is not None:
            other = peak_at(self.found, self.chosen.frequency / factor)
            self._choose(replace(other, epoch=self.chosen.epoch))

    # -- what is done with it

    @property
    def kept(self) -> bool:
        """Whether the chosen period is the one that is kept."""
        kept, chosen = self.session.field.journal.state.periods.get(self.of[0]), self.chosen
        return kept is not None and chosen is not None and (
            (kept.period_d, kept.epoch_mjd) == (chosen.period, chosen.epoch)
        )  # fmt: skip

    def keep(self) -> str:
        """Keep period and epoch in the journal, with undo; returns what to say."""
        if self.chosen is None or self.found is None or not self.fresh:
            return "There is no period to keep yet"
        period, epoch = self.chosen.period, self.chosen.epoch
        (name, measurement), scale = self.of, self.found.series.scale
        journal = self.session.field.journal
        return self._store.acts.say(
            f"period {period:.9g} d of {name}",
            lambda: journal.set_period(name, period, epoch, scale=scale, measurement=measurement),
        )

    def forget(self) -> str:
        """Take the kept period back; returns what to say."""
        name, journal = self.session.object_id, self.session.field.journal
        if name not in journal.state.periods:
            return f"No period is kept of {name}"
        return self._store.acts.say(
            f"forget the period of {name}", lambda: journal.clear_period(name)
        )

    def fold_panels(self) -> str:
        """Show phases in the panels; returns what to say."""
        if self.chosen is None or not self.fresh:
            return "There is no period to fold at yet"
        self._fold()
        self.session.display.set_x(PHASE.name)
        return f"folded at {self.chosen.period:.9g} d"

    def _fold(self) -> None:
        peak, found = self.chosen, self.found
        if peak and found and self.fresh:
            fold = Fold(peak.period, peak.epoch, found.series.scale == BARYCENTRIC)
            self.session.display.set_fold(fold)


def _search(series: Series, wanted: Wanted, *, control: Control, report: Report) -> Found:
    """For a worker: astropy is loaded there."""
    if wanted.method == "bls":
        with heavy_imports():
            boxes.load()
    return search(series, wanted, control, report)
