"""How one frame is measured: settings of the recipe with what the frame itself says."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from lightledger.domain import LightledgerError, Measuring
from lightledger.domain.methods import (
    FLUX_METHODS,
    IMAGES,
    Method,
    measurements_of,
    methods_of,
)

from .footprints import CONVENTIONS, NEIGHBOURS, FootprintSpec

BACKGROUNDS = ("annulus", "mesh", "none")


@dataclass(frozen=True)
class MeasureSpec:
    """How one frame is measured; all values resolved, nothing left to be chosen but saturation.

    Attributes
    ----------
    measuring : Measuring
        Resolved; an empty ``neighbours`` is 'keep'.
    gain, read_noise : float
        Electrons per unit of the frame, electrons; 0 for unknown.
    saturation : float
        Level in the unit of the frame (the recipe's, else the header's); 0: from the histogram.
    flux_factor : float
        Unit of the frame to stored unit; multiplies fluxes and their errors, never ratios.
    flux : tuple of Method
        Footprints of `sci` and `clean` in the order of the sums: every one that an image needs.

    Raises
    ------
    LightledgerError
        Nothing to measure, or a setting that makes no sense.
    """

    measuring: Measuring
    gain: float = 0.0
    read_noise: float = 0.0
    saturation: float = 0.0
    flux_factor: float = 1.0
    flux: tuple[Method, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "flux", footprints_of(self.measuring))
        check(self.measuring)

    def methods(self, image: str) -> tuple[Method, ...]:
        return methods_of(self.measuring, image)

    @property
    def measurements(self) -> tuple[str, ...]:
        """``image-method``, in the order of the records."""
        return measurements_of(self.measuring)

    @property
    def neighbours(self) -> str:
        return self.measuring.neighbours or "keep"

    @property
    def on_grid(self) -> FootprintSpec:
        """What of ``flux`` is the same in all visits, on the reference grid."""
        fixed = tuple(m for m in self.flux if m.kind != "aper_f")
        return FootprintSpec(fixed, self.neighbours, self.measuring.convention)

    @property
    def needs_labels(self) -> bool:
        """Whether the segmentation decides which pixels count."""
        return self.neighbours != "keep" or any(m.kind == "iso" for m in self.flux)

    @property
    def linear_error(self) -> bool:
        """Whether errors are summed as SExtractor does."""
        return self.measuring.convention == "sextractor"


def footprints_of(measuring: Measuring) -> tuple[Method, ...]:
    """Every footprint that some image needs: auto, iso, circles in pixels, circles in FWHM.

    The pixels that decide the flags of ``template`` are those of ``iso``; where nothing but boxes
    is measured, a circle in the smallest says what coverage an object has.
    """
    wanted = {m for image in IMAGES for m in methods_of(measuring, image)}
    if Method("template") in wanted:
        wanted.add(Method("iso"))
    if wanted and all(m.is_box for m in wanted):
        wanted.add(Method("aper_r", min(m.size for m in wanted) / 2))
    kinds = (*FLUX_METHODS[:2], "aper_r", "aper_f")
    return tuple(sorted((m for m in wanted if m.kind in kinds), key=lambda m: _rank(m, measuring)))


def needs_map(measuring: Measuring) -> bool:
    """Whether it must be known where each pixel of a frame lies on the reference."""
    ratios = bool(methods_of(measuring, "ratio"))
    return ratios or MeasureSpec(measuring).needs_labels


def _rank(method: Method, measuring: Measuring) -> tuple[int, int]:
    kinds = ("auto", "iso", "aper_r", "aper_f")
    sizes = measuring.radii_fwhm if method.kind == "aper_f" else measuring.radii_px
    place = sizes.index(method.size) if method.size in sizes else len(sizes)
    return kinds.index(method.kind), place


def check(measuring: Measuring) -> None:
    """Refuse settings that nothing can be measured by.

    Raises
    ------
    LightledgerError
    """
    if not measurements_of(measuring):
        raise LightledgerError(
            "nothing is to be measured", advice="give images and methods, or aperture radii"
        )
    radii = (*measuring.radii_px, *measuring.radii_fwhm)
    if not all(math.isfinite(r) and r > 0 for r in radii):
        raise LightledgerError(f"aperture radii must be positive, not {radii}")
    if not all(side > 0 for side in measuring.boxes_px):
        raise LightledgerError(f"sides of boxes must be positive, not {measuring.boxes_px}")
    for name, known in (
        ("background", BACKGROUNDS),
        ("neighbours", (*NEIGHBOURS, "")),
        ("convention", CONVENTIONS),
    ):
        value = getattr(measuring, name)
        if value not in known:
            raise LightledgerError(
                f"there is no {name} {value!r}",
                advice=f"it is one of {', '.join(filter(None, known))}",
            )
    if measuring.background == "annulus":
        inner, outer = measuring.annulus_px if len(measuring.annulus_px) == 2 else (0.0, 0.0)
        if not 0 <= inner < outer < math.inf:
            raise LightledgerError(
                f"an annulus from {inner:g} to {outer:g} px has no area",
                advice="give annulus_px an inner and a larger outer radius",
            )
