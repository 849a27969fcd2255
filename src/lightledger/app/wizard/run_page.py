"""Page 4, Run: stages, rate, time left, growing light curves, problems as they happen."""

from __future__ import annotations

import math

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout

from lightledger.domain import LightledgerError, Progress, counted
from lightledger.ingest.events import ReferenceReady, VisitMeasured

from . import skin
from .dates import short_time
from .growing import Growing
from .pieces import Card, Page, button, label, row, say
from .problem_list import ProblemList
from .runner import Runner
from .stages import Stages, stage_words


class RunPage(Page):
    """Watches a `Runner`; the dialog starts it."""

    title = "Run"
    background = Signal()

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner = runner
        self._build()
        runner.stage.connect(self._stage)
        runner.reference.connect(self._reference)
        runner.visit.connect(self._visit)
        runner.problem.connect(self.problems.add)
        runner.failed.connect(self._failed)
        runner.cancelled.connect(self._cancelled)
        runner.state_changed.connect(self._show_state)
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._show_rate)

    def _build(self) -> None:
        self.total = QProgressBar()
        self.total.setRange(0, 1000)
        self.total.setTextVisible(False)
        self.total.setFixedHeight(12)
        self.rate = label("", "muted")
        self.pause_button = button("Pause", "Holds back the next visit (P)")
        self.pause_button.setCheckable(True)
        self.pause_button.toggled.connect(self._runner.pause)
        self.stop_button = button(
            "Cancel", "Finished visits are kept; the same ingest goes on from them"
        )
        self.stop_button.clicked.connect(self._runner.stop)
        self.background_button = button("In background", "Hides this window; the ingest goes on")
        self.background_button.clicked.connect(self.background)
        head = Card()
        head.body.addWidget(self.total)
        head.body.addLayout(
            row(self.rate, None, self.pause_button, self.stop_button, self.background_button)
        )
        self.body.addWidget(head)

        self.stages = Stages()
        stages = Card("Stages")
        stages.body.addWidget(self.stages)
        stages.body.addStretch(1)
        self.problems = ProblemList()
        left = QVBoxLayout()
        left.setSpacing(skin.SPACE)
        left.addWidget(stages, 2)
        left.addWidget(self.problems, 3)
        curves = Card("Light curves as they are measured")
        curves.head.addWidget(label("raw, relative to their median", "muted"))
        self.growing = Growing()
        curves.body.addWidget(self.growing, 1)
        both = row(left, curves)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        self.body.addLayout(both, 1)

    # ---- of the dialog

    def start(self, bands: tuple[str, ...], span: tuple[float, float] | None) -> None:
        """A run begins over these bands and times."""
        self.trouble = ""
        self.heading.setText("Measuring")
        say(self.subline, "Cancel loses nothing: finished visits are kept for the next time")
        self.total.setRange(0, 0)
        self.stages.clear()
        self.problems.clear()
        self.growing.start(bands, span)
        self.pause_button.setChecked(False)
        self._clock.start()
        self._show_state()

    @property
    def ready(self) -> bool:
        return not self._runner.running

    def short_text(self) -> str:
        """A word or two for a button elsewhere; the fraction is told beside it."""
        if self._runner.paused:
            return "Paused"
        return "Measuring" if self._runner.n_total else "Preparing"

    # ---- news

    def _stage(self, progress: Progress) -> None:
        self.stages.show_progress(progress)
        if progress.stage == "measuring" and progress.total:
            self.total.setRange(0, 1000)
            self.total.setValue(round(1000 * progress.done / progress.total))
            self._show_rate()
        elif self._runner.n_total == 0:
            self.heading.setText(stage_words(progress.stage))

    def _reference(self, event: ReferenceReady) -> None:
        self.growing.set_reference(event)

    def _visit(self, event: VisitMeasured) -> None:
        self.growing.add(event)
        self.total.setRange(0, 1000)
        self.total.setValue(round(1000 * event.n_done / max(1, event.n_total)))

    def _failed(self, error: LightledgerError) -> None:
        self.trouble = str(error)
        self._ended("This ingest could not be finished")
        say(self.subline, str(error), "problem")

    def _cancelled(self) -> None:
        self._ended("Stopped")
        done = counted(self._runner.n_done, "visit is", "visits are")
        say(self.subline, f"{done} kept; press Start again to go on from there")

    def finished(self) -> None:
        """The run is done: the end page takes over."""
        self.stages.finish()
        self._ended("Measured")

    def _ended(self, heading: str) -> None:
        self._clock.stop()
        self.growing.finish()
        self.stages.halt()
        self.heading.setText(heading)
        if self.total.maximum() == 0:
            self.total.setRange(0, 1000)
        self.rate.setText("")
        self._show_state()

    def _show_state(self) -> None:
        running = self._runner.running
        for each in (self.pause_button, self.stop_button, self.background_button):
            each.setEnabled(running and not self._runner.stopping)
        self.stop_button.setText("Stopping ..." if self._runner.stopping else "Cancel")
        self.pause_button.setText("Go on" if self._runner.paused else "Pause")
        self._show_rate()

    def _show_rate(self) -> None:
        r = self._runner
        if not r.running or not r.n_total:
            return
        if not r.stopping:
            self.heading.setText("Paused" if r.paused else f"Measuring, {100 * r.fraction:.0f} %")
        text = f"{r.n_done:,} of {counted(r.n_total, 'visit')}"
        rate, left = r.visits_per_minute(), r.seconds_left()
        if math.isfinite(rate) and not r.paused:
            text += f"; {rate:,.0f} a minute"
        if math.isfinite(left) and not r.paused and r.n_done < r.n_total:
            text += f"; {short_time(left)} left"
        self.rate.setText(text)
