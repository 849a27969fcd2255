"""Moments of a range of visits that moves: what leaves is taken off the sums, what enters added."""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner, kernel

from .movingsums import (
    N_ERROR,
    S1,
    S2,
    S3,
    VD,
    VDD,
    WD,
    WDD,
    N,
    Rules,
    Slots,
    State,
    V,
    W,
    tell,
)
from .points import N_EDGE, N_GOOD, N_OBSERVED, N_SATURATED
from .summary import Gains, Planes


@inner
def _value(planes: Planes, gains: Gains, row: int, j: int) -> float:
    """A value as it is corrected: rounded to float32, as everywhere."""
    use = gains.which[row]
    if use < 0:
        return np.float64(planes.value[row, j])
    return np.float64(np.float32(planes.value[row, j] * gains.gain[use, j]))


@inner
def _step(
    a: int, b: int, planes: Planes, gains: Gains, row: int, slots: Slots, sign: float, s: np.ndarray
) -> None:
    """The step from the point in slot ``a`` to the one in slot ``b``, added or taken off."""
    step = _value(planes, gains, row, b) - _value(planes, gains, row, a)
    cell = s[slots.code[a], slots.code[b]]
    cell[0] += sign
    cell[1] += sign * step
    cell[2] += sign * step * step


@inner
def _chunk(
    planes: Planes,
    gains: Gains,
    row: int,
    slots: Slots,
    rules: Rules,
    begin: int,
    end: int,
    sign: float,
    state: State,
) -> tuple[int, int]:
    """Points in ``[begin, end)`` and the steps between them; the first and last good slot."""
    centre, floor, use = state.seed[row, 0], state.seed[row, 1], max(gains.which[row], 0)
    corrected, rescaled = gains.which[row] >= 0, gains.noise.size > 0
    value, error, flags = planes.value[row], planes.error[row], planes.flags[row]
    gain, gain_error = gains.gain[use], gains.gain_error[use]
    n_good, n_seen, n_bright, n_rim = 0, 0, 0, 0
    first, last, before, j = -1, -1, 0.0, begin
    while j < end:
        # One setup after the other: its sums stay in registers.
        g, n0, last_of = slots.code[j], n_good, last
        s1, s2, s3, n_error = 0.0, 0.0, 0.0, 0
        w0, w1, w2, v0, v1, v2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        n_step, step1, step2 = 0, 0.0, 0.0
        while j < end and slots.code[j] == g:
            flag, y = flags[j], value[j]
            seen = (flag & rules.unobserved) == 0
            n_seen += seen
            n_bright += seen & ((flag & rules.saturated) != 0)
            n_rim += seen & ((flag & rules.edge) != 0)
            s = error[j]
            if rescaled:
                s = np.float32(s * gains.noise[j])
            if corrected:
                own, common = s * gain[j], y * gain_error[j]
                s = np.float32(np.sqrt(own * own + common * common))
                y = np.float32(y * gain[j])
            if ((flag & rules.mask) == 0) & (y - y == 0):
                n_good += 1
                number, sigma = np.float64(y), np.float64(s)
                d = number - centre
                s1 += d
                s2 += d * d
                s3 += d * d * d
                if (sigma > 0) & (sigma < np.inf):
                    w = 1.0 / (sigma * sigma + floor)
                    n_error += 1
                    w0 += w
                    w1 += w * d
                    w2 += w * d * d
                    w *= w
                    v0 += w
                    v1 += w * d
                    v2 += w * d * d
                if last >= 0:
                    step = number - before
                    if last_of == last:  # the first of this setup: a step from another one
                        cell = state.steps[row, slots.code[last], g]
                        cell[0] += sign
                        cell[1] += sign * step
                        cell[2] += sign * step * step
                    else:
                        n_step += 1
                        step1 += step
                        step2 += step * step
                else:
                    first = j
                last, before = j, number
            j += 1
        sums, cell = state.sums[row, g], state.steps[row, g, g]
        sums[N] += sign * (n_good - n0)
        sums[S1] += sign * s1
        sums[S2] += sign * s2
        sums[S3] += sign * s3
        sums[N_ERROR] += sign * n_error
        sums[W] += sign * w0
        sums[WD] += sign * w1
        sums[WDD] += sign * w2
        sums[V] += sign * v0
        sums[VD] += sign * v1
        sums[VDD] += sign * v2
        cell[0] += sign * n_step
        cell[1] += sign * step1
        cell[2] += sign * step2
    counts, one = state.counts[row], int(sign)
    counts[N_GOOD] += np.int32(one * n_good)
    counts[N_OBSERVED] += np.int32(one * n_seen)
    counts[N_SATURATED] += np.int32(one * n_bright)
    counts[N_EDGE] += np.int32(one * n_rim)
    return first, last


