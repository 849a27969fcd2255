"""Page 2, Reference: the picture that objects are found on, my star, comparison stars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import LightledgerError, Progress, counted
from lightledger.workers import Jobs
from lightledger.workers.warmth import Warmth

from . import skin
from .building import build_picture, detect_again, suggest_comparisons
from .comparison_card import ComparisonCard
from .picture import Found, Picture
from .pieces import Page, halves, in_the_window, label, line_label, row, say
from .sky_picture import MOST_MARKERS, SkyPicture
from .source_card import SourceCard
from .stages import stage_words
from .state import Choices
from .survey import Survey
from .target_card import TargetCard
from .targets import Targets
from .threshold_card import ThresholdCard

#: A click this near (pixels of the screen) means the object.
_CLICK = 12.0


class ReferencePage(Page):
    """Builds the picture in a worker; the threshold detects again on it, live."""

    title = "Reference"
    changed = Signal()

    def __init__(self, jobs: Jobs, choices: Choices, warmth: Warmth) -> None:
        super().__init__()
        self._jobs, self._choices, self._warmth = jobs, choices, warmth
        self._survey: Survey | None = None
        self.picture: Picture | None = None
        self.found: Found | None = None
        self._built_for: tuple[object, ...] | None = None
        self._building = False
        self._build()

    # ---- building the widgets

    def _build(self) -> None:
        self.sky = SkyPicture()
        self.sky.clicked.connect(self._clicked)
        self.sky.shift_clicked.connect(lambda x, y: self._clicked(x, y, another=True))
        self.instead = label("", "muted", wrap=True)
        self.instead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.instead.setContentsMargins(48, 0, 48, 0)
        self._view = QStackedWidget()
        self._view.addWidget(self.sky)
        self._view.addWidget(self.instead)
        self.status = line_label()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.hide()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._view, 1)
        below = row(self.status, self.bar)
        below.setStretch(0, 1)
        column.addLayout(below)

        self.source = SourceCard(self._choices)
        self.source.changed.connect(self.rebuild)
        self.threshold = ThresholdCard(self._choices)
        self.threshold.changed.connect(self._detect)
        self.targets = Targets(self._jobs, self._choices, self.sky)
        self.targets.changed.connect(self._suggest)
        self.target = TargetCard(self.targets)
        self.comparisons = ComparisonCard()
        self.comparisons.changed.connect(self._show_comparisons)
        self.comparisons.picking.connect(self.target.set_picking_other)
        inner = QWidget()
        cards = QVBoxLayout(inner)
        cards.setContentsMargins(0, 0, 4, 0)
        cards.setSpacing(skin.SPACE)
        for card in (self.source, self.threshold, self.target):
            # Never squeezed below what its lines need; the column may scroll instead.
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            cards.addWidget(card)
        cards.addWidget(self.comparisons, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setMinimumWidth(340)

        self.body.addWidget(halves((left, 760, 1), (scroll, 350, 0)), 1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(200)
        self._later.timeout.connect(self._start_detection)

    # ---- state

    def set_survey(self, survey: Survey) -> None:
        """The frames changed: what was found beside them, and the picture, are made anew."""
        self._survey = survey
        self._built_for = None
        self.source.set_survey(survey)
        frames = survey.inventory.frames
        name = next((f.object_name for f in frames if f.object_name), "")
        self.targets.propose(name, next((f.pointing for f in frames if f.pointing), None))

    def show_choices(self) -> None:
        """What a loaded recipe says of detection and stack."""
        self.threshold.show_choices()
        if self._survey is not None:
            self.source.show_choices()
            if self.picture is not None and self._built_for == self._key():
                self._detect()

    def take(self, path: Path) -> None:
        """Use a dropped file as coadd or catalogue."""
        self.source.take(path)

    def enter(self) -> None:
        if self._survey is not None and self._built_for != self._key():
            self.rebuild()

    def _key(self) -> tuple[object, ...]:
        c = self._choices
        m = c.measuring
        return (c.source, c.coadd, c.catalogue, m.stack_visits, tuple(c.folders), m.template)

    @property
    def ready(self) -> bool:
        up_to_date = self._built_for == self._key()
        return self.picture is not None and not self._building and up_to_date

    def leave(self) -> None:
        self._choices.comparison_add = self.comparisons.added()
        self._choices.comparison_remove = self.comparisons.removed()

    # ---- the picture

    def rebuild(self) -> None:
        """Make the picture anew, in a worker."""
        if self._survey is None:
            return
        self._built_for = self._key()
        self._building = True
        self.trouble = ""
        self.heading.setText("Reference")
        self.subline.setText("Making the picture that objects are found on")
        self.bar.setRange(0, 0)
        self.bar.show()
        say(self.status, "")
        self.changed.emit()
        c = self._choices
        self._jobs.run(
            build_picture,
            self._survey.inventory,
            c.source,
            c.coadd,
            c.catalogue,
            c.measuring,
            tuple(c.targets),
            self._warmth,
            done=self._made,
            failed=self._failed,
            progress=self._progress,
            channel="picture",
        )

    def _progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        text = stage_words(progress.stage)
        say(self.status, f"{text} {progress.done} of {progress.total}" if progress.total else text)

    def _made(self, picture: Picture) -> None:
        self._building = False
        self.bar.hide()
        self.picture = picture
        say(self.status, "")
        self._view.setCurrentWidget(self.sky)
        self.sky.show_image(picture.grey, picture.shape, picture.fwhm_px)
        self.source.show_made(picture)
        self.threshold.setVisible(picture.detected)
        self.target.set_sky(bool(picture.grid_text))
        self._show_found(picture.found)
        self.targets.settle()
        self._say_sky(picture)
        self.changed.emit()

    def _failed(self, error: LightledgerError) -> None:
        self._building = False
        self.bar.hide()
        self.picture = self.found = None
        self.targets.follow(None, None)
        self.trouble = in_the_window(error)
        say(self.status, "")
        say(self.instead, self.trouble, "problem")
        self._view.setCurrentWidget(self.instead)
        self.threshold.setVisible(self._choices.source != "catalogue")
        self.comparisons.clear()
        self.subline.setText("No reference could be made; choose another source at the right")
        self.changed.emit()

    def _say_sky(self, picture: Picture) -> None:
        fwhm = f", stars {picture.fwhm_px:.1f} px wide" if np.isfinite(picture.fwhm_px) else ""
        head = picture.source[:1].upper() + picture.source[1:]
        sky = {
            "wcs": "Sky positions from its WCS: times are also given as BJD_TDB per object",
            "pointing": "No WCS: BJD_TDB is computed for the pointing in the headers",
            "none": "No sky position: times stay JD_UTC, and BJD is nan",
        }[picture.sky]
        self.heading.setText(f"Reference: {counted(len(picture.found.ids), 'object')}{fwhm}")
        self.subline.setText(f"{head}. {sky}.")
        if picture.remarks:
            say(self.status, picture.remarks[0], "problem")

    # ---- detection

    def _detect(self) -> None:
        if self.picture is None or self.picture.detected:
            self._later.start()

    def _start_detection(self) -> None:
        if self.picture is None:
            # Nothing was found with the threshold before: another one is another attempt.
            if not self._building:
                self.rebuild()
            return
        self.threshold.set_busy(True)
        self._jobs.run(
            detect_again,
            self.picture,
            self._choices.measuring,
            tuple(self._choices.targets),
            done=self._show_found,
            failed=self._detection_failed,
            channel="detect",
        )

    def _detection_failed(self, error: LightledgerError) -> None:
        self.threshold.set_busy(False)
        self.threshold.say(str(error), "problem")

    def _show_found(self, found: Found) -> None:
        self.found = found
        self.targets.follow(self.picture, found)
        self.threshold.set_busy(False)
        self.sky.show_detections(found.x, found.y)
        shown = f"; the first {MOST_MARKERS:,} are drawn" if found.x.size > MOST_MARKERS else ""
        self.threshold.say(f"{counted(len(found.ids), 'object')}{shown}")
        if self.picture is not None:
            fwhm = self.picture.fwhm_px
            wide = f", stars {fwhm:.1f} px wide" if np.isfinite(fwhm) else ""
            self.heading.setText(f"Reference: {counted(len(found.ids), 'object')}{wide}")
            self._suggest()

    def _suggest(self) -> None:
        """Suggest comparison stars, never one of my stars."""
        found = self.found
        if self.picture is None or found is None:
            return
        placed = [t for t in self._choices.targets if np.isfinite(t.x)]
        mine = [i for t in placed if (i := found.nearest(t.x, t.y, 3.0)) is not None]
        suggested = suggest_comparisons(self.picture, found, without=mine)
        self.comparisons.set_found(found, suggested)

    def _clicked(self, x: float, y: float, another: bool = False) -> None:
        if self.found is None:
            return
        near = self.found.nearest(x, y, self.sky.pixels_near(_CLICK))
        if not self.comparisons.is_picking:
            self.targets.click(x, y, near, another)
        elif near is not None:
            self.comparisons.toggle(near)

    def _show_comparisons(self) -> None:
        x, y = self.comparisons.positions()
        self.sky.show_comparisons(x, y)
