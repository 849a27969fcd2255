"""The end page: counts that add up, how well it was measured, what varies most."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lightledger.analysis.quality import NAMED
from lightledger.app.turns import in_turns
from lightledger.domain import LightledgerError, counted
from lightledger.ingest.events import IngestReport
from lightledger.workers import Jobs

from . import skin
from .dates import size_text
from .minicurve import MiniCurve
from .pieces import Card, Page, label, row, say
from .problem_list import ProblemList
from .quality_plot import QualityPlots
from .summary import Sum, Summary, summarise_store, sums_of


class _Thumb(MiniCurve):
    """A light curve that can be clicked."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class EndPage(Page):
    """Shows a report; a click on a thumbnail opens the store on that object."""

    title = "Done"
    open_object = Signal(str)
    changed = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self.report: IngestReport | None = None
        self.summary: Summary | None = None
        counts = Card("Counts")
        self.counts = QVBoxLayout()
        self.counts.setSpacing(6)
        counts.body.addLayout(self.counts)
        self.more = label("", "muted", wrap=True)
        counts.body.addWidget(self.more)
        self.problems = ProblemList()
        left = QVBoxLayout()
        left.setSpacing(skin.SPACE)
        left.addWidget(counts)
        left.addWidget(self.problems, 1)
        scatter = Card("Scatter against magnitude")
        self.scatter_remark = label("", "muted")
        scatter.head.addWidget(self.scatter_remark)
        self.scatter = QualityPlots()
        scatter.body.addWidget(self.scatter, 1)
        self.best = label("", "muted", wrap=True)
        scatter.body.addWidget(self.best)
        both = row(left, scatter)
        both.setStretch(0, 2)
        both.setStretch(1, 5)
        self.body.addLayout(both, 3)
        variable = Card("Most variable")
        self.variable_remark = label("", "muted")
        variable.head.addWidget(self.variable_remark)
        self.thumbs = [_Thumb() for _ in range(NAMED)]
        line = row(*self.thumbs)
        for n, thumb in enumerate(self.thumbs):
            thumb.set_empty_text("")
            thumb.setMinimumHeight(120)
            thumb.setCursor(Qt.CursorShape.PointingHandCursor)
            thumb.clicked.connect(lambda n=n: self._thumb_clicked(n))
        variable.body.addLayout(line, 1)
        variable.setMinimumHeight(160)
        self.body.addWidget(variable, 2)

    def show_report(self, report: IngestReport) -> None:
        """Show the counts; `enter` has the plots follow from a worker."""
        self.report, self.summary = report, None
        bands = ", ".join(f"{band}: {counted(n, 'visit')}" for band, n in report.visits.items())
        self.heading.setText(f"{counted(report.n_object, 'object')} measured; {bands}")
        if report.up_to_date:
            say(self.subline, "Nothing was new: the store holds all these visits already")
        elif report.pending:
            say(self.subline, "The new version is shown once the old one is closed")
        else:
            say(self.subline, str(report.store))
        self._show_sums(sums_of(report))
        self.problems.clear("None")
        for problem in report.problems:
            self.problems.add(problem)
        notes = sum(p.severity == "note" for p in report.problems)
        bad = len(report.problems) - notes
        words = [counted(bad, "problem") if bad else "no problems"]
        if notes:
            words.append(counted(notes, "remark"))
        self.more.setText(f"{', '.join(words)}; the list is kept in the store")
        self.changed.emit()

    def enter(self) -> None:
        """Read what the plots show; after the page itself is painted."""
        if self.report is not None and self.summary is None:
            self._jobs.run(
                summarise_store, self.report.store, self.report, done=self._show_summary,
                failed=self._failed, channel="summary",
            )  # fmt: skip

    def _show_sums(self, sums: tuple[Sum, ...]) -> None:
        while (item := self.counts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for each in sums:
            self.counts.addWidget(_sum_widget(each))

    def _failed(self, error: LightledgerError) -> None:
        self.trouble = str(error)
        say(self.more, str(error), "problem")

    def _show_summary(self, summary: Summary) -> None:
        self.summary = summary
        how = "corrected" if summary.quality.corrected else "as measured"
        self.scatter_remark.setText(f"median of constant objects, {how}")
        self.more.setText(f"{self.more.text()}; {size_text(summary.n_bytes)} on disk")
        self.scatter.show_quality(summary.quality, summary.points, summary.ringed)
        best = summary.best_in_words
        say(self.best, f"Best: {best}" if best else "too few constant objects to compare types")
        in_turns(self, lambda: self._show_variable(summary))

    def _show_variable(self, summary: Summary) -> None:
        for thumb, each in zip(self.thumbs, summary.variable, strict=False):
            thumb.set_title(each.object, f"excess {each.excess:.1f}")
            thumb.set_series(((each.mjd_utc, each.relative, skin.accent(), False),))
        for thumb in self.thumbs[len(summary.variable) :]:
            thumb.hide()
        if any(each.sure for each in summary.quality.variable):
            remark = "click one to open the store on it"
        elif summary.variable:
            remark = "none varies more than its errors; click one to open the store on it"
        else:
            remark = "no object varies, or there are too few visits to tell"
        self.variable_remark.setText(remark)
        self.changed.emit()

    def _thumb_clicked(self, n: int) -> None:
        if self.summary is not None and n < len(self.summary.variable):
            self.open_object.emit(self.summary.variable[n].object)


def _sum_widget(each: Sum) -> QWidget:
    """A total, its parts below, and whether it adds up."""
    widget = QWidget()
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 8)
    layout.setSpacing(0)
    mark = label("adds up" if each.adds_up else "does not add up",
                 "good" if each.adds_up else "problem")  # fmt: skip
    layout.addLayout(row(label(f"{each.total:,}", "number"), label(each.what, "muted"), None, mark))
    for count, name in each.parts:
        amount = label(f"{count:,}")
        amount.setMinimumWidth(96)
        amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout.addLayout(row(amount, label(name, "muted"), None))
    return widget
