"""The coadd under a frame's pixels, and how much brighter the frame is than the coadd."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import DEFAULT_MASK

from .skyimages import places_on, to_reference
from .surroundings import piece_of

if TYPE_CHECKING:
    from lightledger.frames.parts import FrameFile

    from .reading import Reading

#: Stars that are asked, the brightest that nothing is wrong with.
_STARS = 24


def sampled(
    plane: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...], order: int = 3
) -> np.ndarray:
    """The reference under the pixels of a patch, by cubic splines; nan off it, float32.

    ``matrix`` is that of the patch. Pixels beside nan are nan.
    """
    from scipy.ndimage import map_coordinates

    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    x, y = to_reference(matrix, xx, yy)
    x, y = np.round(x, 6), np.round(y, 6)  # on the same grid exactly its pixels
    middle = float((x.min() + x.max()) / 2), float((y.min() + y.max()) / 2)
    half = math.ceil(max(np.ptp(x), np.ptp(y)) / 2) + 12
    local, (x0, y0) = piece_of(plane, *middle, half)
    at = np.array([y - y0, x - x0])
    blank = ~np.isfinite(local)
    off = map_coordinates(blank.astype(np.float32), at, order=1, cval=1.0) > 1e-6
    value: np.ndarray = map_coordinates(np.where(blank, 0, local), at, order=order)
    value[off] = np.nan
    return value.astype(np.float32)


def scale_of(
    field: Reading, band: str, row: int, file: FrameFile, flat: np.ndarray
) -> tuple[float, int]:
    """Median of frame over coadd in the cores of bright stars, and how many they were.

    Each above the median around it; nan and 0 where no star tells.
    """
    from lightledger.frames.parts import read_part

    objects, names = field.objects, field.reader.measurements(band)
    if "coadd_flux" not in objects or not names:
        return math.nan, 0
    flags = field.reader.planes(names[0])[2]
    bright = np.argsort(-np.nan_to_num(np.asarray(objects["coadd_flux"])), kind="stable")
    usable = bright[~field.blended[bright]][: 8 * _STARS]
    usable = usable[(flags[usable, row] & np.uint16(DEFAULT_MASK)) == 0][:_STARS]
    xs, ys = places_on(field, band, row)
    matrix = np.asarray(field.visits(band)["transform"][row], np.float64)
    fwhm = float(field.visits(band)["fwhm_px"][row])
    radius = 1.2 * (fwhm if math.isfinite(fwhm) else 3.0)
    half = math.ceil(3 * radius)
    ratios = []
    for i in usable:
        if not np.isfinite(xs[i] + ys[i]):
            continue
        x0, y0 = round(float(xs[i])) - half, round(float(ys[i])) - half
        side = 2 * half + 1
        sci = read_part(file, "sci", (y0, y0 + side), (x0, x0 + side))
        moved = matrix - np.array([[0, 0, x0], [0, 0, y0]])
        coadd = sampled(flat, moved, sci.shape)
        yy, xx = np.mgrid[:side, :side]
        away = np.hypot(xx - (xs[i] - x0), yy - (ys[i] - y0))
        sky, core = away > 2 * radius, away <= radius
        if not (np.isfinite(sci[sky]).any() and np.isfinite(coadd[sky]).any()):
            continue  # a stamp that ends where the sky would begin
        with np.errstate(invalid="ignore"):
            light = (sci - np.nanmedian(sci[sky]))[core]
            known = (coadd - np.nanmedian(coadd[sky]))[core]
        if np.isfinite(light).all() and np.isfinite(known).all() and known.sum() > 0:
            ratios.append(float(light.sum() / known.sum()))
    return (float(np.median(ratios)), len(ratios)) if ratios else (math.nan, 0)
