"""What is measured as a grid, method by image: which cells are on, and the settings that follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from lightledger.domain import Measuring, measurements_of
from lightledger.domain.methods import (
    BOX_METHODS,
    FLUX_METHODS,
    IMAGES,
    RATIO_METHODS,
    Method,
    parse_method,
)

#: Settings that a preset for the grid decides; the others stay as they are.
CHOSEN = (
    "images", "methods", "ratio_methods", "boxes_px", "omit", "radii_px", "radii_fwhm",
    "background", "neighbours", "convention",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What of the data decides what can be measured.

    Attributes
    ----------
    n_sci, n_unc : int
        Frames, and those with an error map.
    has_gain : bool
        Gain is known, so that errors without a map are more than the sky's.
    has_segmentation : bool
        Any object has pixels of its own on the coadd.
    """

    n_sci: int = 1
    n_unc: int = 1
    has_gain: bool = True
    has_segmentation: bool = True


def rows_of(measuring: Measuring) -> tuple[Method, ...]:
    """All methods that can be switched, from the radii and boxes there are."""
    rows = [Method("auto"), Method("iso")]
    rows += [Method("aper_r", r) for r in measuring.radii_px]
    rows += [Method("aper_f", r) for r in measuring.radii_fwhm]
    rows.append(Method("template"))
    for kind in BOX_METHODS:
        rows += [Method(kind, float(side)) for side in measuring.boxes_px]
    return tuple(rows)


def applies(image: str, method: Method) -> bool:
    """Whether there is such a measurement at all: boxes and templates are of ratios."""
    return image == "ratio" or _kind(method) in FLUX_METHODS


def why_not(facts: Facts, image: str, method: Method) -> str:
    """Why the data cannot give it; '' when they can."""
    if method.kind in ("iso", "template") and not facts.has_segmentation:
        return "no object has pixels of its own: there is no segmentation of the coadd"
    if image == "clean" and not facts.n_unc and not facts.has_gain:
        return (
            "removing cosmic rays needs a noise model: error maps (unc), or the gain and read "
            "noise; enter them at the right"
        )
    return ""


def remark(facts: Facts, image: str) -> str:
    """What should be known of an image; '' for nothing."""
    if image == "clean" and 0 < facts.n_unc < facts.n_sci:
        return f"{facts.n_sci - facts.n_unc:,} of {facts.n_sci:,} frames have no error map"
    return ""


def chosen(measuring: Measuring) -> frozenset[str]:
    """``image-method`` of the cells that are on."""
    return frozenset(measurements_of(measuring))


def possible(measuring: Measuring, facts: Facts) -> frozenset[str]:
    """``image-method`` of the cells that can be on."""
    return frozenset(
        f"{image}-{method}"
        for method in rows_of(measuring)
        for image in IMAGES
        if applies(image, method) and not why_not(facts, image, method)
    )


def with_chosen(measuring: Measuring, cells: Collection[str]) -> Measuring:
    """The settings that measure exactly these cells, of `rows_of(measuring)`; at least one.

    >>> made = with_chosen(Measuring(radii_px=(2.0, 3.0)), {"sci-aper_r2", "clean-aper_r3"})
    >>> made.images, made.methods, made.omit
    (('sci', 'clean'), ('aper',), ('sci-aper_r3', 'clean-aper_r2'))
    """
    split = [cell.partition("-") for cell in cells]
    images = tuple(i for i in IMAGES if any(image == i for image, _, _ in split))
    flux = {_kind(parse_method(method)) for image, _, method in split if image != "ratio"}
    ratio = {_kind(parse_method(method)) for image, _, method in split if image == "ratio"}
    made = replace(
        measuring,
        images=images,
        methods=tuple(k for k in FLUX_METHODS if k in flux),
        ratio_methods=tuple(k for k in RATIO_METHODS if k in ratio) or measuring.ratio_methods,
        omit=(),
    )
    return replace(made, omit=tuple(m for m in measurements_of(made) if m not in cells))


def with_sizes(measuring: Measuring, **sizes: tuple[float, ...] | tuple[int, ...]) -> Measuring:
    """Other radii or boxes: what stays keeps its switches, what is new is on where its kind is."""
    made = replace(measuring, **sizes)  # type: ignore[arg-type]
    there = {f"{image}-{method}" for image in IMAGES for method in rows_of(made)}
    return replace(made, omit=tuple(m for m in made.omit if m in there))


def with_preset(measuring: Measuring, preset: Measuring) -> Measuring:
    """What a preset decides, the rest as it was."""
    return replace(measuring, **{name: getattr(preset, name) for name in CHOSEN})


def _kind(method: Method) -> str:
    return "aper" if method.is_circle else method.kind
