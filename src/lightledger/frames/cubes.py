"""A cube of sub-frames to one image: what stands out is dropped, the rest averaged."""

from __future__ import annotations

import numpy as np

#: A sub-frame is dropped whole when its median is this many robust sigmas off the others'.
FRAME_CLIP = 4.0
#: Sub-frames that a level is compared with.
LEVEL_WINDOW = 11
#: A value is dropped when it is this many robust sigmas off its pixel's median.
PIXEL_CLIP = 5.0
#: Fewer sub-frames than this are averaged without clipping.
MIN_CLIPPED = 5
#: Values handled at once.
_BLOCK = 1 << 22


def robust_mean(cube: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean of sub-frames without those that are off.

    Sub-frames whose median level stands out (of IRAC's subarray cubes the first and the 58th) are
    dropped whole; then, pixel by pixel, values more than `PIXEL_CLIP` robust sigmas from the median
    of theirs (cosmic rays). With fewer than `MIN_CLIPPED` nothing is dropped.

    Parameters
    ----------
    cube : ndarray, shape (n, ny, nx)

    Returns
    -------
    mean, error : ndarray of float32, shape (ny, nx)
        Mean, and its standard error from the scatter of the values kept; nan where none is finite.
    n_dropped : int
        Sub-frames dropped whole.
    """
    keep = _sound_frames(cube)
    used = cube[keep]
    n, ny, nx = used.shape
    mean = np.empty((ny, nx), np.float32)
    error = np.empty((ny, nx), np.float32)
    step = max(1, _BLOCK // max(1, n * nx))
    with np.errstate(invalid="ignore", divide="ignore"):
        for row in range(0, ny, step):
            block = used[:, row : row + step].astype(np.float64)
            block[~np.isfinite(block)] = np.nan
            if n >= MIN_CLIPPED:
                middle = _nan_median(block)
                off = np.abs(block - middle)
                sigma = 1.4826 * _nan_median(off)
                block[off > PIXEL_CLIP * np.where(sigma > 0, sigma, np.inf)] = np.nan
            good = np.isfinite(block)
            count = good.sum(axis=0)
            average = np.where(good, block, 0.0).sum(axis=0) / count
            spread = np.where(good, (block - average) ** 2, 0.0).sum(axis=0)
            mean[row : row + step] = average
            error[row : row + step] = np.sqrt(spread / (count - 1) / count)
    return mean, error, int(cube.shape[0] - n)


def _sound_frames(cube: np.ndarray) -> np.ndarray:
    """Indices of sub-frames whose median is like the others'."""
    n = cube.shape[0]
    if n < MIN_CLIPPED:
        return np.arange(n)
    level = _nan_median(cube.reshape(n, -1).T.astype(np.float64))
    # The level drifts along a cube; neighbours tell what it should be.
    half = min(LEVEL_WINDOW, n - 1) // 2
    first = np.clip(np.arange(n) - half, 0, n - 2 * half - 1)
    neighbours = level[first[None, :] + np.arange(2 * half + 1)[:, None]]
    off = np.abs(level - _nan_median(neighbours))
    sigma = 1.4826 * float(_nan_median(off[:, None])[0])
    finite = np.isfinite(level)
    sound = finite & (off <= FRAME_CLIP * sigma) if sigma > 0 else finite
    return np.flatnonzero(sound) if sound.sum() >= n / 2 else np.arange(n)


def _nan_median(values: np.ndarray) -> np.ndarray:
    """Median over the first axis without nan, nan (and no warning) where there is nothing."""
    ordered = np.sort(values, axis=0)  # nan goes last
    count = np.isfinite(ordered).sum(axis=0)
    low = np.maximum((count - 1) // 2, 0)
    high = np.maximum(count // 2, 0).clip(max=len(ordered) - 1)
    pair = [np.take_along_axis(ordered, index[None], axis=0)[0] for index in (low, high)]
    return np.where(count > 0, (pair[0] + pair[1]) / 2, np.nan)


def error_of_mean(cube: np.ndarray) -> np.ndarray:
    """Error of the mean of sub-frames whose 1-sigma maps are given: sqrt(sum of squares) / n.

    Parameters
    ----------
    cube : ndarray, shape (n, ny, nx)

    Returns
    -------
    ndarray of float64, shape (ny, nx)
        nan where no sub-frame has a finite value.
    """
    good = np.isfinite(cube)
    n = good.sum(axis=0)
    squares = np.where(good, cube, 0.0).astype(np.float64) ** 2
    return np.where(n > 0, np.sqrt(squares.sum(axis=0)) / np.maximum(n, 1), np.nan)
