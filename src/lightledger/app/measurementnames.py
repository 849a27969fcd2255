"""Measurements in words: what each is, for menus, tips and the wizard's grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightledger.domain import LightledgerError, parse_measurement, radius_text
from lightledger.domain.methods import Method, parse_method

from .curves import unit_text

#: Images as headings.
IMAGES = {
    "sci": "As observed",
    "clean": "Cosmic rays removed",
    "ratio": "Divided by the coadd",
}
IMAGE_MEANINGS = {
    "sci": "the frame without its background",
    "clean": "the frame without its background and without cosmic rays (L.A.Cosmic)",
    "ratio": "the frame over the coadd, both without background, where the coadd is well above "
    "its noise; 1 is as bright as on the coadd",
}
_WORDS = {
    "auto": "Kron ellipse",
    "iso": "isophote",
    "template": "template fit",
    "median": "median",
    "biweight": "biweight",
    "clipped": "clipped mean",
}
_MEANINGS = {
    "auto": "all light inside the Kron ellipse that the object has on the coadd: nearly all of it, "
    "galaxies too (SExtractor's AUTO)",
    "iso": "the pixels that are the object's on the coadd (SExtractor's ISO): little sky and so "
    "little noise",
    "aper_r": "a circle of a fixed radius, pixels of the reference grid; the same patch of sky in "
    "every visit",
    "aper_f": "a circle that follows the seeing: its radius is a multiple of the visit's own FWHM",
    "template": "the coadd scaled to fit the object's pixels, weighted by their errors: the least "
    "noise where the star's profile does not change",
    "median": "the median of the ratio in a square box: a cosmic ray hardly moves it",
    "biweight": "the biweight location of the ratio in a square box (Tukey): nearly the mean where "
    "all is well, unmoved by outliers",
    "clipped": "the mean of the ratio in a square box without outliers",
}
_ON_RATIO = {
    "auto": "the mean ratio inside the Kron ellipse that the object has on the coadd",
    "iso": "the mean ratio over the pixels that are the object's on the coadd",
    "aper_r": "the mean ratio inside a circle of a fixed radius, pixels of the reference grid",
    "aper_f": "the mean ratio inside a circle whose radius is a multiple of the visit's own FWHM",
}


def method_words(method: Method) -> str:
    """A method in a few words.

    >>> method_words(Method("biweight", 7.0)), method_words(Method("aper_r", 2.5))
    ('biweight, 7 px box', 'circle, r 2.5 px')
    """
    if method.kind == "aper_r":
        return f"circle, r {radius_text(method.size)} px"
    if method.kind == "aper_f":
        return f"circle, r {radius_text(method.size)} FWHM"
    words = _WORDS[method.kind]
    return f"{words}, {method.size:.0f} px box" if method.is_box else words


def method_meaning(method: Method, image: str = "") -> str:
    """What a method does, one sentence."""
    if image == "ratio" and method.kind in _ON_RATIO:
        return _ON_RATIO[method.kind]
    return _MEANINGS[method.kind]


@dataclass(frozen=True)
class Named:
    """One measurement as it stands in a menu.

    Attributes
    ----------
    name : str
        Full name.
    band, image : str
    words : str
        The method in words; its name where it is not one of ours (an imported store's).
    """

    name: str
    band: str
    image: str
    words: str


def named(measurement: str) -> Named:
    """A full name in words.

    >>> named("ch1_ratio-median_7px").words
    'median, 7 px box'
    """
    parts = parse_measurement(measurement)
    try:
        words = method_words(parse_method(parts.method))
    except LightledgerError:
        words = parts.method.replace("_", " ")
    return Named(measurement, parts.band, parts.image, words[:1].upper() + words[1:])


def grouped(measurements: Sequence[str]) -> dict[str, list[Named]]:
    """Measurements of a band by image, in the order that a person expects; others come last."""
    groups: dict[str, list[Named]] = {}
    for name in sorted(measurements, key=_place):
        each = named(name)
        groups.setdefault(each.image, []).append(each)
    return groups


def _place(measurement: str) -> tuple[int, int, float]:
    images, kinds = list(IMAGES), list(_MEANINGS)
    parts = parse_measurement(measurement)
    image = images.index(parts.image) if parts.image in images else len(images)
    try:
        method = parse_method(parts.method)
    except LightledgerError:
        return image, len(kinds), 0.0
    return image, kinds.index(method.kind), method.size


def measurement_tip(measurement: str, attributes: Mapping[str, object]) -> str:
    """What a measurement is: method, image, aperture and unit, a line each."""
    parts = parse_measurement(measurement)
    lines = [measurement]
    try:
        lines.append(_sentence(method_meaning(parse_method(parts.method), parts.image)))
    except LightledgerError:
        lines.append(_sentence(str(attributes.get("meaning", ""))))
    if parts.image in IMAGE_MEANINGS:
        lines.append(f"Image: {IMAGE_MEANINGS[parts.image]}")
    if attributes.get("aperture"):
        lines.append(f"Aperture: {attributes['aperture']}")
    unit = unit_text(str(attributes.get("unit", "")))
    lines.append(f"Unit: {unit}" if unit else "No unit: a ratio" if parts.image == "ratio" else "")
    return "\n".join(line for line in lines if line)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
