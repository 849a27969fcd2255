"""Tones of a cut-out: the same in every visit, so that what changes is the sky, or its own."""

from __future__ import annotations

import numpy as np

from lightledger.library.cutouts import Patch
from lightledger.library.tones import Tone, tone_of

SAME_TONES = (
    "On: all visits in the tones of the one shown when it was switched on, each about its own "
    "background.\nOff: each visit in tones of its own"
)
#: Of the image divided by the coadd: so much of the usual ratio to either side.
_RATIO_SPAN = 0.5
#: Of the difference: as many robust sigmas of its own noise to either side.
_SIGMAS = 6.0
_MAD = 1.4826


def first_tone(patch: Patch) -> Tone:
    """Tones of a kind of image by the first visit that is looked at, about its level."""
    values = patch.data[np.isfinite(patch.data)]
    if not values.size:
        return Tone(-1.0, 1.0, "linear")
    if patch.kind == "ratio":
        span = _RATIO_SPAN * (abs(patch.level) or 1.0)
        return Tone(-span, span, "linear")
    if patch.kind == "difference":
        middle = float(np.median(values))
        span = _SIGMAS * _MAD * float(np.median(np.abs(values - middle))) or 1.0
        return Tone(-span, span, "linear")
    if patch.kind == "cov":
        return Tone(0.0, 1.5 * float(values.max()) or 1.0, "linear")
    if patch.kind in ("unc", "std"):
        return tone_of(patch.data, "0.5–99.7 %", "linear")
    return tone_of(patch.data).moved(-patch.level)


class Tones:
    """Remembers the tones of each kind of image while one object is looked at in one band.

    Attributes
    ----------
    same : bool
        Whether all visits have the same tones; else each has its own.
    """

    def __init__(self) -> None:
        self.same = True
        self._of: tuple[int, str] | None = None
        self._tones: dict[str, Tone] = {}

    def follow(self, index: int, band: str) -> None:
        """Start anew with another object or band."""
        if self._of != (index, band):
            self._of = index, band
            self._tones.clear()

    def set_same(self, on: bool) -> None:
        """From now on as the next visit is shown, or each by itself."""
        self.same = on
        self._tones.clear()

    def of(self, patch: Patch) -> Tone:
        """Tones of a patch, about its own background in any case."""
        if not self.same:
            return first_tone(patch).moved(patch.level)
        if patch.kind not in self._tones and np.isfinite(patch.data).any():
            self._tones[patch.kind] = first_tone(patch)
        tone = self._tones.get(patch.kind) or first_tone(patch)
        return tone.moved(patch.level)
