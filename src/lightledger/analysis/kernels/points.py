"""The points of a light curve: counted, corrected, the good ones moved up, put in order."""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner

#: Columns of ``counts``.
N_GOOD, N_OBSERVED, N_SATURATED, N_EDGE = range(4)

_ONE, _ZERO = np.int32(1), np.int32(0)
#: Eight bytes of 1.
_EIGHT = np.uint64(0x0101010101010101)


@inner
def count(
    value: np.ndarray,
    flags: np.ndarray,
    mask: np.uint16,
    unobserved: np.uint16,
    saturated: np.uint16,
    edge: np.uint16,
    is_good: np.ndarray,
    counts: np.ndarray,
) -> int:
    """Fill ``counts`` (i4, 4) of a row and which points are good (u1); how many those are."""
    good, observed, bright, rim = _ZERO, _ZERO, _ZERO, _ZERO
    for j in range(value.size):
        flag = flags[j]
        seen = (flag & unobserved) == 0
        sound = ((flag & mask) == 0) & (value[j] - value[j] == 0)
        is_good[j] = sound
        good = np.int32(good + (_ONE if sound else _ZERO))
        observed = np.int32(observed + (_ONE if seen else _ZERO))
        bright = np.int32(bright + (_ONE if seen & ((flag & saturated) != 0) else _ZERO))
        rim = np.int32(rim + (_ONE if seen & ((flag & edge) != 0) else _ZERO))
    counts[N_GOOD], counts[N_OBSERVED] = good, observed
    counts[N_SATURATED], counts[N_EDGE] = bright, rim
    return int(np.int64(good))


@inner
def correct(
    value: np.ndarray,
    error: np.ndarray,
    gain: np.ndarray,
    gain_error: np.ndarray,
    better: np.ndarray,
    worse: np.ndarray,
) -> None:
    """Value x gain, and the error of the gain added in quadrature."""
    for j in range(value.size):
        better[j] = value[j] * gain[j]
    for j in range(value.size):
        own, common = error[j] * gain[j], value[j] * gain_error[j]
        worse[j] = np.sqrt(own * own + common * common)


@inner
def rescale(error: np.ndarray, noise: np.ndarray, out: np.ndarray) -> None:
    """Errors times the factor of correlated noise in each visit."""
    for j in range(error.size):
        out[j] = error[j] * noise[j]


@inner
def copy(a: np.ndarray, b: np.ndarray) -> None:
    """``a`` into the beginning of ``b``."""
    for i in range(a.size):
        b[i] = a[i]


@inner
def gather(
    value: np.ndarray,
    error: np.ndarray,
    is_good: np.ndarray,
    y: np.ndarray,
    sigma: np.ndarray,
    at: np.ndarray,
) -> None:
    """Good points moved up: their values, errors and slots; one element more is written to."""
    n, size = np.uintp(0), value.size
    eight = is_good[: size - size % 8].view(np.uint64)
    for b in range(eight.size):  # most are good: eight at once, which is one instruction
        j = 8 * b
        if eight[b] == _EIGHT:
            for k in range(8):
                y[n + np.uintp(k)], sigma[n + np.uintp(k)] = value[j + k], error[j + k]
                at[n + np.uintp(k)] = j + k
            n = np.uintp(n + np.uintp(8))
        else:
            for k in range(j, j + 8):  # written always, kept when good: no branch
                y[n], sigma[n], at[n] = value[k], error[k], k
                n = np.uintp(n + np.uintp(is_good[k]))
    for k in range(8 * eight.size, size):
        y[n], sigma[n], at[n] = value[k], error[k], k
        n = np.uintp(n + np.uintp(is_good[k]))


@inner
def clip(
    y: np.ndarray,
    sigma: np.ndarray,
    at: np.ndarray,
    n: int,
    window: np.ndarray,
    kept: np.ndarray,
    its_sigma: np.ndarray,
    slot: np.ndarray,
) -> int:
    """Points in the window moved up, in place or into other arrays; how many."""
    m = np.uintp(0)
    least, greatest = window[0], window[1]
    for i in range(n):
        kept[m], its_sigma[m], slot[m] = y[i], sigma[i], at[i]
        m = np.uintp(m + np.uintp((y[i] >= least) & (y[i] <= greatest)))
    return int(np.int64(m))


@inner
def known_errors(sigma: np.ndarray, n: int, known: np.ndarray) -> None:
    """Finite and positive errors moved up."""
    m = np.uintp(0)
    for i in range(n):
        known[m] = sigma[i]
        m = np.uintp(m + np.uintp((sigma[i] > 0) & (sigma[i] < np.inf)))


@inner
def longest_gap(times: np.ndarray, at: np.ndarray, n: int, gap: np.ndarray) -> float:
    """Longest time between points; ``gap`` is scratch. nan where a time is."""
    for i in range(1, n):
        gap[i] = times[at[i]] - times[at[i - 1]]
    # No gap is negative: as whole numbers they are in the same order, and quicker compared.
    bits, longest = gap.view(np.int64), 0
    for i in range(1, n):
        longest = max(longest, bits[i])
    bits[0] = longest
    return gap[0]


@inner
def take_edges(at: np.ndarray, n: int, start: np.ndarray, lo: int, edge: np.ndarray) -> None:
    """``edge[r]``: how many points lie before slot ``start[r] - lo``; ``at`` ascends."""
    for r in range(start.size):
        slot = start[r] - lo
        low, high = 0, n
        while low < high:
            middle = (low + high) >> 1
            if at[middle] < slot:
                low = middle + 1
            else:
                high = middle
        edge[r] = low


@inner
def group(
    a: np.ndarray, edge: np.ndarray, code: np.ndarray, n_of: np.ndarray, out: np.ndarray
) -> None:
    """Points with those of one setup together, in the order of the setups."""
    place = 0
    for g in range(n_of.size):
        for r in range(code.size):
            if code[r] == g:
                copy(a[edge[r] : edge[r + 1]], out[place:])
                place += edge[r + 1] - edge[r]
