"""L.A.Cosmic where it can find something: its medians only at pixels that stand out at all.

The Laplacian of the image sampled twice as finely (van Dokkum 2001, eq. 4-6) is, for a pixel c
with neighbours u, d, l, r, an eighth of ``max(2c-u-l, 0) + ... + max(2c-d-r, 0)`` once divided by
the two of the sampling: one pass finds all pixels above the threshold. Everything else is asked
of those alone. Of an even number of values (at edges, beside bad pixels) medians that decide take
the lower middle one.
"""

from __future__ import annotations

import numpy as np

from .compiling import kernel

#: Pixels around a replaced one whose verdict may change: 3 x 3 medians within 7 x 7.
_REACH = 4
#: Least contrast that an image without structure is taken to have (as lacos and astroscrappy).
_LEAST_STRUCTURE = 0.01


@kernel
def _grown(positions: np.ndarray) -> np.ndarray:
    """A copy with twice the room."""
    room = np.empty(2 * positions.size, np.int64)
    room[: positions.size] = positions
    return room


@kernel
def _laplacian(image: np.ndarray, bad: np.ndarray, y: int, x: int) -> float:
    """Eight times the Laplacian signal; a neighbour that is bad or outside adds no contrast."""
    ny, nx = image.shape
    c = image[y, x]
    u = image[y - 1, x] if y > 0 and not bad[y - 1, x] else c
    d = image[y + 1, x] if y < ny - 1 and not bad[y + 1, x] else c
    l = image[y, x - 1] if x > 0 and not bad[y, x - 1] else c  # noqa: E741
    r = image[y, x + 1] if x < nx - 1 and not bad[y, x + 1] else c
    zero = np.float32(0.0)
    c2 = c + c
    return max(c2 - u - l, zero) + max(c2 - u - r, zero) + max(c2 - d - l, zero) + max(
        c2 - d - r, zero
    )  # fmt: skip


