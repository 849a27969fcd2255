"""What the Reference page shows: coadd, objects and a grey picture; plain data, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lightledger.photometry.geometry import Geometry

#: Longest side of the picture on screen; more pixels than a screen has are averaged.
DISPLAY_SIDE = 2048
#: Percentiles that become white and black.
LOW, HIGH = 0.5, 99.7


@dataclass(frozen=True)
class Found:
    """Objects on the picture, the brightest first where they were detected.

    Attributes
    ----------
    ids : tuple of str
    x, y : ndarray of float64
        0-based pixels of the coadd.
    ra, dec : ndarray of float64
        Degrees, ICRS; nan where unknown.
    flux : ndarray of float64
        Unit of the coadd.
    blended : ndarray of bool
    edge_px : ndarray of float64
        Distance to the nearest edge.
    geometry : Geometry or None
        Their ellipses and isophotes, in the same order.
    """

    ids: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    ra: np.ndarray
    dec: np.ndarray
    flux: np.ndarray
    blended: np.ndarray
    edge_px: np.ndarray
    geometry: Geometry | None = None

    def nearest(self, x: float, y: float, within: float) -> int | None:
        """Index of the nearest object within so many pixels."""
        if not self.x.size:
            return None
        distance = np.hypot(self.x - x, self.y - y)
        best = int(np.argmin(distance))
        return best if distance[best] <= within else None


@dataclass(frozen=True)
class Picture:
    """A reference to look at.

    Attributes
    ----------
    grey : ndarray of uint8
        Inverted asinh stretch, averaged to the screen's size.
    coadd : ndarray of float32, shape (ny, nx)
    weight_path : str
    source : str
        How it came about, in words.
    detected : bool
        The objects were detected (a threshold can be moved), not read from a catalogue.
    columns : tuple of (str, str)
        Meaning and name of the catalogue's columns, as guessed.
    beside : tuple of str
        Weight map and segmentation that are used with the coadd, named.
    targets : tuple of str
        Ids of the objects that a person added.
    remarks : tuple of str
        What went wrong with the choices made so far, although there is a picture.
    """

    grey: np.ndarray
    coadd: np.ndarray
    weight_path: str
    source: str
    band: str
    fwhm_px: float
    grid_text: str
    sky: str
    field_name: str
    centre: tuple[float, float]
    found: Found
    detected: bool
    mosaic: bool
    columns: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        ny, nx = self.coadd.shape
        return ny, nx


def grey_of(image: np.ndarray) -> np.ndarray:
    """Inverted asinh picture, 0.5-99.7 %, of at most `DISPLAY_SIDE` pixels a side.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        nan becomes the tone of the background.

    Returns
    -------
    ndarray of uint8
        Averaged over squares of k pixels, k = ceil(longest side / DISPLAY_SIDE).
    """
    step = -(-max(image.shape) // DISPLAY_SIDE)
    small = np.array(image, dtype=np.float32)
    if step > 1:
        ny, nx = (n // step * step for n in image.shape)
        blocks = small[:ny, :nx].reshape(ny // step, step, nx // step, step)
        with np.errstate(invalid="ignore"):
            good = np.isfinite(blocks)
            count = good.sum((1, 3))
            total = np.where(good, blocks, 0).sum((1, 3))
            small = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    finite = small[np.isfinite(small)]
    if not finite.size:
        return np.full(small.shape, 255, np.uint8)
    sample = finite[:: max(1, finite.size // 500_000)]
    low, middle, high = np.percentile(sample, [LOW, 50, HIGH])
    spread = 1.4826 * float(np.median(np.abs(sample - middle))) or float(high - low) or 1.0
    tone = np.arcsinh((np.clip(small, low, high) - middle) / (2 * spread))
    bottom, top = np.arcsinh((np.array([low, high]) - middle) / (2 * spread))
    scaled = (tone - bottom) / max(float(top - bottom), 1e-9)
    scaled = np.where(np.isfinite(scaled), scaled, 0.0)
    return np.ascontiguousarray(255 - (255 * np.clip(scaled, 0, 1)).astype(np.uint8))
