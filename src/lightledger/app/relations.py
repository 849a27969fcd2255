"""Difference and ratio of two measurements, visit by visit, as a light curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lightledger.analysis.epochs import PAIR_WINDOW_D, Epochs, pairs
from lightledger.analysis.masks import Hidden
from lightledger.domain import parse_measurement

from .curves import Curve, Quantity
from .panelset import Relation

#: A visit without one in the other band: why it is hidden.
NO_PARTNER = "no partner"
#: Why nothing passes of a flux minus a ratio to the coadd.
UNLIKE = "unlike units"


def joined(one: Curve, other: Curve) -> np.ndarray:
    """For each visit of the one its slot in the other, -1 for none; shape (n,), int64.

    Within a band these are the same visits; between bands those that belong together
    (`lightledger.analysis.epochs.pairs`).
    """
    partner = np.full(len(one), -1, np.int64)
    if _band(one) == _band(other):
        slot = {visit: i for i, visit in enumerate(other.lc.visit)}
        partner[:] = [slot.get(visit, -1) for visit in one.lc.visit]
    else:
        found = pairs(_epochs(one), _epochs(other))
        partner[found[:, 0]] = found[:, 1]
    return partner


def _epochs(curve: Curve) -> Epochs:
    return Epochs.of({"mjd_utc_mid": curve.lc.time})


def _band(curve: Curve) -> str:
    return parse_measurement(curve.lc.measurement).band


def how_joined(one: str, other: str) -> str:
    """How the visits of two measurements are joined, in words."""
    if parse_measurement(one).band == parse_measurement(other).band:
        return "same visits"
    return f"nearest visits within {PAIR_WINDOW_D * 24:.1f} h"


def related(
    relation: Relation, one: Curve, passing: Hidden, other: Curve, other_passing: Hidden
) -> tuple[Curve, Hidden]:
    """``one - other`` in the quantity shown, or the ratio of their fluxes.

    Errors are propagated as of independent measurements: those of two apertures on one image
    are not, and the true error is smaller. A point passes where both do.
    """
    if relation is Relation.DIFFERENCE and not (one.inverted or one.unit == other.unit):
        nothing, none = np.full(len(one), np.nan), np.zeros(len(one), bool)
        return replace(one, y=nothing, error=nothing), Hidden(none, {UNLIKE: len(one)})
    partner = joined(one, other)
    has = partner >= 0
    at = np.where(has, partner, 0)
    if not len(other):
        at, has = np.zeros(len(one), np.int64), np.zeros(len(one), bool)
        nothing = np.full(len(one), np.nan)
        return replace(one, y=nothing, error=nothing), Hidden(has, {NO_PARTNER: len(one)})
    with np.errstate(divide="ignore", invalid="ignore"):
        if relation is Relation.RATIO:
            a, b = one.lc.value.astype(np.float64), other.lc.value[at].astype(np.float64)
            y = np.where(has & (b != 0), a / b, np.nan)
            error = np.abs(y) * np.hypot(one.lc.error / a, other.lc.error[at] / b)
            made = replace(one, quantity=Quantity.FLUX, y=y, error=error, unit="ratio")
        else:
            y = np.where(has, one.y - other.y[at], np.nan)
            made = replace(one, y=y, error=np.hypot(one.error, other.error[at]))
    counts = dict(passing.counts)
    counts[NO_PARTNER] = int(np.count_nonzero(passing.keep & ~has))
    theirs = np.where(has, other_passing.keep[at], False)
    counts["in the other"] = int(np.count_nonzero(passing.keep & has & ~theirs))
    return made, Hidden(passing.keep & theirs, counts)
