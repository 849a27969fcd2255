"""Where the detector stops counting: from the recipe, the header, or the frame itself."""

from __future__ import annotations

import numpy as np

from .apertures import plane

#: Points whose aperture holds a pixel above this part of the level are flagged.
FLAGGED_FROM = 0.9

_BINS = 100
#: Pixels that tell the sky well enough to say where the histogram begins.
_SKY_SAMPLE = 50_000
#: A pile-up lies in the upper part of the range above the sky, ...
_TOP_PART = 0.8
#: ... is compared with the part below it, where bright stars are few but smoothly spread, ...
_COMPARED_PART = 0.4
#: ... and holds so many pixels, so many times the mean bin below it ...
_MIN_PIXELS = 20
_TIMES_BELOW = 5.0
#: ... of which this part touch another one, as the cores of saturated stars do.
_TOUCHING_PART = 0.5
#: So many pixels that touch and share exactly the largest value are a pile-up of their own: the
#: noiseless image of one star has at most four (and rings of at most twelve below its top).
_MIN_EQUAL = 5


def saturation_level(
    image: np.ndarray,
    header_level: float | None = None,
    given: float = 0.0,
    *,
    bad: np.ndarray | None = None,
) -> float:
    """Level from which pixels are saturated, in the unit of ``image``; inf when there is none.

    The recipe's level before the header's before the pile-up at the top of the histogram. Flat
    fielding spreads the pile-up, clipping adds another one above it: the fullest bin counts.

    Parameters
    ----------
    image : ndarray, shape (ny, nx)
        As read, with its background.
    header_level : float, optional
        Such as ``SATURATE`` or ``DATAMAX``; ignored unless finite and positive.
    given : float
        From the recipe; 0 for none.
    bad : ndarray of bool, shape (ny, nx), optional
        Pixels to leave out; non-finite ones are left out anyway.
    """
    for level in (given, header_level):
        if level is not None and np.isfinite(level) and level > 0:
            return float(level)
    return pile_up(image, bad)


def pile_up(image: np.ndarray, bad: np.ndarray | None = None) -> float:
    """Level of the pile-up at the top of the frame's histogram; inf when there is none."""
    from .background import frame_sky
    from .kernels.pixels import bright_histogram, largest

    image = plane(image)
    bad = plane(~np.isfinite(image) if bad is None else bad, np.bool_)
    sky, rms = frame_sky(image, bad, _SKY_SAMPLE)
    tops = np.empty(image.shape[0], np.float32)
    top, n_equal = largest(image, bad, tops, 0, image.shape[0])
    # The top of mere noise, or a frame without stars, says nothing about the detector.
    if not np.isfinite(rms) or not top > sky + 20.0 * rms:
        return float("inf")
    bottom = sky + _COMPARED_PART * (top - sky)
    counts, touching = np.zeros(_BINS, np.int64), np.zeros(_BINS, np.int64)
    bright_histogram(image, bad, tops, bottom, top, counts, touching, 0, image.shape[0])
    first = round(_BINS * (_TOP_PART - _COMPARED_PART) / (1.0 - _COMPARED_PART))
    below = counts[:first].mean()
    fullest = first + int(np.argmax(counts[first:]))
    pixels = int(counts[fullest])
    clipped = fullest == _BINS - 1 and n_equal >= _MIN_EQUAL
    piled = pixels >= _MIN_PIXELS or clipped
    if not piled or pixels < _TIMES_BELOW * below or touching[fullest] < _TOUCHING_PART * pixels:
        return float("inf")
    if fullest == _BINS - 1:
        return top
    return bottom + (fullest + 0.5) * (top - bottom) / _BINS
