"""Words of the Virtual Observatory for what goes out: UCDs (UCD1+ 1.5) and units (VOUnits 1.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: Longest wavelength in metres of each word for a part of the spectrum, from 300 nm on.
_SPECTRUM = (
    (400e-9, "em.opt.U"),
    (500e-9, "em.opt.B"),
    (600e-9, "em.opt.V"),
    (750e-9, "em.opt.R"),
    (1.0e-6, "em.opt.I"),
    (1.5e-6, "em.IR.J"),
    (2.0e-6, "em.IR.H"),
    (3.0e-6, "em.IR.K"),
    (4.0e-6, "em.IR.3-4um"),
    (8.0e-6, "em.IR.4-8um"),
    (15.0e-6, "em.IR.8-15um"),
)


def spectrum_ucd(wavelength_m: float) -> str:
    """The part of the spectrum of a wavelength; '' where it is not known.

    >>> spectrum_ucd(3.55e-6), spectrum_ucd(551e-9), spectrum_ucd(float("nan"))
    ('em.IR.3-4um', 'em.opt.V', '')
    """
    if not wavelength_m >= 300e-9:
        return ""
    return next((word for longest, word in _SPECTRUM if wavelength_m <= longest), "")


def brightness_ucd(attributes: Mapping[str, object], as_magnitude: bool) -> str:
    """UCD of the values of a measurement.

    Parameters
    ----------
    attributes : mapping
        As `Chosen.attributes` gives them.

    >>> brightness_ucd({"flux_unit": "uJy", "wavelength_m": 4.5e-6}, False)
    'phot.flux.density;em.IR.4-8um'
    >>> brightness_ucd({"magnitude_system": "relative"}, False)
    'phot.flux;arith.ratio'
    """
    if as_magnitude:
        word = "phot.mag"
    elif attributes.get("magnitude_system") == "relative":
        return "phot.flux;arith.ratio"
    else:
        word = "phot.flux.density" if attributes.get("flux_unit") == "uJy" else "phot.flux"
    part = spectrum_ucd(float(str(attributes.get("wavelength_m", math.nan))))
    return f"{word};{part}" if part else word


def known_unit(unit: str) -> str:
    """A unit as VOUnits writes it; '' where it has no such unit.

    >>> known_unit("adu/s"), known_unit("DN/s"), known_unit("")
    ('adu/s', '', '')
    """
    from astropy import units

    if not unit:
        return ""
    try:
        return str(units.Unit(unit).to_string("vounit"))
    except ValueError:
        return ""
