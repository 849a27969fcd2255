"""The strip "is it real?" above the panels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from lightledger.app.notifications import Notifications
from lightledger.app.session import Session
from lightledger.app.theme import Themes, small_font
from lightledger.domain import LightledgerError
from lightledger.workers import Jobs

from .chip import HEIGHT, Chip
from .collect import Collector, Evidence, Known, prepare
from .popup import EvidencePopup

#: Chips are computed when the object has been painted and leafing rests.
_AFTER_MS = 60
#: A hand that drags a range rests for less: meanwhile the chips are those of before, faded.
_AT_REST_MS = 250
_CHIPS = 6


class EvidenceStrip(QWidget):
    """Chips about the current object in the current measurement, for what passes the filters.

    Parameters
    ----------
    session : Session
    themes : Themes
    jobs : Jobs
    desk : Notifications
    """

    def __init__(
        self,
        session: Session,
        themes: Themes,
        jobs: Jobs,
        desk: Notifications,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._themes, self._jobs, self._desk = session, themes, jobs, desk
        self._collector = Collector(session)
        self._known: Known | None = None
        self._asked = ("", False)
        self.setAccessibleName("Is it real?")
        self.evidence: list[Evidence] = []
        self.chips = [Chip(themes, self) for _ in range(_CHIPS)]
        self.popup: EvidencePopup | None = None
        self._open = ""
        self.head = QLabel("Is it real?", self)
        self.head.setFont(small_font())
        self.head.setProperty("muted", True)
        self.head.setToolTip("What the object's own records say; click a chip to see the plot")
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(6)
        line.addWidget(self.head)
        for chip in self.chips:
            chip.hide()
            chip.clicked.connect(lambda _=False, c=chip: self._clicked(c))
            line.addWidget(chip)
        line.addStretch(1)
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        for signal in (
            session.object_changed,
            session.measurement_changed,
            session.display_changed,
            session.curves_changed,
        ):
            signal.connect(lambda: self._wait(_AFTER_MS))
        session.filters_changed.connect(lambda: self._wait(_AT_REST_MS))
        themes.changed.connect(self._redraw)
        self._soon.start(_AFTER_MS)

    def _wait(self, ms: int) -> None:
        for chip in self.chips:
            chip.fade()
        self._soon.start(ms)

    def refresh(self) -> None:
        """Collect the evidence anew (some ms)."""
        self._soon.stop()
        session = self._session
        wanted = session.measurement, session.display.corrected
        known = self._known
        if known is not None and (known.measurement, known.corrected) != wanted:
            known = None
        if known is None and wanted != self._asked and session.measurement:
            self._asked = wanted
            self._jobs.run(
                prepare,
                session.field,
                *wanted,
                done=self._prepared,
                failed=self._desk.error,
                channel="evidence",
            )
        try:
            self.evidence = self._collector.collect(known)
        except LightledgerError as error:
            self._desk.error(error)
            self.evidence = []
        self._show()

    def _prepared(self, known: Known) -> None:
        self._known = known
        self.refresh()

    def _show(self) -> None:
        for place, chip in enumerate(self.chips):
            if place < len(self.evidence):
                chip.show_evidence(self.evidence[place])
            chip.setVisible(place < len(self.evidence))
        self._fit()
        if self.popup is not None and self._open:
            self._show_popup(fit=True)

    # -- room

    def _fit(self) -> None:
        """Short titles where the long ones have no room; then without answers and heading."""
        chips = [chip for chip in self.chips if chip.evidence is not None and not chip.isHidden()]
        gaps = 16 + 6 * (len(chips) + 1)

        def needed(short: bool, bare: bool = False) -> int:
            return gaps + sum(chip.width_of(short, bare) for chip in chips)

        head = self.head.sizeHint().width()
        short = head + needed(False) > self.width()
        bare = short and needed(True) > self.width()
        self.head.setVisible(not short or head + needed(True) <= self.width())
        for chip in chips:
            chip.set_short(short, bare)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT + 8)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _redraw(self) -> None:
        for chip in self.chips:
            chip.update()
        if self.popup is not None and self._open:
            self._show_popup(fit=False)

    # -- plot

    def _clicked(self, chip: Chip) -> None:
        evidence = chip.evidence
        if evidence is None or self._open == evidence.key:
            self.close_popup()
            return
        if self.popup is None:
            self.popup = EvidencePopup(self._themes, self.parentWidget() or self)
            self.popup.closed.connect(self.close_popup)
        self._open = evidence.key
        self._show_popup(fit=True)
        self.popup.place_under(chip)
        self.popup.show()
        self.popup.raise_()
        self._show_popup(fit=True)

    def _show_popup(self, fit: bool) -> None:
        shown = next((each for each in self.evidence if each.key == self._open), None)
        if shown is None or self.popup is None:
            self.close_popup()
            return
        for chip in self.chips:
            chip.setChecked(chip.evidence is not None and chip.evidence.key == self._open)
        band = tuple(self._session.field.bands).index(self._session.band)
        self.popup.show_evidence(shown, self._themes.current.marker(band), fit)

    def close_popup(self) -> None:
        """Put the plot away."""
        self._open = ""
        for chip in self.chips:
            chip.setChecked(False)
        if self.popup is not None:
            self.popup.hide()
