"""What L.A.Cosmic asks of a pixel: its Laplacian, how it stands out, whether it stands alone.

The Laplacian of the image sampled twice as finely (van Dokkum 2001, eq. 4-6) is, for a pixel c
with neighbours u, d, l, r, an eighth of ``max(2c-u-l, 0) + ... + max(2c-d-r, 0)`` once divided by
the two of the sampling: one pass finds all pixels above the threshold, and everything else is
asked of those alone. Of an even number of values (at edges, beside bad pixels) medians that
decide take the lower middle one.
"""

from __future__ import annotations

import numpy as np

from .compiling import kernel

#: Side of the cells in which the least sigma is kept.
CELL = 16


@kernel
def appended(positions: np.ndarray, n: int, position: int) -> np.ndarray:
    """The first ``n`` positions and one more, in the same array or in one of twice the room."""
    if n == positions.size:
        room = np.empty(2 * n, np.int64)
        room[:n] = positions
        positions = room
    positions[n] = position
    return positions


@kernel
def _contrast(c: float, u: float, d: float, l: float, r: float) -> float:  # noqa: E741
    """Eight times the Laplacian signal of a pixel among its neighbours, float32; nan adds none."""
    zero: float = np.float32(0.0)  # type: ignore[assignment]
    over_u, over_d = c + c - u, c + c - d
    ul, ur, dl, dr = over_u - l, over_u - r, over_d - l, over_d - r
    upper = (ul if ul > zero else zero) + (ur if ur > zero else zero)
    lower = (dl if dl > zero else zero) + (dr if dr > zero else zero)
    return upper + lower


@kernel
def _laplacian(image: np.ndarray, bad: np.ndarray, y: int, x: int) -> float:
    """Eight times the Laplacian signal; a neighbour that is bad or outside adds no contrast."""
    ny, nx = image.shape
    c = image[y, x]
    u = image[y - 1, x] if y > 0 and not bad[y - 1, x] else c
    d = image[y + 1, x] if y < ny - 1 and not bad[y + 1, x] else c
    l = image[y, x - 1] if x > 0 and not bad[y, x - 1] else c  # noqa: E741
    r = image[y, x + 1] if x < nx - 1 and not bad[y, x + 1] else c
    return _contrast(c, u, d, l, r)


