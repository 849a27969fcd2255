"""From stored values to magnitude systems and to fluxes of point sources; for display alone.

Constants of instruments are in ``resources/irac.toml``, each with its source.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from .errors import LightledgerError
from .magnitudes import JY_IN_UJY
from .names import parse_measurement
from .resources import resource

#: A radius or annulus this near to a tabulated one is meant to be it.
_SAME_RADIUS, _SAME_ANNULUS = 0.02, 0.05


@dataclass(frozen=True)
class Preset:
    """What is known of an instrument.

    Attributes
    ----------
    native_pixel_arcsec : float
    zero_jy : mapping of str to float
        Flux density of magnitude 0 (Vega) by channel.
    names : mapping of str to str
        Other names of the channels, to the channel.
    filters : mapping of str to (str, float)
        Name of each channel's filter as the SVO Filter Profile Service has it, and its nominal
        wavelength in microns.
    corrections : mapping
        Phase, channel and (radius, inner, outer) in native pixels to the factor.
    """

    native_pixel_arcsec: float
    zero_jy: Mapping[str, float]
    names: Mapping[str, str]
    filters: Mapping[str, tuple[str, float]]
    corrections: Mapping[tuple[str, str], Mapping[tuple[float, float, float], float]]

    def channel(self, *names: str) -> str:
        """The channel that one of these names means; '' none."""
        for name in names:
            if name in self.zero_jy:
                return name
            if name in self.names:
                return self.names[name]
        return ""


@lru_cache(maxsize=1)
def presets() -> dict[str, Preset]:
    """Shipped presets by instrument."""
    tables = tomllib.loads(resource("irac.toml").read_text(encoding="utf-8"))
    return {str(table["instrument"]): _preset(table) for table in tables.values()}


def _preset(table: dict[str, Any]) -> Preset:
    corrections: dict[tuple[str, str], dict[tuple[float, float, float], float]] = {}
    for part in table["aperture_corrections"]:
        for row in part["table"]:
            radius, inner, outer = (float(r) for r in row["aperture"])
            for channel in table["zero_jy"].keys() & row.keys():
                known = corrections.setdefault((part["phase"], channel), {})
                known[radius, inner, outer] = float(row[channel])
    names = {name: channel for channel, several in table["names"].items() for name in several}
    filters = {name: (row["svo"], float(row["micron"])) for name, row in table["filters"].items()}
    native = float(table["native_pixel_arcsec"])
    return Preset(native, table["zero_jy"], names, filters, corrections)


def known_channel(
    band: str, band_original: str, visits: Mapping[str, np.ndarray]
) -> tuple[Preset | None, str]:
    """The preset of the one instrument of a band's visits, and its channel; else None and ''.

    Parameters
    ----------
    band, band_original : str
        The band, and as the header writes it.
    visits : mapping of str to ndarray
        Visit table: the first word of ``setup`` is the instrument.
    """
    instruments = {str(setup).partition(" ")[0] for setup in visits["setup"]}
    preset = presets().get(instruments.pop()) if len(instruments) == 1 else None
    channel = preset.channel(band, band_original) if preset else ""
    return (preset, channel) if channel else (None, "")


def filter_facts(
    band: str, band_original: str, visits: Mapping[str, np.ndarray]
) -> dict[str, str | float]:
    """``filter``, and ``wavelength_m`` of a known instrument; parameters as of `known_channel`."""
    preset, channel = known_channel(band, band_original, visits)
    if preset is None:
        return {"filter": band_original or band}
    name, micron = preset.filters[channel]
    return {"filter": name, "wavelength_m": micron / 1e6}


@dataclass(frozen=True)
class Calibration:
    """How the values of a measurement are shown.

    Attributes
    ----------
    zero_points : mapping of str to float
        Magnitude of value 1 in each system that is known, the stored one first: 'AB' and where
        the instrument's preset has it 'Vega', or 'instrumental', or 'relative'.
    correction : ndarray of float64, shape (n_visit,), or None
        What multiplies the flux of a point source; None where none applies.
    reason : str
        Why none applies.
    """

    zero_points: Mapping[str, float] = field(default_factory=dict)
    correction: np.ndarray | None = None
    reason: str = "no instrument is known whose corrections apply"

    @property
    def system(self) -> str:
        """The system of the store."""
        return next(iter(self.zero_points), "")

    def best(self, system: str) -> str:
        """A system that is asked for, by any case of letters, where it is known, else the store's.

        >>> calibration = Calibration({"AB": 23.9, "Vega": 21.1})
        >>> calibration.best("vega"), calibration.best("Johnson"), calibration.best("")
        ('Vega', 'AB', 'AB')
        """
        same = (known for known in self.zero_points if known.lower() == system.lower())
        return next(same, self.system)

    def zero_point(self, system: str = "") -> float:
        """Magnitude of value 1; nan where the store knows none.

        Raises
        ------
        LightledgerError
            A system that is not known for this measurement.
        """
        found = self.best(system)
        if system and found.lower() != system.lower():
            known = ", ".join(self.zero_points) or "none"
            raise LightledgerError(
                f"there are no {system} magnitudes of this measurement", advice=f"it has {known}"
            )
        return float(self.zero_points.get(found, math.nan))


def calibration_of(
    measurement: str,
    attributes: Mapping[str, object],
    visits: Mapping[str, np.ndarray],
    band_original: str = "",
) -> Calibration:
    """How a measurement is shown.

    Parameters
    ----------
    measurement : str
        Full name.
    attributes : mapping
        Of the measurement, as stored.
    visits : mapping of str to ndarray
        Visit table of its band: ``setup`` (its first word is the instrument), ``phase``.
    band_original : str
        Band as the header writes it.
    """
    system, zero = str(attributes.get("magnitude_system", "")), attributes.get("zero_point")
    zero_points = {}
    if system and isinstance(zero, (int, float)):
        zero_points[system] = float(zero)
    if attributes.get("unit") != "uJy":
        what = "a ratio" if system == "relative" else "a flux of unknown scale"
        return Calibration(zero_points, reason=f"{what} needs no aperture correction")
    preset, channel = known_channel(parse_measurement(measurement).band, band_original, visits)
    if preset is None:
        return Calibration(zero_points)
    zero_points["Vega"] = 2.5 * math.log10(preset.zero_jy[channel] * JY_IN_UJY)
    try:
        correction = _correction(preset, channel, attributes, visits["phase"])
    except LightledgerError as why:
        return Calibration(zero_points, reason=why.what)
    return Calibration(zero_points, correction, "")


def _correction(
    preset: Preset, channel: str, attributes: Mapping[str, object], phases: np.ndarray
) -> np.ndarray:
    """Factor of each visit; `LightledgerError` says why there is none."""
    radius, inner, outer = (
        float(str(attributes.get(name, "nan"))) / preset.native_pixel_arcsec
        for name in ("radius_arcsec", "sky_inner_arcsec", "sky_outer_arcsec")
    )
    if not math.isfinite(radius):
        raise LightledgerError("aperture corrections are for circles of a fixed radius")
    if attributes.get("background") != "annulus":
        raise LightledgerError("aperture corrections need the local sky of a tabulated annulus")
    factor = np.full(len(phases), np.nan)
    for phase in set(phases.tolist()):
        known = preset.corrections.get((phase, channel), {})
        for (r, first, last), value in known.items():
            near = abs(radius - r) <= _SAME_RADIUS * r
            sky = max(abs(inner / first - 1), abs(outer / last - 1)) <= _SAME_ANNULUS
            if near and sky:
                factor[phases == phase] = value
    if not np.isfinite(factor).all():
        lacking = ", ".join(sorted({str(p) or "unknown" for p in phases[~np.isfinite(factor)]}))
        raise LightledgerError(
            f"no correction is tabulated for {radius:.2f} native pixels with sky in "
            f"{inner:.1f}-{outer:.1f} ({lacking} phase)"
        )
    return factor
