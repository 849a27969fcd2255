"""The Laplacian of an image, and the one pass that finds where it stands out.

That of the image sampled twice as finely (van Dokkum 2001, eq. 4-6) is, for a pixel c with
neighbours u, d, l, r, an eighth of ``max(2c-u-l, 0) + ... + max(2c-d-r, 0)`` once divided by the
two of the sampling.

Indices are unsigned where loops run in lanes: numba need not ask whether they are negative.
"""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner, kernel

#: Pixels of a row that are looked at together for any that stands out.
_STEP = 64
#: Bits of a pixel: its Laplacian is above the threshold, above a fraction of it, for the least
#: sigma near: whatever is not so marked is not above it for the median of them either.
STANDS, RISES = 1, 2


@inner
def appended(positions: np.ndarray, n: int, position: int) -> np.ndarray:
    """The first ``n`` positions and one more, in the same array or in one of twice the room."""
    if n == positions.size:
        room = np.empty(2 * n, np.int64)
        for k in range(n):
            room[k] = positions[k]
        positions = room
    positions[n] = position
    return positions


@inner
def _lesser(a: float, b: float) -> float:
    """The second where the first is nan."""
    return a if a < b else b


@inner
def contrast(c: float, u: float, d: float, l: float, r: float) -> float:  # noqa: E741
    """Eight times the Laplacian signal of a pixel among its neighbours, float32; nan adds none."""
    zero: float = np.float32(0.0)  # type: ignore[assignment]
    over_u, over_d = c + c - u, c + c - d
    ul, ur, dl, dr = over_u - l, over_u - r, over_d - l, over_d - r
    upper = (ul if ul > zero else zero) + (ur if ur > zero else zero)
    lower = (dl if dl > zero else zero) + (dr if dr > zero else zero)
    return upper + lower


@inner
def contrast_at(image: np.ndarray, y: int, x: int) -> float:
    """Eight times the Laplacian signal; pixels of the edge are their own neighbours."""
    ny, nx = image.shape
    up, down = image[max(y - 1, 0), x], image[min(y + 1, ny - 1), x]
    left, right = image[y, max(x - 1, 0)], image[y, min(x + 1, nx - 1)]
    return contrast(image[y, x], up, down, left, right)


@inner
def mark_of(image: np.ndarray, sigma: np.ndarray, y: int, x: int, high: float, low: float) -> int:
    """`STANDS` and `RISES` of one pixel, as `outstanding` finds them."""
    ny, nx = image.shape
    least = np.float32(np.inf)
    for j in range(max(y - 2, 0), min(y + 3, ny)):
        for i in range(np.uintp(max(x - 2, 0)), np.uintp(min(x + 3, nx))):
            least = _lesser(sigma[j, i], least)
    signal = contrast_at(image, y, x)
    return STANDS * (signal > high * least) | RISES * (signal > low * least)


@inner
def level_of(threshold: float) -> np.float32:
    """What eight times a Laplacian is compared with per least sigma, rounded to the safe side."""
    return np.float32(7.99999 * threshold)


@kernel
def outstanding(
    image: np.ndarray, sigma: np.ndarray, threshold: float, fraction: float, marks: np.ndarray,
    lo: int, hi: int,
) -> np.ndarray:  # fmt: skip
    """Pixels of rows [lo, hi) whose Laplacian is above the threshold for the least sigma near.

    The median of the sigmas in 5 x 5 pixels, which decides, is never less than the least of them.
    Bad pixels are not told from others here.

    Parameters
    ----------
    image, sigma : ndarray of float32, shape (ny, nx)
    threshold, fraction : float
    marks : ndarray of uint8, shape (ny, nx)
        Result: `STANDS` at such pixels, `RISES` at those above ``fraction * threshold``.
    lo, hi : int

    Returns
    -------
    ndarray of int64
        ``y * nx + x``, ascending.
    """
    ny, nx = image.shape
    one, two, three, four = np.uintp(1), np.uintp(2), np.uintp(3), np.uintp(4)
    high, low, infinite = level_of(threshold), level_of(threshold * fraction), np.float32(np.inf)
    found, n = np.empty(4096, np.int64), np.int64(0)
    least = np.empty(nx + 4, np.float32)  # of five rows, with margins of two
    for x in range(least.size):
        least[x] = infinite
    for y in range(lo, hi):
        a, b, c, d = max(y - 2, 0), max(y - 1, 0), min(y + 1, ny - 1), min(y + 2, ny - 1)
        for x in range(np.uintp(nx)):
            m = _lesser(sigma[a, x], infinite)
            m = _lesser(sigma[b, x], m)
            m = _lesser(sigma[y, x], m)
            m = _lesser(sigma[c, x], m)
            least[x + two] = _lesser(sigma[d, x], m)
        for x in range(one, np.uintp(nx - 1)):
            m = _lesser(_lesser(least[x], least[x + one]), least[x + two])
            m = _lesser(_lesser(least[x + three], least[x + four]), m)
            signal = contrast(
                image[y, x], image[b, x], image[c, x], image[y, x - one], image[y, x + one]
            )
            marks[y, x] = STANDS * (signal > high * m) | RISES * (signal > low * m)
        marks[y, 0] = mark_of(image, sigma, y, 0, high, low)
        marks[y, nx - 1] = mark_of(image, sigma, y, nx - 1, high, low)
        for start in range(0, nx, _STEP):
            stop = min(start + _STEP, nx)
            some = 0
            for x in range(np.uintp(start), np.uintp(stop)):
                some |= marks[y, x]
            if some & STANDS:
                for x in range(start, stop):
                    if marks[y, x] & STANDS:
                        found = appended(found, n, y * nx + x)
                        n += 1
    return found[:n]
