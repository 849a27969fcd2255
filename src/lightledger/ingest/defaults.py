"""Settings that the data decide: radii, sky, correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lightledger.domain import Measuring
from lightledger.frames.frame import Frame, Inventory

#: Radii in units of the FWHM: S/N peaks near 0.7-1 for faint stars, bright ones want more.
RADII_FWHM = (0.75, 1.0, 1.5, 2.0, 3.0)
#: Radii of the IRAC handbook's photometry, native pixels (section 4.11), with small ones beside.
RADII_IRAC = (2.0, 3.0, 4.0, 5.0, 10.0)
#: Radii of the dark field's superstack pixels.
RADII_COADD = (2.0, 3.0, 4.0, 5.0)
#: Everything, where the frames are mosaics on the grid of a coadd.
IMAGES_COADD = ("sci", "clean", "ratio")
METHODS_COADD = ("auto", "iso", "aper")
#: Of stamps that have no room for more.
RADII_PIXELS = (1.5,)


def resolve(measuring: Measuring, inventory: Inventory, fwhm_px: float, mosaics: bool) -> Measuring:
    """Fill every setting that was left open.

    Mosaics on the grid of a coadd are measured in every way: `clean` where all of them have an
    error map, for without one it cannot be told what is a cosmic ray. Other frames get circles on
    `sci`, neighbours left in: their seeing changes what the pixel opposite of a neighbour holds.

    Parameters
    ----------
    measuring : Measuring
        As asked for.
    inventory : Inventory
    fwhm_px : float
        Measured on the reference, its pixels.
    mosaics : bool
        The frames are mosaics on the grid of a coadd.
    """
    spitzer = all(f.setup.startswith("IRAC") for f in inventory.frames if f.kind == "sci")
    if any(f.cell for f in inventory.frames):
        measuring = _for_pixels(measuring, inventory.frames, fwhm_px)
    radii = measuring.radii_px or _radii(fwhm_px, mosaics, spitzer)
    images, methods = measuring.images, measuring.methods
    if mosaics:
        images = images or tuple(
            image for image in IMAGES_COADD if image != "clean" or _have_unc(inventory)
        )
        methods = methods or METHODS_COADD
    images, methods = images or ("sci",), methods or ("aper",)
    fits_shapes = {"auto", "iso"} & set(methods)
    background = measuring.background or ("mesh" if mosaics else "annulus")
    annulus = measuring.annulus_px or _annulus(fwhm_px, radii, inventory.frames, spitzer)
    return Measuring(
        **{
            **measuring.__dict__,
            "template": measuring.template or inventory.template,
            "images": images,
            "methods": methods,
            "neighbours": measuring.neighbours or ("mirror" if fits_shapes else "keep"),
            "radii_px": radii,
            "background": background,
            "annulus_px": annulus,
        }
    )


def _have_unc(inventory: Inventory) -> bool:
    return all("unc" in inventory.companions(f) for f in inventory.frames if f.kind == "sci")


def _radii(fwhm_px: float, mosaics: bool, spitzer: bool) -> tuple[float, ...]:
    if mosaics:
        return RADII_COADD
    if spitzer:
        return RADII_IRAC
    fwhm = fwhm_px if math.isfinite(fwhm_px) else 4.0
    radii = [max(1.5, round(2 * k * fwhm) / 2) for k in RADII_FWHM]
    return tuple(sorted(set(radii)))


def _for_pixels(measuring: Measuring, frames: Sequence[Frame], fwhm_px: float) -> Measuring:
    """Of target-pixel files: the mission's aperture, as ``iso``, and circles that have room.

    Neighbours stay in, as in the mission's own sums. A stamp is too small for a local sky.
    """
    room = min(min(frame.shape) for frame in frames) / 2
    fitting = tuple(r for r in _radii(fwhm_px, False, False) if r <= room)
    removed = all(frame.cell.sky_removed for frame in frames if frame.cell)
    return replace(
        measuring,
        methods=measuring.methods or ("iso", "aper"),
        neighbours=measuring.neighbours or "keep",
        radii_px=measuring.radii_px or fitting or RADII_PIXELS,
        background=measuring.background or ("none" if removed else "mesh"),
    )


def _annulus(
    fwhm_px: float, radii: Sequence[float], frames: Sequence[Frame], spitzer: bool
) -> tuple[float, float]:
    """Beyond the wings of the star, with some 200 pixels of sky or more, inside the frame."""
    if spitzer:
        # 12-20 is the handbook's; a subarray has no room for it
        return (12.0, 15.0 if min(min(f.shape) for f in frames) < 48 else 20.0)
    fwhm = fwhm_px if math.isfinite(fwhm_px) else 4.0
    inner = float(np.ceil(max(3.0 * fwhm, max(radii)) + fwhm))
    return inner, float(np.ceil(math.sqrt(inner**2 + max(200.0, 20.0 * fwhm**2) / math.pi)))
