"""Where each object was and how often it was covered, visit by visit, read like light curves.

Every visit keeps its coverage, and its positions or the transform that gives them, so these cost
no records of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightledger.domain import Flag, parse_measurement
from lightledger.store.reader import StoreReader


class _Kind(NamedTuple):
    plane: str
    quantity: str
    unit: str
    meaning: str


#: ``image-method`` of each, as a measurement would be called.
KINDS = {
    "cov-mean": _Kind("coverage", "coverage", "", "mean of the coverage map in the aperture"),
    "place-x": _Kind("x", "position", "pix", "0-based pixel of the frame, x"),
    "place-y": _Kind("y", "position", "pix", "0-based pixel of the frame, y"),
}
#: What of a measurement's flags also holds for a place.
_SHARED = np.uint16(Flag.OUTSIDE | Flag.NO_COVERAGE | Flag.LOW_COVERAGE | Flag.FRAME_PROBLEM)


def is_place(measurement: str) -> bool:
    """Whether a full name is one of these.

    >>> is_place("ch1_cov-mean"), is_place("ch1_sci-auto")
    (True, False)
    """
    return _within(measurement) in KINDS


def _within(measurement: str) -> str:
    try:
        return parse_measurement(measurement).within_band
    except ValueError:
        return ""


def place_names(reader: StoreReader) -> tuple[str, ...]:
    """Full names of all that a store has: positions always, coverage where maps came along."""
    return tuple(
        f"{band}_{name}"
        for band in reader.bands
        for name, kind in KINDS.items()
        if kind.plane != "coverage" or kind.plane in reader.stored_planes(band)
    )


def place_attributes(measurement: str) -> dict[str, str | int | float]:
    """Attributes as a measurement has them; there is no magnitude of a place."""
    kind = KINDS[_within(measurement)]
    return {
        "quantity": kind.quantity,
        "unit": kind.unit,
        "zero_point": float("nan"),
        "magnitude_system": "",
        "aperture": "",
        "meaning": kind.meaning,
    }


def place_curve(
    reader: StoreReader, measurement: str, index: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value (f4), error (f4, nan: none is known) and flags (u2) of one object, each (n_visit,)."""
    band = parse_measurement(measurement).band
    plane = KINDS[_within(measurement)].plane
    if plane == "coverage" or plane in reader.stored_planes(band):
        value = np.array(reader.object_plane(band, plane)[index], np.float32)
    else:
        row = reader.visits(band)["transform"][:, "xy".index(plane)]
        at = np.array([reader.objects["x"][index], reader.objects["y"][index], 1.0])
        value = (row @ at).astype(np.float32)
    flags = np.zeros(value.size, np.uint16)
    names = reader.measurements(band)
    if names:
        flags |= reader.light_curve(names[0], index)[2] & _SHARED
    flags[~np.isfinite(value) & (flags == 0)] = Flag.NOT_FINITE
    return value, np.full(value.size, np.nan, np.float32), flags
