"""Passes over whole planes: which pixels can be used, and how bright ones are distributed."""

from __future__ import annotations

import numpy as np

from lightledger.compiling import kernel


@kernel
def usable(
    image: np.ndarray,
    sigma: np.ndarray,
    coverage: np.ndarray,
    bad: np.ndarray,
    out_bad: np.ndarray,
    out_variance: np.ndarray,
    out_coverage: np.ndarray,
    lo: int,
    hi: int,
) -> tuple[int, int]:
    """Collect all that makes a pixel bad, and square the sigmas, rows ``lo`` to ``hi``.

    A pixel is bad when it was, when it is not finite, when its sigma is not a finite positive
    number, or when nothing covers it. ``bad``, ``sigma``, ``coverage`` and the results of the
    latter may have shape (0, 0), which leaves them out. The coverage that results has 0 in place
    of nan.

    Returns
    -------
    n_good, n_no_sigma : int
        Pixels left, and those that only their sigma makes bad.
    """
    nx = image.shape[1]
    n_bad, n_no_sigma = np.int64(0), np.int64(0)
    for y in range(lo, hi):
        # one thing after the other along a row, which the processor does in its lanes
        values, spoilt = image[y], out_bad[y]
        for x in range(nx):
            spoilt[x] = not values[x] - values[x] == 0.0
        if bad.shape[0] > 0:
            known = bad[y]
            for x in range(nx):
                spoilt[x] |= known[x]
        if coverage.shape[0] > 0:
            seen, kept = coverage[y], out_coverage[y]
            for x in range(nx):
                covered = (seen[x] > 0.0) & (seen[x] - seen[x] == 0.0)
                kept[x] = seen[x] if covered else np.float32(0.0)
                spoilt[x] |= not covered
        n_before = np.int32(0)
        for x in range(nx):
            n_before += np.int32(spoilt[x])
        n_after = n_before
        if sigma.shape[0] > 0:
            sigmas, squares = sigma[y], out_variance[y]
            n_after = np.int32(0)
            for x in range(nx):
                square = sigmas[x] * sigmas[x]
                known_noise = (sigmas[x] > 0.0) & (square - square == 0.0)
                squares[x] = square if known_noise else np.float32(0.0)
                spoilt[x] |= not known_noise
                n_after += np.int32(spoilt[x])
        n_bad += n_after
        n_no_sigma += n_after - n_before
    return int((hi - lo) * nx - n_bad), int(n_no_sigma)


@kernel
def largest(
    image: np.ndarray, bad: np.ndarray, tops: np.ndarray, lo: int, hi: int
) -> tuple[float, int]:
    """Largest good value of rows ``lo`` to ``hi``, and how many pixels have exactly that value.

    ``tops``, float32 of shape (ny,), takes the largest one of each row, -inf for none.
    """
    lanes = np.empty(256, np.float32)
    top = np.float32(-np.inf)
    count = 0
    for row in range(lo, hi):
        values, spoilt = image[row], bad[row]
        lanes[:] = -np.inf  # one number alone could not be searched by many lanes
        for first in range(0, values.size, lanes.size):
            part, unusable = values[first : first + lanes.size], spoilt[first : first + lanes.size]
            for k in range(part.size):
                good = (not unusable[k]) & (part[k] - part[k] == 0.0) & (part[k] > lanes[k])
                lanes[k] = part[k] if good else lanes[k]
        here = lanes.max()
        tops[row] = here
        if here < top or here == -np.inf:
            continue
        if here > top:
            top = here
            count = 0
        for x in range(values.size):
            count += (not spoilt[x]) & (values[x] == top)
    return np.float64(top), count


@kernel
def bright_histogram(
    image: np.ndarray,
    bad: np.ndarray,
    tops: np.ndarray,
    bottom: float,
    top: float,
    counts: np.ndarray,
    touching: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Histogram of good pixels from ``bottom`` to ``top``, rows ``lo`` to ``hi``, added up.

    Parameters
    ----------
    tops : ndarray of float32, shape (ny,)
        Of `largest`; rows without a bright pixel are passed over.
    counts : ndarray of int64, shape (n_bin,)
        Pixels per bin.
    touching : ndarray of int64, shape (n_bin,)
        Those with a neighbour (left, right, below or right of below) at most one bin away.
    """
    ny, nx = image.shape
    n_bin = counts.size
    scale = n_bin / (top - bottom)
    for row in range(lo, hi):
        if not tops[row] >= bottom:
            continue
        for column in range(nx):
            value = image[row, column]
            if not bottom <= value <= top or bad[row, column]:
                continue
            mine = min(int((value - bottom) * scale), n_bin - 1)
            counts[mine] += 1
            for step in range(4):
                # right, left, and the two pixels nearest below
                r = row + (1 if step >= 2 else 0)
                c = column + (1, -1, 0, 1)[step]
                if r >= ny or c < 0 or c >= nx or bad[r, c]:
                    continue
                other = image[r, c]
                if not bottom <= other <= top:
                    continue
                if abs(min(int((other - bottom) * scale), n_bin - 1) - mine) <= 1:
                    touching[mine] += 1
                    break
