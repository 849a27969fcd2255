"""Names of measurements and bands.

A measurement is ``band_image-method`` and is parsed from the right: a method has no ``-``, an
image neither ``-`` nor ``_``, a band is cleaned to ``[A-Za-z0-9_+]``.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class MeasurementName(NamedTuple):
    """The parts of a full measurement name such as ``ch1_sci-aper_r3``."""

    band: str
    image: str
    method: str

    def __str__(self) -> str:
        return f"{self.band}_{self.image}-{self.method}"

    @property
    def within_band(self) -> str:
        """``image-method``, the name inside its band."""
        return f"{self.image}-{self.method}"


def parse_measurement(name: str) -> MeasurementName:
    """Split a full measurement name.

    Raises
    ------
    ValueError
        When it is not of the form ``band_image-method``.

    >>> parse_measurement("ch1_sci-aper_r3")
    MeasurementName(band='ch1', image='sci', method='aper_r3')
    """
    left, dash, method = name.rpartition("-")
    band, underscore, image = left.rpartition("_")
    if not (dash and underscore and band and image and method) or "-" in band:
        raise ValueError(f"{name!r} is not a measurement name such as 'ch1_sci-aper_r3'")
    return MeasurementName(band, image, method)


def clean_band(name: str) -> str:
    """A band name that can stand in files and measurement names.

    >>> clean_band("Sloan g'")
    'Sloan_g'
    """
    cleaned = re.sub(r"[^A-Za-z0-9_+]+", "_", name.strip()).strip("_")
    return cleaned or "unknown"


def radius_text(radius: float) -> str:
    """A radius as it stands in a method name.

    >>> radius_text(3.0), radius_text(7.5)
    ('3', '7.5')
    """
    return f"{radius:.6g}"