@inner
def _next_good(planes: Planes, gains: Gains, row: int, j: int, end: int, by: int, mask: int) -> int:
    """The first good slot from ``j`` on, stepping ``by``, before ``end``; -1 for none."""
    while j != end:
        if (planes.flags[row, j] & np.uint16(mask)) == 0:
            v = _value(planes, gains, row, j)
            if v - v == 0:
                return j
        j += by
    return -1


@inner
def _empty(row: int, state: State) -> None:
    state.sums[row, :] = 0.0
    state.steps[row, :] = 0.0
    state.counts[row, :] = 0
    state.range[row, 2], state.range[row, 3] = -1, -1


@inner
def _seed(
    planes: Planes, gains: Gains, row: int, slots: Slots, rules: Rules, lo: int, hi: int,
    state: State,
) -> None:  # fmt: skip
    """All sums anew, about the mean of the range."""
    n, total = 0, 0.0
    for j in range(lo, hi):
        if (planes.flags[row, j] & rules.mask) == 0:
            v = _value(planes, gains, row, j)
            if v - v == 0:
                n += 1
                total += v
    mean = total / n if n else 0.0
    state.seed[row, 0], state.seed[row, 1] = mean, (rules.floor * mean) ** 2
    _empty(row, state)
    first, last = _chunk(planes, gains, row, slots, rules, lo, hi, 1.0, state)
    state.range[row, 0], state.range[row, 1] = lo, hi
    state.range[row, 2], state.range[row, 3] = first, last
    squares = 0.0
    for g in range(state.sums.shape[1]):
        squares += state.sums[row, g, S2]
    state.seed[row, 2] = squares


@inner
def _shift(
    planes: Planes, gains: Gains, row: int, slots: Slots, rules: Rules, lo: int, hi: int,
    state: State,
) -> None:  # fmt: skip
    """Sums of ``[lo, hi)`` from those of another range that overlaps it."""
    old = state.range[row]
    steps = state.steps[row]
    if old[0] < lo:
        _, last = _chunk(planes, gains, row, slots, rules, old[0], lo, -1.0, state)
        if last >= 0:
            old[2] = _next_good(planes, gains, row, lo, old[1], 1, int(rules.mask))
            if old[2] >= 0:
                _step(last, old[2], planes, gains, row, slots, -1.0, steps)
        old[0] = lo
    if old[1] > hi:
        first, _ = _chunk(planes, gains, row, slots, rules, hi, old[1], -1.0, state)
        if first >= 0:
            old[3] = _next_good(planes, gains, row, hi - 1, old[0] - 1, -1, int(rules.mask))
            if old[3] >= 0:
                _step(old[3], first, planes, gains, row, slots, -1.0, steps)
        old[1] = hi
    if old[2] < 0 or old[3] < 0:
        old[2], old[3] = -1, -1
    if old[0] > lo:
        first, last = _chunk(planes, gains, row, slots, rules, lo, old[0], 1.0, state)
        if first >= 0:
            if old[2] >= 0:
                _step(last, old[2], planes, gains, row, slots, 1.0, steps)
            else:
                old[3] = last
            old[2] = first
        old[0] = lo
    if old[1] < hi:
        first, last = _chunk(planes, gains, row, slots, rules, old[1], hi, 1.0, state)
        if first >= 0:
            if old[3] >= 0:
                _step(old[3], first, planes, gains, row, slots, 1.0, steps)
            else:
                old[2] = first
            old[3] = last
        old[1] = hi


@kernel
def move(
    planes: Planes,
    gains: Gains,
    slots: Slots,
    rules: Rules,
    lo: int,
    hi: int,
    state: State,
    numbers: np.ndarray,
) -> None:
    """Bring the sums of all rows to the visits ``[lo, hi)`` and fill ``numbers`` (n_row, 14)."""
    level = np.zeros(state.sums.shape[1])
    for row in range(planes.value.shape[0]):
        now = state.range[row]
        kept = min(hi, now[1]) - max(lo, now[0])
        changes = (hi - lo) + (now[1] - now[0]) - 2 * kept
        fresh = kept <= 0 or changes >= hi - lo
        if fresh:
            _seed(planes, gains, row, slots, rules, lo, hi, state)
        else:
            _shift(planes, gains, row, slots, rules, lo, hi, state)
        numbers[row, :] = np.nan
        if state.counts[row, N_GOOD] == 0:
            continue
        if not tell(row, slots, rules, state, level, numbers[row]) and not fresh:
            _seed(planes, gains, row, slots, rules, lo, hi, state)
            numbers[row, :] = np.nan
            tell(row, slots, rules, state, level, numbers[row])