@kernel
def outstanding(
    image: np.ndarray, sigma: np.ndarray, threshold: float, lo: int, hi: int
) -> np.ndarray:
    """Pixels of rows [lo, hi) whose Laplacian is above the threshold for the least sigma near.

    The median of the sigmas in 5 x 5 pixels, which decides, is never less than the least of them.
    Bad pixels are not told from others here. Returns ``y * nx + x``, int64, ascending.
    """
    ny, nx = image.shape
    found = np.empty(4096, np.int64)
    n = 0
    eight = np.float32(8.0 * threshold)
    zero = np.float32(0.0)
    least = np.full(nx + 4, np.inf, np.float32)  # of five rows, padded by two on both sides
    stands = np.zeros(nx + 8, np.bool_)
    words = stands[: (nx + 7) // 8 * 8].view(np.uint64)
    for y in range(lo, hi):
        s0, s1, s2 = sigma[max(y - 2, 0)], sigma[max(y - 1, 0)], sigma[y]
        s3, s4 = sigma[min(y + 1, ny - 1)], sigma[min(y + 2, ny - 1)]
        inner = least[2 : nx + 2]
        for x in range(nx):
            # in this order a nan is never taken
            m = np.float32(np.inf)
            m = s0[x] if s0[x] < m else m
            m = s1[x] if s1[x] < m else m
            m = s2[x] if s2[x] < m else m
            m = s3[x] if s3[x] < m else m
            m = s4[x] if s4[x] < m else m
            inner[x] = m
        up, here, down = image[max(y - 1, 0)], image[y], image[min(y + 1, ny - 1)]
        for k in range(nx):
            at = np.uintp(k)  # unsigned indices spare numba the test for negative ones
            left = here[at - np.uintp(k > 0)]
            right = here[at + np.uintp(k < nx - 1)]
            c2 = here[at] + here[at]
            ul, ur = c2 - up[at] - left, c2 - up[at] - right
            dl, dr = c2 - down[at] - left, c2 - down[at] - right
            total = (ul if ul > zero else zero) + (ur if ur > zero else zero)
            total += (dl if dl > zero else zero) + (dr if dr > zero else zero)
            m = min(min(least[at], least[at + np.uintp(1)]), least[at + np.uintp(2)])
            m = min(min(m, least[at + np.uintp(3)]), least[at + np.uintp(4)])
            stands[at] = total > eight * m
        for w in range(words.size):
            if words[w] != 0:
                for x in range(8 * w, min(8 * w + 8, nx)):
                    if stands[x]:
                        if n == found.size:
                            found = _grown(found)
                        found[n] = y * nx + x
                        n += 1
    return found[:n]


@kernel
def _insert(near: np.ndarray, n: int, value: float) -> int:
    """Put a value in its place among ``n`` sorted ones; the new number."""
    at = n
    while at > 0 and near[at - 1] > value:
        near[at] = near[at - 1]
        at -= 1
    near[at] = value
    return n + 1


@kernel
def _noise_below(
    sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, y: int, x: int, bound: float,
    near: np.ndarray,
) -> float:  # fmt: skip
    """Median of the good sigmas in 5 x 5 pixels; inf unless below ``bound``."""
    ny, nx = sigma.shape
    n = 0
    below = 0
    for j in range(max(y - 2, 0), min(y + 3, ny)):
        for i in range(max(x - 2, 0), min(x + 3, nx)):
            if not bad[j, i] and flagged[j, i] == 0:
                near[n] = sigma[j, i]
                n += 1
                if sigma[j, i] < bound:
                    below += 1
    if n == 0 or 2 * below < n:
        return np.inf
    for k in range(n):
        _insert(near, k, near[k])
    return near[(n - 1) // 2]


@kernel
def _excess(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, y: int, x: int,
    threshold: float, near: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Laplacian less its median in 5 x 5 pixels, over the noise, and the noise; 0, inf when the
    Laplacian is not above the threshold, and beside bad pixels, where it means nothing.

    The noise of the pixel itself serves all of its surroundings.
    """
    ny, nx = image.shape
    for j in range(max(y - 1, 0), min(y + 2, ny)):
        for i in range(max(x - 1, 0), min(x + 2, nx)):
            if bad[j, i]:
                return 0.0, np.inf
    signal = np.float64(_laplacian(image, bad, y, x)) / 8.0
    noise = _noise_below(sigma, bad, flagged, y, x, signal / threshold, near)
    if not noise < np.inf:
        return 0.0, np.inf
    n = 0
    for j in range(max(y - 2, 0), min(y + 3, ny)):
        for i in range(max(x - 2, 0), min(x + 3, nx)):
            if not bad[j, i]:
                n = _insert(near, n, _laplacian(image, bad, j, i))
    return (signal - near[(n - 1) // 2] / 8.0) / noise, noise


@kernel
def _stands_alone(
    image: np.ndarray, bad: np.ndarray, y: int, x: int, allowed: float, near: np.ndarray,
    counts: np.ndarray,
) -> bool:  # fmt: skip
    """Whether the 3 x 3 median is less than ``allowed`` above the 7 x 7 median of such medians.

    A median is above a bound when fewer than half of its values are not: pixels are compared with
    the bound and counted, twice, and nothing is sorted.
    """
    ny, nx = image.shape
    n = 0
    for j in range(max(y - 1, 0), min(y + 2, ny)):
        for i in range(max(x - 1, 0), min(x + 2, nx)):
            if not bad[j, i]:
                n = _insert(near, n, image[j, i])
    bound = near[(n - 1) // 2] - allowed
    # over three pixels of a row: good ones, and those not above the bound
    for j in range(9):
        row = y - 4 + j
        for i in range(7):
            good = 0
            low = 0
            if row >= 0 and row < ny:
                for column in range(max(x - 4 + i, 0), min(x - 1 + i, nx)):
                    if not bad[row, column]:
                        good += 1
                        if image[row, column] <= bound:
                            low += 1
            counts[0, j, i] = good
            counts[1, j, i] = low
    medians = 0
    low_medians = 0
    for j in range(7):
        row = y - 3 + j
        for i in range(7):
            column = x - 3 + i
            if row < 0 or row >= ny or column < 0 or column >= nx or bad[row, column]:
                continue
            good = counts[0, j, i] + counts[0, j + 1, i] + counts[0, j + 2, i]
            low = counts[1, j, i] + counts[1, j + 1, i] + counts[1, j + 2, i]
            medians += 1
            if 2 * low >= good:
                low_medians += 1
    return 2 * low_medians < medians


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
                n = _insert(near, n, image[j, i])
    if n == 0:
        return False
    image[y, x] = np.float32(0.5) * (near[(n - 1) // 2] + near[n // 2])
    return True


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
    queued: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Find cosmics among the candidates, replace them in ``image``, look again around them.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        Changed in place.
    sigma, bad : ndarray of float32 and bool, shape (ny, nx)
    candidates : ndarray of int64
        From `outstanding`.
    threshold, fraction, contrast : float
    iterations : int
        At most 255.
    flagged, queued : ndarray of uint8, shape (ny, nx)
        Zeros; ``flagged`` is 1 at cosmics afterwards, ``queued`` is scratch.

    Returns
    -------
    cosmics, unfilled : ndarray of int64
        Positions ``y * nx + x`` of all cosmics, and of those without a good pixel in 5 x 5, which
        keep the value they have.
    """
    ny, nx = image.shape
    near = np.empty(25, np.float32)
    counts = np.empty((2, 9, 7), np.int32)
    cosmics = np.empty(1024, np.int64)
    n_cosmic = 0
    unfilled = np.empty(16, np.int64)
    n_unfilled = 0
    for iteration in range(1, iterations + 1):
        # `new` holds the cosmics of this round: first the sure ones, then their neighbours above
        # the threshold, then the neighbours of both above its fraction.
        new = np.empty(1024, np.int64)
        n = 0
        for p in candidates:
            y, x = p // nx, p % nx
            excess, noise = _excess(image, sigma, bad, flagged, y, x, threshold, near)
            if not excess > threshold or not excess > contrast * _LEAST_STRUCTURE:
                continue
            if _stands_alone(image, bad, y, x, excess / contrast * noise, near, counts):
                if n == new.size:
                    new = _grown(new)
                new[n] = p
                n += 1
        # A round's verdicts all see the marks of the rounds before, so its own are made after.
        for step in range(2):
            least = threshold if step == 0 else threshold * fraction
            for k in range(n):
                queued[new[k] // nx, new[k] % nx] = 255
            seeds = n
            for k in range(seeds):
                y, x = new[k] // nx, new[k] % nx
                for j in range(max(y - 1, 0), min(y + 2, ny)):
                    for i in range(max(x - 1, 0), min(x + 2, nx)):
                        if queued[j, i] == 255:
                            continue
                        excess, noise = _excess(image, sigma, bad, flagged, j, i, least, near)
                        if excess > least:
                            queued[j, i] = 255
                            if n == new.size:
                                new = _grown(new)
                            new[n] = j * nx + i
                            n += 1
        for k in range(n):
            y, x = new[k] // nx, new[k] % nx
            queued[y, x] = 0
            if flagged[y, x] == 0:
                flagged[y, x] = 1
                if n_cosmic == cosmics.size:
                    cosmics = _grown(cosmics)
                cosmics[n_cosmic] = new[k]
                n_cosmic += 1
        if n == 0:
            break
        # Old cosmics near new ones lose a neighbour to be replaced from.
        candidates = np.empty(4096, np.int64)
        n_candidate = 0
        for k in range(n):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 2, 0), min(y + 3, ny)):
                for i in range(max(x - 2, 0), min(x + 3, nx)):
                    if flagged[j, i] != 1:
                        continue
                    flagged[j, i] = 2
                    if not _replace(image, bad, flagged, j, i, near):
                        if n_unfilled == unfilled.size:
                            unfilled = _grown(unfilled)
                        unfilled[n_unfilled] = j * nx + i
                        n_unfilled += 1
                    for b in range(max(j - _REACH, 0), min(j + _REACH + 1, ny)):
                        for a in range(max(i - _REACH, 0), min(i + _REACH + 1, nx)):
                            if queued[b, a] != iteration:
                                queued[b, a] = iteration
                                if n_candidate == candidates.size:
                                    candidates = _grown(candidates)
                                candidates[n_candidate] = b * nx + a
                                n_candidate += 1
        for k in range(n):
            y, x = new[k] // nx, new[k] % nx
            for j in range(max(y - 2, 0), min(y + 3, ny)):
                for i in range(max(x - 2, 0), min(x + 3, nx)):
                    if flagged[j, i] == 2:
                        flagged[j, i] = 1
        candidates = candidates[:n_candidate]
    return cosmics[:n_cosmic], unfilled[:n_unfilled]
