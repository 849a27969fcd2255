"""The measurements that settings ask for: every image in every way, by name inside a band."""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import LightledgerError
from .names import radius_text
from .recipe import Measuring

#: Images that are measured: as observed, without cosmic rays, divided by the coadd.
IMAGES = ("sci", "clean", "ratio")
#: Ways to measure a flux: Kron ellipse, isophote, circles.
FLUX_METHODS = ("auto", "iso", "aper")
#: Locations in square boxes.
BOX_METHODS = ("median", "biweight", "clipped")
#: Ways to measure a ratio.
RATIO_METHODS = (*FLUX_METHODS, "template", *BOX_METHODS)

_CIRCLE = re.compile(r"aper_([rf])(\d+(?:\.\d+)?)")
_BOX = re.compile(rf"({'|'.join(BOX_METHODS)})_(\d+)px")


class Method(NamedTuple):
    """One way to measure.

    Attributes
    ----------
    kind : str
        'auto', 'iso', 'aper_r', 'aper_f', 'median', 'biweight', 'clipped' or 'template'.
    size : float
        Radius in pixels of the reference grid (``aper_r``) or in FWHM (``aper_f``), side of a box
        in pixels of the reference grid; 0 where there is none.
    """

    kind: str
    size: float = 0.0

    def __str__(self) -> str:
        if self.kind in ("aper_r", "aper_f"):
            return f"{self.kind}{radius_text(self.size)}"
        return f"{self.kind}_{self.size:.0f}px" if self.size else self.kind

    @property
    def is_box(self) -> bool:
        return self.kind in BOX_METHODS

    @property
    def is_circle(self) -> bool:
        return self.kind in ("aper_r", "aper_f")


def parse_method(name: str) -> Method:
    """The method of a measurement's name.

    Raises
    ------
    LightledgerError
        There is no such method.

    >>> parse_method("biweight_7px")
    Method(kind='biweight', size=7.0)
    """
    if name in ("auto", "iso", "template"):
        return Method(name)
    if found := _CIRCLE.fullmatch(name):
        return Method(f"aper_{found[1]}", float(found[2]))
    if found := _BOX.fullmatch(name):
        return Method(found[1], float(found[2]))
    raise LightledgerError(
        f"there is no method {name!r}",
        advice="methods are auto, iso, aper_r3, aper_f1.5, template, median_3px, biweight_3px, "
        "clipped_3px",
    )


def methods_of(measuring: Measuring, image: str) -> tuple[Method, ...]:
    """What is measured on an image, in the order of the records; () for an image left out."""
    if image not in (measuring.images or ("sci",)):
        return ()
    kinds = measuring.ratio_methods if image == "ratio" else measuring.methods or ("aper",)
    methods: list[Method] = []
    for kind in RATIO_METHODS:
        if kind not in kinds:
            continue
        if kind == "aper":
            methods += [Method("aper_r", r) for r in measuring.radii_px]
            methods += [Method("aper_f", r) for r in measuring.radii_fwhm]
        elif kind in BOX_METHODS:
            methods += [Method(kind, float(side)) for side in measuring.boxes_px]
        else:
            methods.append(Method(kind))
    return tuple(m for m in methods if f"{image}-{m}" not in measuring.omit)


def measurements_of(measuring: Measuring) -> tuple[str, ...]:
    """``image-method`` of everything that the settings measure, in the order of the records.

    >>> measurements_of(Measuring(images=("sci", "ratio"), radii_px=(3.0,), boxes_px=(7,)))
    ('sci-aper_r3', 'ratio-median_7px', 'ratio-biweight_7px')
    """
    images = [i for i in IMAGES if i in (measuring.images or ("sci",))]
    return tuple(f"{i}-{m}" for i in images for m in methods_of(measuring, i))
