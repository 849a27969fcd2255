"""L.A.Cosmic where it can find something: its medians only at pixels that stand out at all."""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner, kernel

from .laplacian import RISES, STANDS, appended, level_of, mark_of
from .surroundings import Room, excess_of, near_values, new_room, ranked, stands_alone

#: Further bits of a pixel: listed to be judged, replaced in this round, taken for a cosmic, asked.
_LISTED, _REPLACED, _TAKEN, _ASKED = 4, 8, 16, 32
_KEPT = STANDS | RISES
#: Pixels around a replaced one whose verdict may change: 3 x 3 medians within 7 x 7.
_REACH = 4
#: Least contrast that an image without structure is taken to have (as lacos and astroscrappy).
_LEAST_STRUCTURE = 0.01


@inner
def _judged(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray,
    candidates: np.ndarray, threshold: float, contrast: float, room: Room,
) -> tuple[np.ndarray, np.int64]:  # fmt: skip
    """Candidates that are cosmics for sure, and their number."""
    nx = image.shape[1]
    sure, n = np.empty(1024, np.int64), np.int64(0)
    for p in candidates:
        excess, noise = excess_of(image, sigma, bad, flagged, p // nx, p % nx, threshold, room)
        if not excess > threshold or not excess > contrast * _LEAST_STRUCTURE:
            continue
        if stands_alone(excess / contrast * noise, room):
            sure = appended(sure, n, p)
            n += 1
    return sure, n


@inner
def _with_neighbours(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, new: np.ndarray,
    n: np.int64, threshold: float, fraction: float, marks: np.ndarray, room: Room,
) -> tuple[np.ndarray, np.int64]:  # fmt: skip
    """Add the neighbours of cosmics above the threshold, then those of both above its fraction.

    All verdicts see the flags of the rounds before.
    """
    ny, nx = image.shape
    for k in range(n):
        marks[new[k] // nx, new[k] % nx] |= _TAKEN
    for step in range(2):
        least = threshold if step == 0 else threshold * fraction
        bit = STANDS if step == 0 else RISES
        asked = _ASKED << step
        seeds = n
        for k in range(seeds):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 1, 0), min(y + 2, ny)):
                for i in range(max(x - 1, 0), min(x + 2, nx)):
                    if marks[j, i] & (bit | asked | _TAKEN) != bit:
                        continue
                    marks[j, i] |= asked
                    excess, _ = excess_of(image, sigma, bad, flagged, j, i, least, room)
                    if excess > least:
                        marks[j, i] |= _TAKEN
                        new = appended(new, n, j * nx + i)
                        n += 1
    for k in range(n):
        y, x = new[k] // nx, new[k] % nx
        for j in range(max(y - 1, 0), min(y + 2, ny)):
            for i in range(max(x - 1, 0), min(x + 2, nx)):
                marks[j, i] &= _KEPT
    return new, n


@inner
def _replace(
    image: np.ndarray, bad: np.ndarray, flagged: np.ndarray, y: int, x: int, room: Room
) -> bool:
    """Median of the good pixels around that are no cosmics, or False where there are none."""
    n = near_values(image, bad, flagged, y, x, room.values)
    if n == 0:
        return False
    low = ranked(room.values, n, (n - 1) // 2)
    high = ranked(room.values, n, n // 2)
    image[y, x] = np.float32(0.5) * (low + high)
    return True


@inner
def _listed(
    image: np.ndarray, sigma: np.ndarray, replaced: np.ndarray, n_replaced: np.int64,
    threshold: float, fraction: float, marks: np.ndarray,
) -> tuple[np.ndarray, np.int64]:  # fmt: skip
    """Pixels near replaced ones that stand out and must be judged again, and their number.

    Laplacians are new at replaced pixels and the four around them.
    """
    ny, nx = marks.shape
    high, low = level_of(threshold), level_of(threshold * fraction)
    listed, n = np.empty(1024, np.int64), np.int64(0)
    for k in range(n_replaced):
        y, x = replaced[k] // nx, replaced[k] % nx
        for j in range(max(y - 1, 0), min(y + 2, ny)):
            for i in range(max(x - 1, 0), min(x + 2, nx)):
                if j == y or i == x:
                    marks[j, i] = mark_of(image, sigma, j, i, high, low)
    for k in range(n_replaced):
        y, x = replaced[k] // nx, replaced[k] % nx
        for j in range(max(y - _REACH, 0), min(y + _REACH + 1, ny)):
            for i in range(np.uintp(max(x - _REACH, 0)), np.uintp(min(x + _REACH + 1, nx))):
                if marks[j, i] & (STANDS | _LISTED) == STANDS:
                    marks[j, i] |= _LISTED
                    listed = appended(listed, n, j * nx + np.int64(i))
                    n += 1
    for k in range(n):
        marks[listed[k] // nx, listed[k] % nx] &= _KEPT
    return listed, n


@kernel
def replace_cosmics(
    image: np.ndarray,
    sigma: np.ndarray,
    bad: np.ndarray,
    candidates: np.ndarray,
    threshold: float,
    fraction: float,
    contrast: float,
    iterations: int,
    flagged: np.ndarray,
    marks: np.ndarray,
) -> tuple[int, np.ndarray]:
    """Find cosmics among the candidates, replace them in ``image``, look again around them.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        Changed in place.
    sigma, bad : ndarray of float32 and bool, shape (ny, nx)
    candidates : ndarray of int64
        From `lightledger.photometry.kernels.laplacian.outstanding`.
    threshold, fraction, contrast : float
    iterations : int
    flagged : ndarray of uint8, shape (ny, nx)
        Zeros; 1 at cosmics afterwards.
    marks : ndarray of uint8, shape (ny, nx)
        As `outstanding` left it; scratch.

    Returns
    -------
    n_cosmic : int
    unfilled : ndarray of int64
        Positions ``y * nx + x`` of cosmics without a good pixel in 5 x 5, which keep the value
        they have.
    """
    ny, nx = image.shape
    room = new_room()
    unfilled, n_unfilled = np.empty(16, np.int64), np.int64(0)
    n_cosmic = 0
    for _ in range(iterations):
        new, n = _judged(image, sigma, bad, flagged, candidates, threshold, contrast, room)
        if n == 0:
            break
        new, n = _with_neighbours(
            image, sigma, bad, flagged, new, n, threshold, fraction, marks, room
        )
        for k in range(n):
            n_cosmic += 1 - flagged[new[k] // nx, new[k] % nx]
            flagged[new[k] // nx, new[k] % nx] = 1
        # Old cosmics near new ones lose a neighbour to be replaced from.
        replaced, n_replaced = np.empty(4096, np.int64), np.int64(0)
        for k in range(n):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 2, 0), min(y + 3, ny)):
                for i in range(max(x - 2, 0), min(x + 3, nx)):
                    if not flagged[j, i] or marks[j, i] & _REPLACED:
                        continue
                    marks[j, i] |= _REPLACED
                    replaced = appended(replaced, n_replaced, j * nx + i)
                    n_replaced += 1
                    if not _replace(image, bad, flagged, j, i, room):
                        unfilled = appended(unfilled, n_unfilled, j * nx + i)
                        n_unfilled += 1
        candidates, n = _listed(image, sigma, replaced, n_replaced, threshold, fraction, marks)
        candidates = candidates[:n]
    return n_cosmic, unfilled[:n_unfilled]