@kernel
def outstanding(
    image: np.ndarray, sigma: np.ndarray, threshold: float, quiet: np.ndarray, lo: int, hi: int
) -> np.ndarray:
    """Pixels of rows [lo, hi) whose Laplacian is above the threshold for the least sigma near.

    The median of the sigmas in 5 x 5 pixels, which decides, is never less than the least of them.
    Bad pixels are not told from others here.

    Parameters
    ----------
    image, sigma : ndarray of float32, shape (ny, nx)
    threshold : float
    quiet : ndarray of float32, shape (ceil(ny / CELL), ceil(nx / CELL))
        inf; afterwards at most the least sigma within two pixels of a cell's pixels.
    lo, hi : int
        ``lo`` is a multiple of `CELL`.

    Returns
    -------
    ndarray of int64
        ``y * nx + x``, ascending.
    """
    ny, nx = image.shape
    found = np.empty(4096, np.int64)
    n = 0
    eight = np.float32(8.0 * threshold)
    rows = np.full(nx + 4, np.inf, np.float32)  # least of five rows, with margins of two
    r0, r1, r2 = rows[:nx], rows[1 : nx + 1], rows[2 : nx + 2]
    r3, r4 = rows[3 : nx + 3], rows[4 : nx + 4]
    least = np.empty(nx, np.float32)  # of 5 x 5 pixels
    stands = np.zeros(nx + 8, np.bool_)
    words = stands[: (nx + 7) // 8 * 8].view(np.uint64)
    for y in range(lo, hi):
        s0, s1, s2 = sigma[max(y - 2, 0)], sigma[max(y - 1, 0)], sigma[y]
        s3, s4 = sigma[min(y + 1, ny - 1)], sigma[min(y + 2, ny - 1)]
        for x in range(nx):
            # in this order a nan is never taken
            m = np.float32(np.inf)
            m = s0[x] if s0[x] < m else m
            m = s1[x] if s1[x] < m else m
            m = s2[x] if s2[x] < m else m
            m = s3[x] if s3[x] < m else m
            r2[x] = s4[x] if s4[x] < m else m
        for x in range(nx):
            before = r0[x] if r0[x] < r1[x] else r1[x]
            after = r3[x] if r3[x] < r4[x] else r4[x]
            m = before if before < after else after
            least[x] = m if m < r2[x] else r2[x]
        up, here, down = image[max(y - 1, 0)], image[y], image[min(y + 1, ny - 1)]
        for x in (0, nx - 1):
            left, right = here[max(x - 1, 0)], here[min(x + 1, nx - 1)]
            stands[x] = _contrast(here[x], up[x], down[x], left, right) > eight * least[x]
        u, d, c = up[1 : nx - 1], down[1 : nx - 1], here[1 : nx - 1]
        left_of, right_of = here[0 : max(nx - 2, 0)], here[2:nx]
        low, out = least[1 : nx - 1], stands[1 : nx - 1]
        for x in range(nx - 2):
            out[x] = _contrast(c[x], u[x], d[x], left_of[x], right_of[x]) > eight * low[x]
        for w in range(words.size):
            if words[w] != 0:
                for x in range(8 * w, min(8 * w + 8, nx)):
                    if stands[x]:
                        found = appended(found, n, y * nx + x)
                        n += 1
        if y % CELL % 5 == 0 or y == ny - 1:  # five rows each: these reach all
            cells = quiet[y // CELL]
            for i in range(cells.size):
                for x in range(i * CELL, min((i + 1) * CELL, nx)):
                    if least[x] < cells[i]:
                        cells[i] = least[x]
    return found[:n]


@kernel
def insert(near: np.ndarray, n: int, value: float) -> int:
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
        insert(near, k, near[k])
    return near[(n - 1) // 2]


@kernel
def _noise_where_bright(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, quiet: np.ndarray,
    y: int, x: int, threshold: float, near: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Laplacian signal and noise of a pixel; inf noise unless the one is above ``threshold`` times
    the other, and beside bad pixels, where a Laplacian means nothing."""
    ny, nx = image.shape
    up, down = image[max(y - 1, 0), x], image[min(y + 1, ny - 1), x]
    left, right = image[y, max(x - 1, 0)], image[y, min(x + 1, nx - 1)]
    signal = np.float64(_contrast(image[y, x], up, down, left, right)) / 8.0
    if not signal > threshold * quiet[y // CELL, x // CELL]:
        return signal, np.inf
    for j in range(max(y - 1, 0), min(y + 2, ny)):
        for i in range(max(x - 1, 0), min(x + 2, nx)):
            if bad[j, i]:
                return signal, np.inf
    return signal, _noise_below(sigma, bad, flagged, y, x, signal / threshold, near)


@kernel
def _sorted_laplacians(image: np.ndarray, bad: np.ndarray, y: int, x: int, near: np.ndarray) -> int:
    """Those of the good pixels among 5 x 5, eight times, in order; their number."""
    ny, nx = image.shape
    n = 0
    for j in range(max(y - 2, 0), min(y + 3, ny)):
        for i in range(max(x - 2, 0), min(x + 3, nx)):
            if not bad[j, i]:
                n = insert(near, n, _laplacian(image, bad, j, i))
    return n


@kernel
def excess_of(
    image: np.ndarray, sigma: np.ndarray, bad: np.ndarray, flagged: np.ndarray, quiet: np.ndarray,
    y: int, x: int, threshold: float, near: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Laplacian less its median in 5 x 5 pixels, over the noise, and the noise; 0, inf where not
    even the Laplacian itself is above the threshold.

    The noise of the pixel itself serves all of its surroundings.
    """
    signal, noise = _noise_where_bright(image, sigma, bad, flagged, quiet, y, x, threshold, near)
    if not noise < np.inf:
        return 0.0, np.inf
    n = _sorted_laplacians(image, bad, y, x, near)
    return (signal - near[(n - 1) // 2] / 8.0) / noise, noise


@kernel
def stands_alone(
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
                n = insert(near, n, image[j, i])
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
