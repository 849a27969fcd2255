"""What is known of a visit beside its brightness, to colour points by or to plot against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError, parse_measurement

from .session import Session

ZERO_POINT = "zero_point"


@dataclass(frozen=True)
class VisitQuantity:
    """One quantity: its name, and the words that stand on an axis."""

    name: str
    words: str


#: Columns of the visit table, per visit.
_COLUMNS = (
    VisitQuantity("fwhm_px", "FWHM (pix)"),
    VisitQuantity("airmass", "airmass"),
    VisitQuantity("position_angle_deg", "position angle (deg)"),
    VisitQuantity("sky", "sky (per pixel)"),
    VisitQuantity("sky_rms", "sky scatter (per pixel)"),
    VisitQuantity("exposure_s", "exposure (s)"),
    VisitQuantity("n_cosmic", "cosmic-ray pixels"),
)
#: Read like light curves, per visit and object.
_PLACES = (
    VisitQuantity("cov-mean", "coverage"),
    VisitQuantity("place-x", "x in the frame (pix)"),
    VisitQuantity("place-y", "y in the frame (pix)"),
)
_ZERO = VisitQuantity(ZERO_POINT, "zero point (factor)")
QUANTITIES: dict[str, VisitQuantity] = {q.name: q for q in (*_PLACES, *_COLUMNS, _ZERO)}


def known(session: Session, band: str) -> list[VisitQuantity]:
    """The quantities that a band's visits have."""
    places = set(session.field.places)
    visits = session.visits(band)
    found = [q for q in _PLACES if f"{band}_{q.name}" in places and _any(session, q.name, band)]
    found += [q for q in _COLUMNS if q.name in visits and np.isfinite(visits[q.name]).any()]
    return found + [_ZERO] * session.field.can_correct


def _any(session: Session, name: str, band: str) -> bool:
    """Whether the selected object has any: imported light curves have no places."""
    if not session.n_object:
        return True
    try:
        values = session.field.light_curve(session.index, f"{band}_{name}").value
    except LightledgerError:
        return True  # damaged: said where it is drawn
    return bool(np.isfinite(values).any())


def values_of(session: Session, name: str, measurement: str, index: int) -> np.ndarray:
    """A quantity in the visits of a measurement's band; nan where it is not known.

    Parameters
    ----------
    name : str
        A key of `QUANTITIES`.
    index : int
        The object: coverage and places are its own.

    Returns
    -------
    ndarray of float64, shape (n_visit,)
    """
    band = parse_measurement(measurement).band
    visits = session.visits(band)
    if name == ZERO_POINT:
        values = session.field.zero_points(measurement).factor
    elif f"{band}_{name}" in session.field.places:
        values = session.field.light_curve(index, f"{band}_{name}").value
    else:
        values = visits.get(name, np.full(len(visits["visit"]), np.nan))
    return np.asarray(values, np.float64)
