"""What the sky shows: the coadd of a band, or a visit's frame; made ready in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import Control
from lightledger.library.tones import Curve, Tone, tone_of
from lightledger.workers import heavy_imports

from .pyramid import Pyramid

if TYPE_CHECKING:
    from lightledger.frames.grid import SkyGrid
    from lightledger.library import Field
    from lightledger.library.frames_of import FrameFinder
    from lightledger.library.skyimages import Compass, SkyImage

#: Pixels that a background level is the median of.
_SAMPLE = 100_000


@dataclass(frozen=True)
class Source:
    """Which image: a band's coadd, or one visit (row of its visit table) of a band."""

    band: str
    row: int = -1

    @property
    def is_visit(self) -> bool:
        return self.row >= 0


@dataclass(frozen=True)
class Loaded:
    """An image ready to be drawn.

    Attributes
    ----------
    source : Source
    image : SkyImage
    pyramid : Pyramid
    level : float
        Its background: visits are shown by the same contrast, each about its own.
    n_blank : int
        Pixels without a value.
    compass : Compass or None
        Of the view.
    view_grid : SkyGrid or None
        Of the pixels of the view: the reference's, unless nobody knows where the image lies.
    x, y : ndarray of float64, shape (n_object,)
        Objects where this image has them, pixels of the reference.
    """

    source: Source
    image: SkyImage
    pyramid: Pyramid
    level: float
    n_blank: int
    compass: Compass | None
    view_grid: SkyGrid | None
    x: np.ndarray
    y: np.ndarray

    @property
    def words(self) -> str:
        """Title, and what is to be known of it."""
        words = [self.image.title]
        if self.image.note:
            words.append(self.image.note)
        if self.n_blank == self.image.data.size:
            words.append("none of its pixels has a value")
        elif self.n_blank:
            part = 100 * self.n_blank / self.image.data.size
            share = f"{part:.2g}" if part < 99 else f"{part:.1f}"
            words.append(f"{share} % of its pixels have no value")
        return ", ".join(words)

    def sky_at(self, x: float, y: float) -> tuple[float, float] | None:
        """RA and Dec (ICRS, degrees) of a pixel of the view; None where there is no WCS.

        By the image's own WCS, which knows its distortion, else by the reference's.
        """
        grid, at = self.view_grid, np.array([x, y])
        if self.image.grid is not None:
            matrix = self.image.matrix
            grid, at = self.image.grid, matrix[:, :2] @ at + matrix[:, 2]
        if grid is None:
            return None
        ra, dec = grid.to_sky(at[0], at[1])
        return float(ra), float(dec)

    def tone(self, cut: str, curve: Curve) -> Tone:
        """Tones of its own; for a worker."""
        return tone_of(self.image.data, cut, curve)


def load(field: Field, finder: FrameFinder, source: Source, *, control: Control) -> Loaded:
    """Read an image and make it ready; for a worker.

    Raises
    ------
    LightledgerError
        There is none, or its frame cannot be read.
    Cancelled
    """
    with heavy_imports():
        import lightledger.frames.grid  # noqa: F401 - astropy, half a second at first
    from lightledger.library import skyimages

    x, y = (np.asarray(field.objects[axis], np.float64) for axis in "xy")
    if source.is_visit:
        image = skyimages.visit_image(field, finder, source.band, source.row, control=control)
        there = skyimages.places_on(field, source.band, source.row)
        x, y = skyimages.to_reference(image.matrix, *there)
        placed = skyimages.matrix_of(field, source.band, source.row) is not None
    else:
        image, placed = skyimages.coadd_image(field, source.band), True
    pyramid = Pyramid.of(image.data, control)
    step = max(1, int((image.data.size / _SAMPLE) ** 0.5))
    sample = image.data[::step, ::step]
    finite = sample[np.isfinite(sample)]
    view_grid = skyimages.reference_grid(field) if placed else image.grid
    return Loaded(
        source,
        image,
        pyramid,
        float(np.median(finite)) if finite.size else 0.0,
        sum(int(np.count_nonzero(~np.isfinite(rows))) for rows in _strips(image.data)),
        skyimages.compass_of(view_grid),
        view_grid,
        x,
        y,
    )


def _strips(image: np.ndarray) -> list[np.ndarray]:
    """Rows in pieces: a mask of a whole mosaic is memory for nothing."""
    return [image[first : first + 1024] for first in range(0, image.shape[0], 1024)]
