"""The observer's place among the planets in the middle of each frame, for many frames at once.

In order: a spacecraft's own position, the site that a person gives, OBSGEO-X/Y/Z, longitude and
latitude, else the Earth's centre (at most 21 ms of light from any site, and said).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lightledger.domain.times import LIGHT_KM_S, SECONDS_PER_DAY, unit_vector

from .earth import (
    Site,
    altitude_deg,
    earth_and_sun_km,
    rotate_to_celestial,
    site_xyz_m,
    tdb_minus_utc_s,
)
from .frame import FrameTime, Observer
from .headers import Cards
from .sites import AGREES_DEG, RawSite, choose_site, geocentric, raw_site, sight
from .times import HeaderTime

_SAMPLE = 12
#: Far from the Earth; without their position light-travel times are wrong by seconds to minutes.
_FAR = ("KEPLER", "SPITZER", "JWST", "GAIA", "EUCLID", "SOHO", "STEREO", "HERSCHEL")
_LEO = ("HST", "TESS", "CHEOPS", "WISE", "NEOWISE", "SWIFT", "GALEX", "XMM", "CHANDRA")


@dataclass(frozen=True)
class Sighting:
    """What is needed of one frame: its cards, its time, where it looked (degrees, or None)."""

    cards: Cards
    time: HeaderTime
    pointing: tuple[float, float] | None


def observe(
    sightings: Sequence[Sighting], given: Site | None = None
) -> list[tuple[FrameTime, Observer]]:
    """Times on the observer's clock, and observers, in the order given.

    Parameters
    ----------
    sightings : sequence of Sighting
    given : Site, optional
        Where the telescope stands, whatever the headers say; a spacecraft that tells its own
        position is not moved.
    """
    if not sightings:
        return []
    times = _on_the_observers_clock(sightings)
    mid = np.array([time.mjd_utc_mid for time in times])
    earth, sun = earth_and_sun_km(mid)
    tdb = tdb_minus_utc_s(mid)
    if given is None:
        sites = _sites(sightings, mid)
    else:
        sites = dict.fromkeys(range(len(mid)), (given, _given_note(given, sightings, mid)))
    found = []
    for i, seen in enumerate(sightings):
        position, note, site = _place(
            seen, sites.get(i), mid[i], earth[i], sun[i], times[i], given is not None
        )
        x, y, z = (float(v) for v in position)
        found.append((times[i], Observer(x, y, z, float(tdb[i]), note, site)))
    return found


def _place(
    seen: Sighting,
    site: tuple[Site, str] | None,
    mjd: float,
    earth: np.ndarray,
    sun: np.ndarray,
    time: FrameTime,
    is_given: bool,
) -> tuple[np.ndarray, str, Site | None]:
    cards = seen.cards
    spitzer = _vector(cards, "SPTZR-{}", "XYZ")
    if spitzer is not None:
        # Given for the start of the exposure.
        velocity = _vector(cards, "SPTZR-V{}", "XYZ")
        if velocity is not None:
            spitzer = spitzer + velocity * (mjd - time.mjd_utc_start) * SECONDS_PER_DAY
        return sun + spitzer, "SPTZR_X/Y/Z (heliocentric) and the Sun's position", None
    jwst = _vector(cards, "JWST-{}", "XYZ")
    if jwst is not None:
        return jwst, "JWST_X/Y/Z (barycentric)", None
    stated = None if is_given else geocentric(cards)
    if stated is not None:
        offset = rotate_to_celestial(stated[0] / 1000.0, np.array([mjd]))[0]
        return earth + offset, "OBSGEO-X/Y/Z", stated[1]
    if site is not None:
        offset = rotate_to_celestial(site_xyz_m(site[0]) / 1000.0, np.array([mjd]))[0]
        return earth + offset, site[1], site[0]
    return earth, _no_place(cards), None


def _no_place(cards: Cards) -> str:
    telescope = cards.text("TELESCOP", "MISSION", "OBSERVAT").upper()
    if telescope.startswith(_FAR):
        return (
            "position of the spacecraft unknown: centre of the Earth taken (may be off by minutes)"
        )
    if telescope.startswith(_LEO):
        return "position of the spacecraft unknown: centre of the Earth taken"
    return "site unknown: centre of the Earth taken (<= 21 ms); --site tells it"


def _vector(cards: Cards, pattern: str, axes: str) -> np.ndarray | None:
    values = [cards.number(pattern.format(axis)) for axis in axes]
    if any(v is None for v in values) or not any(values):
        return None
    return np.array(values, dtype=np.float64)


def _given_note(site: Site, sightings: Sequence[Sighting], mid: np.ndarray) -> str:
    """Where the position comes from; and what the sky says against it."""
    said = "site as given, {:.3f} E {:.3f} N {:.0f} m".format(*site)
    off = []
    for i in range(0, len(sightings), max(1, len(sightings) // _SAMPLE)):
        seen = sight(sightings[i].cards, float(mid[i]), sightings[i].pointing)
        if seen.pointing is not None and seen.altitude is not None:
            there = altitude_deg(*seen.pointing, site, np.array([seen.mjd_utc]))[0]
            off.append(abs(float(there) - seen.altitude))
    if off and np.median(off) > AGREES_DEG:
        said += f"; the altitudes in the headers are {np.median(off):.0f} deg off from there"
    return said


def _sites(sightings: Sequence[Sighting], mid: np.ndarray) -> dict[int, tuple[Site, str]]:
    """Site and remark of each frame that states one; the sign is chosen once per place."""
    places: dict[RawSite, list[int]] = {}
    for i, seen in enumerate(sightings):
        raw = raw_site(seen.cards)
        if raw is not None:
            places.setdefault(raw, []).append(i)
    found = {}
    for raw, frames in places.items():
        step = max(1, len(frames) // _SAMPLE)
        sights = [
            sight(sightings[i].cards, float(mid[i]), sightings[i].pointing)
            for i in frames[::step][:_SAMPLE]
        ]
        site, why, _ = choose_site(raw, sights)
        found.update(dict.fromkeys(frames, (site, why)))
    return found


def _on_the_observers_clock(sightings: Sequence[Sighting]) -> list[FrameTime]:
    """Times with the light-travel time of reduced ones (HJD, BJD) taken off again."""
    times = [seen.time.time for seen in sightings]
    for i, seen in enumerate(sightings):
        if not seen.time.reference:
            continue
        if seen.pointing is None:
            note = "its light-travel time (<= 8.4 min) could not be taken off: no pointing"
            times[i] = replace(times[i], note=f"{times[i].note}; {note}")
            continue
        shift = _light_time_days(times[i].mjd_utc_mid, seen.time.reference, seen.pointing)
        times[i] = replace(
            times[i],
            mjd_utc_start=times[i].mjd_utc_start - shift,
            mjd_utc_mid=times[i].mjd_utc_mid - shift,
            mjd_utc_end=times[i].mjd_utc_end - shift,
            note=f"{times[i].note}; its light-travel time of {shift * 86400:+.1f} s was taken off",
        )
    return times


def _light_time_days(reduced: float, reference: str, pointing: tuple[float, float]) -> float:
    """Light-travel time that was added to the observer's time to get ``reduced``, days."""
    direction = unit_vector(*pointing)
    shift = 0.0
    for _ in range(3):  # converges by 1e-4 a step
        earth, sun = earth_and_sun_km(np.array([reduced - shift]))
        place = earth[0] - (sun[0] if reference == "sun" else 0.0)
        shift = float(place @ direction) / LIGHT_KM_S / SECONDS_PER_DAY
    return shift
