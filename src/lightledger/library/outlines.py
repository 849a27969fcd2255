"""What a measurement takes around an object, on the pixels of the reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from lightledger.domain import LightledgerError, parse_measurement, parse_method

if TYPE_CHECKING:
    from .reading import Reading


#: Half the side of the square in which an isophote is looked for, pixels.
_REACH = 100


@dataclass(frozen=True)
class Outline:
    """One line around an object.

    Attributes
    ----------
    kind : {'ellipse', 'box', 'isophote'}
        An isophote is the object's pixels of the segmentation and has no axes.
    role : {'aperture', 'sky'}
    a, b : float
        Semi-axes, or half sides, reference pixels.
    angle_deg : float
        Of the major axis, from x towards y.
    """

    kind: Literal["ellipse", "box", "isophote"]
    role: Literal["aperture", "sky"] = "aperture"
    a: float = 0.0
    b: float = 0.0
    angle_deg: float = 0.0


def outlines_of(
    field: Reading, index: int, measurement: str, fwhm_px: float = math.nan
) -> tuple[Outline, ...]:
    """Aperture, and the rings of the local sky where the recipe takes one.

    Parameters
    ----------
    index : int
        Object, row of the catalogue.
    fwhm_px : float
        Of the visit, reference pixels, for radii in units of it; nan: that of the reference.

    Returns
    -------
    tuple of Outline
        Empty for what was not measured on pixels.
    """
    if not measurement or field.recipe.from_catalogues:
        return ()
    try:
        method = parse_method(parse_measurement(measurement).method)
    except (ValueError, LightledgerError):
        return ()
    lines: list[Outline] = []
    if method.is_box:
        lines.append(Outline("box", a=method.size / 2, b=method.size / 2))
    elif method.kind == "aper_r":
        lines.append(Outline("ellipse", a=method.size, b=method.size))
    elif method.kind == "aper_f":
        known = fwhm_px if math.isfinite(fwhm_px) else _fwhm(field)
        lines.append(Outline("ellipse", a=method.size * known, b=method.size * known))
    elif method.kind == "auto":
        a, b, kron, angle = (
            float(field.objects[name][index]) if name in field.objects else math.nan
            for name in ("a_px", "b_px", "kron_radius", "theta_deg")
        )
        lines.append(Outline("ellipse", a=kron * a, b=kron * b, angle_deg=angle))
    else:
        lines.append(Outline("isophote"))
    measuring = field.recipe.measuring
    image = parse_measurement(measurement).image
    if measuring.background == "annulus" and len(measuring.annulus_px) == 2 and image != "ratio":
        lines += [Outline("ellipse", "sky", r, r) for r in measuring.annulus_px]
    return tuple(line for line in lines if math.isfinite(line.a + line.b + line.angle_deg))


def isophote_of(field: Reading, index: int) -> tuple[np.ndarray, tuple[int, int]] | None:
    """Which reference pixels are an object's own.

    Returns
    -------
    inside : ndarray of bool
    origin : tuple of int
        Pixel (x, y) of its first one. None where the store has no segmentation of it.
    """
    segmentation = field.reader.reference().get("segmentation")
    label = int(field.objects["label"][index]) if "label" in field.objects else 0
    x, y = (float(field.objects[axis][index]) for axis in "xy")
    if segmentation is None or not label or not math.isfinite(x + y):
        return None
    x0, y0 = max(round(x) - _REACH, 0), max(round(y) - _REACH, 0)
    piece = segmentation[y0 : round(y) + _REACH + 1, x0 : round(x) + _REACH + 1]
    return piece == label, (x0, y0)


def _fwhm(field: Reading) -> float:
    return float(field.reader.attributes_of_store.get("reference_fwhm_px", math.nan))
