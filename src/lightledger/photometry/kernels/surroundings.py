"""What L.A.Cosmic asks of a pixel that stands out: by how much, and whether it does so alone.

All is asked of a copy of the pixels around, in which nan stands for bad ones and for what is
beyond the edge. Of an even number of values (at edges, beside bad pixels) medians that decide take
the lower middle one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightledger.compiling import inner

from .laplacian import contrast, contrast_at

#: Pixels around one that decide about it: 9 x 9, in rows of 16.
_ROW = 16
_N_PATCH = 9 * _ROW
#: Room for the values of 5 x 5 pixels, in full lanes.
_N_NEAR = 32


class Room(NamedTuple):
    """Scratch for the surroundings of a pixel."""

    patch: np.ndarray  # float32: the pixels, nan for bad ones and beyond the edge
    laplacian: np.ndarray  # float32: eight times the Laplacian of each
    votes: np.ndarray  # int8
    values: np.ndarray  # float32: of 5 x 5 pixels, to take a median of


@inner
def new_room() -> Room:
    """Scratch, not filled."""
    return Room(
        np.empty(_N_PATCH, np.float32),
        np.empty(_N_PATCH, np.float32),
        np.empty(_N_PATCH, np.int8),
        np.empty(_N_NEAR, np.float32),
    )


@inner
def ranked(values: np.ndarray, n: np.int64, rank: np.int64) -> np.float32:
    """The one of ``n`` values that has ``rank`` of them below it in order; inf beyond them.

    Each is compared with all, side by side: no branch to guess, as there is in sorting.
    """
    found = -np.float32(np.inf)
    for k in range(np.uintp(n)):
        value = values[k]
        below = 0
        for j in range(np.uintp(values.size)):
            below += values[j] < value
        if below == rank:
            return value
        # of equal values none may have as many below it
        found = value if (below < rank) & (value > found) else found
    return found


@inner
def near_values(
    plane: np.ndarray, bad: np.ndarray, flagged: np.ndarray, y: int, x: int, values: np.ndarray
) -> np.int64:
    """Values of 5 x 5 pixels that are neither bad nor cosmics, then inf; their number."""
    ny, nx = plane.shape
    for k in range(np.uintp(values.size)):
        values[k] = np.inf
    n = np.uintp(0)
    for j in range(max(y - 2, 0), min(y + 3, ny)):
        for i in range(np.uintp(max(x - 2, 0)), np.uintp(min(x + 3, nx))):
            # written always and kept when good: no branch to guess
            good = not (bad[j, i] or flagged[j, i])
            values[n] = plane[j, i] if good else np.float32(np.inf)
            n += np.uintp(good)
    return np.int64(n)


@inner
def _copy_patch(image: np.ndarray, bad: np.ndarray, y: int, x: int, patch: np.ndarray) -> None:
    """9 x 9 pixels around one, in rows of 16; nan where they are bad or beyond the edge."""
    ny, nx = image.shape
    nan = np.float32(np.nan)
    for k in range(np.uintp(patch.size)):
        patch[k] = nan
    first, stop = max(x - 4, 0), min(x + 5, nx)
    for j in range(max(y - 4, 0), min(y + 5, ny)):
        shift = np.uintp((j - y + 4) * _ROW + first - x + 4)
        for k in range(np.uintp(stop - first)):
            i = np.uintp(first) + k
            patch[shift + k] = nan if bad[j, i] else image[j, i]


@inner
def _good_values(patch: np.ndarray, plane: np.ndarray, border: int, values: np.ndarray) -> np.int64:
    """Values of ``plane`` at the good pixels of a patch less its border, then inf; their number."""
    for k in range(np.uintp(values.size)):
        values[k] = np.inf
    n = np.uintp(0)
    for j in range(border, 9 - border):
        for i in range(border, 9 - border):
            at = np.uintp(j * _ROW + i)
            good = patch[at] == patch[at]
            values[n] = plane[at] if good else np.float32(np.inf)
            n += np.uintp(good)
    return np.int64(n)


@inner
def _near_laplacians(patch: np.ndarray, laplacian: np.ndarray, values: np.ndarray) -> np.int64:
    """Those of the good ones of 5 x 5 pixels, eight times, then inf; their number.

    A neighbour that is bad or outside adds no contrast.
    """
    one, row = np.uintp(1), np.uintp(_ROW)
    for k in range(np.uintp(2 * _ROW), np.uintp(7 * _ROW)):
        c, u, d, l, r = patch[k], patch[k - row], patch[k + row], patch[k - one], patch[k + one]  # noqa: E741
        u, d = c if u != u else u, c if d != d else d
        l, r = c if l != l else l, c if r != r else r  # noqa: E741
        laplacian[k] = contrast(c, u, d, l, r)
    return _good_values(patch, laplacian, 2, values)


@inner
def excess_of(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, y: int, x: int,
    threshold: float, room: Room,
) -> tuple[float, float]:  # fmt: skip
    """Laplacian less its median in 5 x 5 pixels, over the noise, and the noise; 0, inf where not
    even the Laplacian itself is above the threshold, and beside bad pixels, where it means nothing.

    The noise of the pixel itself, the median of the good sigmas in 5 x 5, serves all of its
    surroundings. ``room.patch`` holds them afterwards, unless 0 is returned.
    """
    ny, nx = image.shape
    values = room.values
    signal = np.float64(contrast_at(image, y, x)) / 8.0
    bound = signal / threshold
    for j in range(max(y - 1, 0), min(y + 2, ny)):
        for i in range(max(x - 1, 0), min(x + 2, nx)):
            if bad[j, i]:
                return 0.0, np.inf
    n = near_values(sigma, bad, flagged, y, x, values)
    less = 0
    for k in range(np.uintp(values.size)):
        less += values[k] < bound
    if n == 0 or 2 * less < n:
        return 0.0, np.inf
    noise = np.float64(ranked(values, n, (n - 1) // 2))
    _copy_patch(image, bad, y, x, room.patch)
    n = _near_laplacians(room.patch, room.laplacian, values)
    return (signal - ranked(values, n, (n - 1) // 2) / 8.0) / noise, noise


@inner
def stands_alone(allowed: float, room: Room) -> bool:
    """Whether the 3 x 3 median is less than ``allowed`` above the 7 x 7 median of such medians.

    Asked of the pixel whose surroundings are in ``room.patch``. A median is at most a bound when
    at least half of its values are: pixels vote, then medians do, and nothing is sorted.
    """
    patch, values, votes = room.patch, room.values, room.votes
    known = _good_values(patch, patch, 3, values)
    bound = ranked(values, known, (known - 1) // 2) - allowed
    for k in range(np.uintp(votes.size)):
        votes[k] = np.int8(patch[k] <= bound) - np.int8(patch[k] > bound)
    one, two, row = np.uintp(1), np.uintp(2), np.uintp(_ROW)
    for k in range(np.uintp(votes.size - 2)):
        votes[k] += votes[k + one] + votes[k + two]
    balance = 0
    for j in range(7):
        for i in range(7):
            at = np.uintp(j * _ROW + i)
            centre = patch[at + row + one]
            if centre == centre:
                balance += 1 if votes[at] + votes[at + row] + votes[at + two * row] >= 0 else -1
    return balance < 0
