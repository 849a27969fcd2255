"""What passes the filters, and for each point that does not, the one reason why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lightledger.domain import DEFAULT_MASK, Flag, LightCurve

from .running import Clip, clipped

#: Why a point is hidden; a point with several reasons counts under the first.
REASONS: tuple[str, ...] = ("rejected", "flag", "not finite", "time", "clip")


@dataclass(frozen=True)
class TimeRange:
    """First and last time that pass, MJD, UTC, both included."""

    first: float = float("-inf")
    last: float = float("inf")

    def contains(self, mjd_utc: np.ndarray) -> np.ndarray:
        return (mjd_utc >= self.first) & (mjd_utc <= self.last)

    @property
    def bounded(self) -> bool:
        return bool(np.isfinite(self.first) or np.isfinite(self.last))


@dataclass(frozen=True)
class Filters:
    """Everything that decides whether a point passes.

    Attributes
    ----------
    time : TimeRange
    mask : int
        Points with any of these flags are hidden.
    clip : Clip
        Points far from the median of what passes all else are hidden, or none.
    keep_missing : bool
        Show slots without a finite value too (an export then has nan there).
    keep_rejected : bool
        Show points that the user rejected; whatever ``mask`` says, they are hidden otherwise.
    """

    time: TimeRange = field(default_factory=TimeRange)
    mask: int = DEFAULT_MASK
    clip: Clip = field(default_factory=Clip)
    keep_missing: bool = False
    keep_rejected: bool = False

    @property
    def effective_mask(self) -> int:
        """``mask`` with the bit of rejected points as it is applied, for statistics."""
        rejected = int(Flag.REJECTED)
        return self.mask & ~rejected if self.keep_rejected else self.mask | rejected


@dataclass(frozen=True)
class Hidden:
    """Which points pass, and how many do not by reason; together they are all visits.

    Attributes
    ----------
    keep : ndarray of bool, shape (n_visit,)
    counts : mapping of str to int
        Every reason of `REASONS`, also those with 0.
    """

    keep: np.ndarray
    counts: Mapping[str, int]

    @property
    def n_total(self) -> int:
        return int(self.keep.size)

    @property
    def n_pass(self) -> int:
        return int(self.keep.sum())

    def text(self) -> str:
        """One line such as '412 of 1,200 pass; hidden: 751 time, 21 flag, 16 clip'."""
        line = f"{self.n_pass:,} of {self.n_total:,} pass"
        hidden = sorted(((n, why) for why, n in self.counts.items() if n), reverse=True)
        if hidden:
            line += "; hidden: " + ", ".join(f"{n:,} {why}" for n, why in hidden)
        return line


def passes(light_curve: LightCurve, filters: Filters | None = None) -> Hidden:
    """Apply filters to a light curve; every hidden point is counted once."""
    return passes_arrays(
        light_curve.time, light_curve.value, light_curve.flags, filters or Filters()
    )


def passes_arrays(
    mjd_utc: np.ndarray, value: np.ndarray, flags: np.ndarray, filters: Filters
) -> Hidden:
    """As `passes`, for bare arrays of shape (n_visit,)."""
    keep, hidden = _sorted_out(mjd_utc, value, flags, filters)
    return Hidden(keep, {why: int(np.count_nonzero(which)) for why, which in hidden.items()})


def hidden_by(reason: str, light_curve: LightCurve, filters: Filters | None = None) -> np.ndarray:
    """The points that `passes` counts under a reason of `REASONS`; bool, shape (n_visit,)."""
    lc = light_curve
    return _sorted_out(lc.time, lc.value, lc.flags, filters or Filters())[1][reason]


def _sorted_out(
    mjd_utc: np.ndarray, value: np.ndarray, flags: np.ndarray, filters: Filters
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    keep = np.ones(value.size, bool)
    hidden = dict.fromkeys(REASONS, np.zeros(value.size, bool))

    def hide(reason: str, these: np.ndarray) -> None:
        nonlocal keep
        hidden[reason] = these & keep
        keep = keep & ~these

    mask = np.uint16(filters.mask & ~int(Flag.REJECTED))
    if not filters.keep_rejected:
        hide("rejected", (flags & np.uint16(Flag.REJECTED)) != 0)
    if filters.keep_missing:
        # The flag that only says 'not finite' would hide what was asked for.
        mask &= ~np.uint16(Flag.NOT_FINITE)
    hide("flag", (flags & mask) != 0)
    if not filters.keep_missing:
        hide("not finite", ~np.isfinite(value))
    hide("time", ~filters.time.contains(mjd_utc))
    if filters.clip.on:
        hide("clip", clipped(mjd_utc, value, keep, filters.clip).gone)
    return keep, hidden
