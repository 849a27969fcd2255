"""What a measurement is, for those who read the file: unit, magnitude system, aperture, meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping

from lightledger.domain import Measuring, Method, Recipe, parse_measurement, parse_method
from lightledger.domain.magnitudes import AB_ZERO_UJY, INSTRUMENTAL_ZERO, RELATIVE_ZERO

Scalar = str | int | float

#: Which pixels are measured, by image.
_IMAGE = {
    "sci": "the image less its background",
    "clean": "the image without cosmic rays, less its background",
    "ratio": "the image over the coadd, both less their backgrounds",
}
_NEIGHBOURS = {
    "mirror": "pixels of neighbours replaced by those opposite",
    "mask": "pixels of neighbours left out",
    "keep": "neighbours left in",
}
_BOX = {"median": "median", "biweight": "biweight location", "clipped": "clipped mean"}


def measurement_attributes(
    measurement: str, recipe: Recipe, units: Mapping[str, str], scale_arcsec: float
) -> dict[str, Scalar]:
    """Attributes of a measurement as stored.

    Parameters
    ----------
    measurement : str
        Full name.
    recipe : Recipe
        Resolved.
    units : mapping of str to str
        Unit of the fluxes of each band.
    scale_arcsec : float
        Side of a pixel of the reference grid; nan unknown.

    Returns
    -------
    dict
        ``quantity`` ('flux' or 'ratio'), ``unit`` ('' of a ratio), ``zero_point`` (magnitude of
        value 1), ``magnitude_system`` ('AB', 'instrumental', 'relative'), ``aperture`` and
        ``meaning`` for a person; ``radius_arcsec`` (nan where it is no circle of fixed size),
        ``background`` ('annulus', 'mesh', 'none') with ``sky_inner_arcsec, sky_outer_arcsec``.
    """
    name = parse_measurement(measurement)
    method, measuring = parse_method(name.method), recipe.measuring
    ratio = name.image == "ratio"
    unit = "" if ratio else units[name.band]
    zero, system = INSTRUMENTAL_ZERO, "instrumental"
    if ratio:
        zero, system = RELATIVE_ZERO, "relative"
    elif unit == "uJy":
        zero, system = AB_ZERO_UJY, "AB"
    # no backgrounds but those of whole images are taken off before dividing
    background = "mesh" if ratio else measuring.background
    inner = outer = math.nan
    if background == "annulus":
        inner, outer = (r * scale_arcsec for r in measuring.annulus_px)
    return {
        "quantity": "ratio" if ratio else "flux",
        "unit": unit,
        "zero_point": zero,
        "magnitude_system": system,
        "aperture": ", ".join(_aperture(method, measuring, background, scale_arcsec)),
        "radius_arcsec": method.size * scale_arcsec if method.kind == "aper_r" else math.nan,
        "background": background,
        "sky_inner_arcsec": inner,
        "sky_outer_arcsec": outer,
        "meaning": f"{_what(method, ratio)} of {_IMAGE.get(name.image, name.image)}",
    }


def _what(method: Method, ratio: bool) -> str:
    if method.is_box:
        return _BOX[method.kind]
    if method.kind == "template":
        return "best-fitting multiple of the coadd"
    return "mean" if ratio else "sum"


def _aperture(
    method: Method, measuring: Measuring, background: str, scale_arcsec: float
) -> list[str]:
    known = math.isfinite(scale_arcsec)
    size = f" ({method.size * scale_arcsec:.3f} arcsec)" if known else ""
    shape = {
        "auto": "Kron ellipse of the coadd",
        "iso": "the object's pixels on the coadd",
        "template": "the object's pixels on the coadd",
        "aper_r": f"circle of radius {method.size:g} px{size}",
        "aper_f": f"circle of radius {method.size:g} FWHM of the visit",
    }.get(method.kind, f"box of {method.size:g} x {method.size:g} px{size}")
    sky = {
        "annulus": "local sky in {:g}-{:g} px".format(*(measuring.annulus_px or (0, 0))),
        "mesh": f"mesh background, {measuring.mesh_px} px",
    }.get(background, "no background taken off")
    words = [shape, sky]
    if not method.is_box and method.kind != "template" and measuring.neighbours in _NEIGHBOURS:
        words.append(_NEIGHBOURS[measuring.neighbours])
    return words
