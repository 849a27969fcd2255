"""L.A.Cosmic where it can find something: its medians only at pixels that stand out at all."""

from __future__ import annotations

import numpy as np

from .compiling import kernel
from .laplacian import appended, excess_of, insert, stands_alone

#: Pixels around a replaced one whose verdict may change: 3 x 3 medians within 7 x 7.
_REACH = 4
#: Marks of one round: taken for a cosmic; asked, at the first or the second threshold.
_TAKEN, _ASKED = 255, 253
MOST_ITERATIONS = 250
#: Least contrast that an image without structure is taken to have (as lacos and astroscrappy).
_LEAST_STRUCTURE = 0.01


@kernel
def _replace(
    image: np.ndarray, bad: np.ndarray, flagged: np.ndarray, y: int, x: int, near: np.ndarray
) -> bool:
    """Median of the good pixels around that are no cosmics, or False where there are none."""
    ny, nx = image.shape
    n = 0
    for j in range(max(y - 2, 0), min(y + 3, ny)):
        for i in range(max(x - 2, 0), min(x + 3, nx)):
            if not bad[j, i] and flagged[j, i] == 0:
                n = insert(near, n, image[j, i])
    if n == 0:
        return False
    image[y, x] = np.float32(0.5) * (near[(n - 1) // 2] + near[n // 2])
    return True


@kernel
def _judged(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, quiet: np.ndarray,
    candidates: np.ndarray, threshold: float, contrast: float, near: np.ndarray,
    counts: np.ndarray,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """Candidates that are cosmics for sure, and their number."""
    nx = image.shape[1]
    sure, n = np.empty(1024, np.int64), 0
    for p in candidates:
        y, x = p // nx, p % nx
        excess, noise = excess_of(image, sigma, bad, flagged, quiet, y, x, threshold, near)
        if not excess > threshold or not excess > contrast * _LEAST_STRUCTURE:
            continue
        if stands_alone(image, bad, y, x, excess / contrast * noise, near, counts):
            sure = appended(sure, n, p)
            n += 1
    return sure, n


@kernel
def _with_neighbours(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, quiet: np.ndarray,
    new: np.ndarray, n: int, threshold: float, fraction: float, near: np.ndarray,
    marks: np.ndarray,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """Add the neighbours of cosmics above the threshold, then those of both above its fraction.

    All verdicts see the flags of the rounds before. ``marks`` is 0 again afterwards.
    """
    ny, nx = image.shape
    for k in range(n):
        marks[new[k] // nx, new[k] % nx] = _TAKEN
    for step in range(2):
        least = threshold if step == 0 else threshold * fraction
        seeds = n
        for k in range(seeds):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 1, 0), min(y + 2, ny)):
                for i in range(max(x - 1, 0), min(x + 2, nx)):
                    if marks[j, i] == _TAKEN or marks[j, i] == _ASKED + step:
                        continue
                    marks[j, i] = _ASKED + step
                    excess, _ = excess_of(image, sigma, bad, flagged, quiet, j, i, least, near)
                    if excess > least:
                        marks[j, i] = _TAKEN
                        new = appended(new, n, j * nx + i)
                        n += 1
    for k in range(n):
        y, x = new[k] // nx, new[k] % nx
        marks[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2] = 0
    return new, n


@kernel
def replace_cosmics(
    image: np.ndarray,
    sigma: np.ndarray,
    bad: np.ndarray,
    quiet: np.ndarray,
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
    quiet, candidates
        From `lightledger.photometry.kernels.laplacian.outstanding`.
    threshold, fraction, contrast : float
    iterations : int
        At most `MOST_ITERATIONS`.
    flagged, marks : ndarray of uint8, shape (ny, nx)
        Zeros; ``flagged`` is 1 at cosmics afterwards, ``marks`` is scratch.

    Returns
    -------
    n_cosmic : int
    unfilled : ndarray of int64
        Positions ``y * nx + x`` of cosmics without a good pixel in 5 x 5, which keep the value
        they have.
    """
    ny, nx = image.shape
    near, counts = np.empty(25, np.float32), np.empty((2, 9, 7), np.int32)
    unfilled, n_unfilled = np.empty(16, np.int64), 0
    n_cosmic = 0
    for iteration in range(1, iterations + 1):
        new, n = _judged(
            image, sigma, bad, flagged, quiet, candidates, threshold, contrast, near, counts
        )
        if n == 0:
            break
        new, n = _with_neighbours(
            image, sigma, bad, flagged, quiet, new, n, threshold, fraction, near, marks
        )
        for k in range(n):
            n_cosmic += 1 - flagged[new[k] // nx, new[k] % nx]
            flagged[new[k] // nx, new[k] % nx] = 1
        # Old cosmics near new ones lose a neighbour to be replaced from.
        candidates, n_candidate = np.empty(4096, np.int64), 0
        for k in range(n):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 2, 0), min(y + 3, ny)):
                for i in range(max(x - 2, 0), min(x + 3, nx)):
                    if flagged[j, i] != 1:
                        continue
                    flagged[j, i] = 2
                    if not _replace(image, bad, flagged, j, i, near):
                        unfilled = appended(unfilled, n_unfilled, j * nx + i)
                        n_unfilled += 1
                    for b in range(max(j - _REACH, 0), min(j + _REACH + 1, ny)):
                        for a in range(max(i - _REACH, 0), min(i + _REACH + 1, nx)):
                            if marks[b, a] != iteration:
                                marks[b, a] = iteration
                                candidates = appended(candidates, n_candidate, b * nx + a)
                                n_candidate += 1
        for k in range(n):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 2, 0), min(y + 3, ny)):
                for i in range(max(x - 2, 0), min(x + 3, nx)):
                    flagged[j, i] = min(flagged[j, i], 1)
        candidates = candidates[:n_candidate]
    return n_cosmic, unfilled[:n_unfilled]
