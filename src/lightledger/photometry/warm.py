"""Compile every kernel of this room into the user's cache.

Run as ``python -m lightledger.photometry.warm``.

Compiling takes seconds and holds the GIL for tens of milliseconds at a time, so it is done in a
child process, before the first visit is measured. It calls the very functions that production
calls, on tiny images, because a kernel compiled for other array types would not be used.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np


def warm_kernels() -> None:
    """Call every kernel once with arrays of the types that production uses."""
    _warm_measuring()
    _warm_stars_and_stack()
    _warm_noise()


def _warm_measuring() -> None:
    """Whole visits: on the reference grid and on another, with every plane and with none."""
    from lightledger.domain import Measuring

    from .apertures import circle_sums
    from .footprints import Footprints
    from .geometry import Geometry
    from .measure import Base, MeasureSpec, Place, Planes, measure
    from .onframe import PixelMap

    rng = np.random.default_rng(0)
    image = rng.normal(100.0, 1.0, (48, 40)).astype(np.float32)
    image[20:24, 20:24] = 10_000.0
    image[30, 12] = 500.0
    image[:6, :6] = np.nan
    sigma, coverage = np.ones_like(image), np.ones_like(image)
    x, y = np.array([21.0, 30.0, 1.0]), np.array([21.0, 9.0, 1.0])
    circle_sums(image, None, None, x, y, np.array([3.0]), subpixels=True)
    labels = np.zeros(image.shape, np.int32)
    labels[18:25, 18:25], labels[7:12, 28:33] = 1, 2
    geometry = replace(
        Geometry.of_positions(x, y, image.shape),
        label=np.array([1, 2, 0]),
        segmentation=labels,
    )
    flat, noise = np.nan_to_num(image) - 100, np.ones_like(image)
    everything = Measuring(
        images=("sci", "clean", "ratio"),
        methods=("auto", "iso", "aper"),
        ratio_methods=("median", "biweight", "clipped", "template", "auto", "aper"),
        boxes_px=(3, 7),
        radii_px=(2.0, 3.0),
        radii_fwhm=(1.5,),
        annulus_px=(5.0, 9.0),
        mesh_px=16,
    )
    there = np.array([[0.9, 0.1, 1.0], [-0.1, 0.9, 3.0]])
    for neighbours, convention in (("mirror", "exact"), ("mask", "sextractor"), ("keep", "exact")):
        for background in ("annulus", "mesh"):
            spec = MeasureSpec(
                replace(
                    everything,
                    background=background,
                    neighbours=neighbours,
                    convention=convention,
                ),
                gain=1.0,
            )
            with tempfile.TemporaryDirectory() as folder:
                Footprints.build(geometry, spec.on_grid).save(Path(folder))
                base = Base(geometry, Footprints.load(Path(folder)), flat, noise)
                for planes in (Planes(image, sigma, coverage), Planes(image)):
                    measure(planes, Place(x, y, same_grid=True), base, spec, 2.0)
                del base  # Windows cannot delete mapped files
            turned = Place(x, y, there, pixel_map=PixelMap.of_inverse(there, image.shape))
            base = Base(geometry, None, flat, noise)
            for planes in (Planes(image, sigma, coverage), Planes(image)):
                measure(planes, turned, base, spec, 2.0)


def _warm_reference(image: np.ndarray) -> None:
    from lightledger.domain.methods import Method

    from .boxes import box_statistics
    from .coadd import flatten
    from .geometry import Geometry
    from .kron import kron_radii

    box_statistics(image, np.array([20.0]), np.array([30.0]), [3.0], [Method("median", 3)])
    geometry = Geometry.of_positions(np.array([20.0]), np.array([30.0]), (96, 80))
    kron_radii(flatten(image), replace(geometry, segmentation=np.zeros((96, 80), np.int32)))


def _warm_stars_and_stack() -> None:
    from .onframe import PixelMap
    from .stack import Layer, stack
    from .stars import find_stars, stars_at

    row, column = np.mgrid[:96, :80]
    rng = np.random.default_rng(1)
    image = rng.normal(100.0, 1.0, row.shape).astype(np.float32)
    for x, y in ((20, 30), (55, 70), (60, 15)):
        image += 900 * np.exp(-((column - x) ** 2 + (row - y) ** 2) / 8).astype(np.float32)
    _warm_reference(image)
    mapped = image.view()
    mapped.flags.writeable = False
    same = PixelMap.of_affine(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), image.shape)
    for array in (image, mapped):  # read into memory, or mapped from a file
        stars = find_stars(array)
        stars_at(array, np.zeros(array.shape, bool), stars.x, stars.y)
    stack([Layer(lambda: image, same)] * 3, image.shape)


def _warm_noise() -> None:
    from lightledger.domain.methods import Method

    from .correlated import TypicalSizes, noise_factors

    image = np.zeros((48, 40), np.float32)
    sky, methods = np.zeros(image.shape, np.int32), (Method("auto"), Method("iso"))
    sizes = TypicalSizes(12.0, 9.0, 2.0)
    for segmentation in (sky, None):
        noise_factors(image, image + 1, image > 0, segmentation, methods, sizes, n_aperture=50)


if __name__ == "__main__":
    warm_kernels()
