"""Positions that a person adds on the Reference page: clicked, typed, proposed from the headers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.domain import LightledgerError
from lightledger.ingest.request import Target
from lightledger.workers import Jobs

from .building import place_target
from .picture import Found, Picture
from .sky_picture import SkyPicture
from .state import Choices

#: A detection nearer than this (pixels) and the FWHM is the star itself, as the ingest takes it.
_SAME = 2.0


@dataclass
class Entry:
    """One position on its way to a target.

    Attributes
    ----------
    text : str
        As typed, or the pixel that was clicked.
    target : Target or None
        None while it has no place on the picture.
    said : str
        What is known of the place, or what is wrong with it.
    wrong : bool
    made_on : str
        The picture that a clicked pixel is of.
    """

    name: str
    text: str = ""
    target: Target | None = None
    said: str = ""
    wrong: bool = False
    made_on: str = ""


class Targets(QObject):
    """Keeps the targets of the choices and their rings in the picture together.

    The first is the one the window opens on. ``changed`` says that one was moved, added or
    removed; ``shown`` that there is something new to read.
    """

    changed = Signal()
    shown = Signal()

    def __init__(self, jobs: Jobs, choices: Choices, sky: SkyPicture) -> None:
        super().__init__(sky)
        self._jobs, self._choices, self._sky = jobs, choices, sky
        self._picture: Picture | None = None
        self._found: Found | None = None
        self.entries: list[Entry] = []
        self.current = 0

    # ---- what the page tells

    def propose(self, name: str, pointing: tuple[float, float] | None) -> None:
        """What the headers say, unless the person has entries of his own."""
        if not self.entries and pointing is not None:
            text = f"{pointing[0]:.5f} {pointing[1]:+.5f}"
            self.entries = [Entry(name or "target", text, said="From the headers")]
            self.shown.emit()

    def follow(self, picture: Picture | None, found: Found | None) -> None:
        """The picture and what was found on it, from now on."""
        self._picture, self._found = picture, found
        self._draw()

    def settle(self) -> None:
        """A new picture: what was typed is placed on it anew."""
        picture = self._picture
        if picture is None:
            return
        for entry in self.entries:
            if entry.made_on:
                if entry.made_on != picture.source:
                    self._say(entry, "Clicked on another picture: click it again", wrong=True)
            elif entry.target is not None or picture.grid_text:
                proposed = entry.target is None and entry.said == "From the headers"
                self._place(entry, proposed)
        self._store()

    # ---- what the person does

    def click(self, x: float, y: float, near: int | None, another: bool = False) -> None:
        """Put the current entry (``another``: a further one) on an object or on the place."""
        if self._found is None or self._picture is None:
            return
        if near is not None:
            x, y = float(self._found.x[near]), float(self._found.y[near])
        if another or not self.entries:
            self.add()
        entry = self.entries[self.current]
        entry.text, entry.made_on = f"{x:.1f},{y:.1f} px", self._picture.source
        self._set(entry, Target(entry.name, x=x, y=y))

    def add(self) -> None:
        """A further entry, without a place; it is current."""
        n = len(self.entries) + 1
        name = "target" if n == 1 else f"target {n}"
        self.entries.append(Entry(self._free_name(name), said="Click it, or enter its position"))
        self.current = n - 1
        self.shown.emit()

    def remove(self, row: int) -> None:
        if 0 <= row < len(self.entries):
            del self.entries[row]
            self.current = max(0, min(self.current, len(self.entries) - 1))
            self._store()

    def rename(self, row: int, name: str) -> None:
        entry = self.entries[row]
        entry.name = self._free_name(name.strip() or "target", entry)
        if entry.target is not None:
            entry.target = replace(entry.target, name=entry.name)
        self._store()

    def enter(self, row: int, text: str) -> None:
        """A position was typed."""
        entry = self.entries[row]
        entry.text, entry.made_on, entry.target = text.strip(), "", None
        self._place(entry)

    # ---- placing

    def _free_name(self, name: str, but: Entry | None = None) -> str:
        taken = {e.name for e in self.entries if e is not but}
        numbered = (f"{name} {n}" for n in range(2, len(taken) + 3))
        return name if name not in taken else next(n for n in numbered if n not in taken)

    def _place(self, entry: Entry, proposed: bool = False) -> None:
        if self._picture is None or not entry.text:
            self._store()
            return

        text = entry.text

        def stale() -> bool:
            """Something else was typed or clicked meanwhile."""
            return entry.text != text or entry not in self.entries

        def placed(target: Target) -> None:
            if stale():
                return
            if proposed and (there := self._star_at(target)) is None:
                self._say(entry, "No star lies there; click yours in the picture")
            else:
                self._set(entry, there if proposed else replace(target, name=entry.name))

        def failed(error: LightledgerError) -> None:
            # Not "check its coordinates": they are in the field that the cursor stands in.
            advice = f"; {error.advice}" if error.advice else ""
            if not proposed and not stale():
                self._say(entry, error.what + advice, wrong=True)

        self._jobs.run(
            place_target, self._picture, entry.text, entry.name,
            done=placed, failed=failed, channel=f"target{id(entry)}",
        )  # fmt: skip

    def _star_at(self, target: Target) -> Target | None:
        """The header's position only where a star is: a pointing is not always one."""
        if self._found is None or self._picture is None:
            return None
        near = self._nearest(target)
        if near is None:
            return None
        return replace(target, x=float(self._found.x[near]), y=float(self._found.y[near]))

    def _nearest(self, target: Target) -> int | None:
        if self._found is None or self._picture is None:
            return None
        fwhm = self._picture.fwhm_px if np.isfinite(self._picture.fwhm_px) else _SAME
        return self._found.nearest(target.x, target.y, max(_SAME, fwhm))

    def _say(self, entry: Entry, text: str, wrong: bool = False) -> None:
        entry.said, entry.wrong, entry.target = text, wrong, None
        self._store()

    def _set(self, entry: Entry, target: Target | None) -> None:
        if target is None or entry not in self.entries:
            return
        entry.target, entry.wrong = target, False
        near = self._nearest(target)
        where = f"x {target.x:.1f}, y {target.y:.1f}"
        if self._found is not None and near is not None and np.isfinite(self._found.ra[near]):
            where += f"; RA {self._found.ra[near]:.5f}, Dec {self._found.dec[near]:+.5f}"
        kind = (
            "a detected object" if near is not None else "not on the coadd, measured all the same"
        )
        entry.said = f"{where}: {kind}"
        self._store()

    def _store(self) -> None:
        self._choices.targets[:] = [e.target for e in self.entries if e.target is not None]
        self._draw()
        self.shown.emit()
        self.changed.emit()

    def _draw(self) -> None:
        targets = self._choices.targets if self._found is not None else []
        self._sky.show_targets([(t.x, t.y) for t in targets if math.isfinite(t.x)])
