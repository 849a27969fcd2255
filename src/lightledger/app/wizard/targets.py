"""My star on the Reference page: clicked, typed, or proposed from the headers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.domain import LightledgerError
from lightledger.ingest.request import Target
from lightledger.workers import Jobs

from .building import place_target
from .picture import Found, Picture
from .sky_picture import SkyPicture
from .state import Choices
from .target_card import TargetCard

#: A detection this near (pixels) is the star itself.
_SAME = 3.0


class MyStar(QObject):
    """Keeps the target of the choices, its card and its ring in the picture together."""

    changed = Signal()

    def __init__(self, jobs: Jobs, choices: Choices, sky: SkyPicture, card: TargetCard) -> None:
        super().__init__(card)
        self._jobs, self._choices, self._sky, self._card = jobs, choices, sky, card
        self._picture: Picture | None = None
        self._found: Found | None = None
        card.typed.connect(self._typed)
        card.removed.connect(lambda: self._set(None))

    def follow(self, picture: Picture | None, found: Found | None) -> None:
        """The picture and what was found on it, from now on."""
        self._picture, self._found = picture, found

    def click(self, x: float, y: float, near: int | None) -> None:
        """Take the object ``near`` a click, or the clicked place itself."""
        if self._found is None:
            return
        if near is not None:
            x, y = float(self._found.x[near]), float(self._found.y[near])
        self._set(Target(self._card.name(), x=x, y=y))

    def propose(self) -> None:
        """Coordinates of the headers place the star at once where there is a WCS."""
        if self._choices.target is not None:
            self._set(self._choices.target)
        elif self._card.text() and self._picture is not None and self._picture.grid_text:
            self._jobs.run(
                place_target, self._picture, self._card.text(), self._card.name(),
                done=self._take_proposal, failed=lambda error: None, channel="target",
            )  # fmt: skip

    def _typed(self, text: str) -> None:
        if self._picture is None or not text:
            return
        self._jobs.run(
            place_target, self._picture, text, self._card.name(),
            done=self._set, failed=self._failed, channel="target",
        )  # fmt: skip

    def _failed(self, error: LightledgerError) -> None:
        # Not "check its coordinates": they are in the field that the cursor stands in.
        self._card.say(error.what + (f"; {error.advice}" if error.advice else ""), "problem")

    def _take_proposal(self, target: Target) -> None:
        """Take the header's position only where a star is: a pointing is not always one."""
        if self._found is None or self._picture is None:
            return
        fwhm = self._picture.fwhm_px if np.isfinite(self._picture.fwhm_px) else 2.0
        near = self._found.nearest(target.x, target.y, max(2.0, fwhm))
        if near is not None:
            x, y = float(self._found.x[near]), float(self._found.y[near])
            self._set(replace(target, x=x, y=y))
        else:
            self._card.say("No star lies there; click yours in the picture")

    def _set(self, target: Target | None) -> None:
        self._choices.targets[:] = [] if target is None else [target]
        self.changed.emit()
        if target is None or self._found is None:
            self._sky.show_target(None)
            self._card.show_target(None, "")
            return
        place = (target.x, target.y)
        if not math.isfinite(target.x):
            return
        self._sky.show_target(place)
        near = self._found.nearest(*place, _SAME)
        where = f"x {target.x:.1f}, y {target.y:.1f}"
        if near is not None and np.isfinite(self._found.ra[near]):
            where += f"; RA {self._found.ra[near]:.5f}, Dec {self._found.dec[near]:+.5f}"
        kind = "a detected object" if near is not None else "a position without a detection"
        self._card.show_target(target, f"{where}: {kind}")
