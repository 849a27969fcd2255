"""Quality bits by the names of their missions, and what they mean for a point.

Kepler and K2: Kepler Archive Manual (KDMC-10008-006), table 2-3; TESS: Science Data Products
Description Document (EXP-TESS-ARC-ICD-0014), table 32. Which of them forbid use: the default masks
of lightkurve, which follow the data release notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Flag

_KEPLER = (
    "attitude_tweak", "safe_mode", "coarse_point", "earth_point", "zero_crossing", "desaturation",
    "argabrightening", "aperture_cosmic", "manual_exclude", "bit_10", "sensitivity_dropout",
    "impulsive_outlier", "argabrightening_on_ccd", "collateral_cosmic", "detector_anomaly",
    "no_fine_point", "no_data", "rolling_band_in_aperture", "rolling_band_in_mask",
    "possible_thruster_firing", "thruster_firing",
)  # fmt: skip
_TESS = (
    "attitude_tweak", "safe_mode", "coarse_point", "earth_point", "argabrightening", "desaturation",
    "aperture_cosmic", "manual_exclude", "discontinuity", "impulsive_outlier", "collateral_cosmic",
    "scattered_light", "scattered_light_2", "planet_search_exclude", "bad_calibration_exclude",
    "insufficient_targets",
)  # fmt: skip
_WHOLE_FRAME = {"attitude_tweak", "safe_mode", "coarse_point", "earth_point", "desaturation",
                "thruster_firing"}  # fmt: skip
_BAD = _WHOLE_FRAME | {"manual_exclude"}
_BAD_KEPLER = _BAD | {"detector_anomaly", "no_data"}
_BAD_TESS = _BAD | {"argabrightening", "impulsive_outlier", "bad_calibration_exclude"}


@dataclass(frozen=True)
class Bits:
    """Names of the bits of a quality column, the lowest first, and which of them forbid use.

    Without names nothing is known of the bits: each forbids use.
    """

    names: tuple[str, ...] = ()
    bad: frozenset[str] = frozenset()

    def name(self, bit: int) -> str:
        return self.names[bit] if bit < len(self.names) else f"bit_{bit + 1}"

    def flags(self, quality: np.ndarray) -> np.ndarray:
        """Flags of a store, uint16, for words of a quality column (int64, same shape)."""
        out = np.zeros(quality.shape, np.uint16)
        for bit in bits_of(quality):
            name = self.name(bit)
            flag = Flag.QUALITY_BAD if not self.names or name in self.bad else Flag.QUALITY_NOTE
            if name in _WHOLE_FRAME:
                flag |= Flag.FRAME_PROBLEM
            elif name == "aperture_cosmic":
                flag |= Flag.COSMIC_RAY
            out[(quality >> bit) & 1 != 0] |= np.uint16(flag)
        return out

    def words(self, quality: int) -> str:
        """Names of the bits that are set, as one text."""
        return " ".join(self.name(bit) for bit in range(63) if quality >> bit & 1)

    def described(self, quality: np.ndarray) -> str:
        """A line per bit that occurs: its value and name, as an attribute of a store."""
        return "\n".join(f"{1 << bit} {self.name(bit)}" for bit in bits_of(quality))


def bits_of(quality: np.ndarray) -> list[int]:
    """Bits that are set in any word."""
    if not quality.size:
        return []
    together = int(np.bitwise_or.reduce(quality, axis=None))
    return [bit for bit in range(63) if together >> bit & 1]


#: Bits of which nothing is known.
UNKNOWN = Bits()
#: By the mission that a header names.
BITS: Mapping[str, Bits] = {
    "Kepler": Bits(_KEPLER, frozenset(_BAD_KEPLER)),
    "K2": Bits(_KEPLER, frozenset(_BAD_KEPLER)),
    "TESS": Bits(_TESS, frozenset(_BAD_TESS)),
    "": UNKNOWN,
}
