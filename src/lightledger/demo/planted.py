"""The objects that vary, and those that only look as if they did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .scene import HALF_SIDE, PIXEL_ARCSEC, Source, from_detector, polar
from .schedule import BANDS, Visit
from .variables import damped_random_walk, eclipsing_binary, mira, rr_lyrae, supernova

#: A fixed place of the detector that keeps an after-image (detector pixels from the centre).
AFTER_IMAGE_UV = (52.0, 31.0)
#: Visits (band, number) in which the asteroid passes over its star.
ASTEROID_VISITS = (("ch1", 33), ("ch2", 46))


def after_image_glow(number: int) -> float:
    """Peak of the after-image, MJy/sr, in visit ``number``; two series, each fading."""
    for first in (12, 41):
        if 0 <= number - first < 5:
            return 0.16 * 0.6 ** (number - first)
    return 0.0


def planted(visits: dict[str, list[Visit]], random: np.random.Generator) -> list[Source]:
    """The objects that vary, and those that only look as if they did."""
    mjd = {band: np.array([v.mjd_mid for v in visits[band]]) for band in BANDS}
    epoch = float(mjd["ch1"][0])

    def per_band(function, *arguments):  # type: ignore[no-untyped-def]
        return {band: function(mjd[band], *arguments) for band in BANDS}

    both = np.concatenate([mjd[band] for band in BANDS])
    walk = damped_random_walk(both, 220.0, 0.22, random)
    n = len(visits["ch1"])
    sources = [
        Source(
            "RR Lyrae",
            *polar(34, 20),
            (210.0, 136.0),
            "planted",
            "variable",
            "aliases of the visit pattern are the trap",
            relative=per_band(rr_lyrae, 0.55327, epoch, 0.32),
            truth={
                "amplitude": 0.32,
                "amplitude_tolerance": 0.05,
                "period_d": 0.55327,
                "period_tolerance": 2e-4,
                "period_multiples": "1",
            },
        ),
        Source(
            "eclipsing binary",
            *polar(58, 105),
            (330.0, 214.0),
            "planted",
            "variable",
            "two unequal minima, so half the period fits nearly as well",
            relative=per_band(eclipsing_binary, 1.73194, epoch),
            truth={
                "amplitude": 0.70,
                "amplitude_tolerance": 0.2,
                "period_d": 1.73194,
                "period_tolerance": 2e-4,
                "period_multiples": "0.5 1 2",
            },
        ),
        Source(
            "Mira",
            *polar(72, 200),
            (520.0, 500.0),
            "planted",
            "variable",
            "six cycles in five years",
            relative=per_band(mira, 303.0, epoch + 120.0, 0.8),
            truth={
                "amplitude": 0.8,
                "amplitude_tolerance": 0.08,
                "period_d": 303.0,
                "period_tolerance": 0.05,
                "period_multiples": "1",
            },
        ),
        Source(
            "AGN",
            *polar(47, 290),
            (85.0, 122.0),
            "planted",
            "variable",
            "damped random walk, 220 d; it has no period: only its excess can be tested",
            relative={"ch1": walk[:n], "ch2": walk[n:]},
            truth={"amplitude": 0.22},
        ),
        _supernova(mjd),
        Source(
            "moving star",
            *polar(25, 165),
            (160.0, 101.0),
            "planted",
            "variable",
            "drifts out of a fixed aperture and back in: fades at both ends of the series",
            motion=(-0.72 / PIXEL_ARCSEC, 0.55 / PIXEL_ARCSEC),
            truth={"pm_ra_arcsec_yr": 0.72, "pm_dec_arcsec_yr": 0.55},
        ),
        Source(
            "moving object",
            *polar(80, 330),
            (65.0, 42.0),
            "planted",
            "outlier",
            "an asteroid passes over a constant star in one visit of each band",
            truth={"visits": " ".join(f"{b}:gr{v}" for b, v in ASTEROID_VISITS)},
        ),
        Source(
            "saturated star",
            *polar(84, 60),
            (11000.0, 7150.0),
            "decoy",
            "constant",
            "its core is cut off at SATURATE in every visit",
        ),
        Source(
            "blend",
            *polar(88, 260),
            (300.0, 195.0),
            "decoy",
            "constant",
            "the lopsided image of its neighbour turns with the camera",
            blended=True,
        ),
        _edge_star(),
        _after_image_star(visits["ch1"]),
        Source(
            "very red star",
            *polar(92, 130),
            (75.0, 165.0),
            "decoy",
            "constant",
            "its step from cryogenic to warm differs a little from everybody's",
        ),
    ]
    blend = sources[8]
    sources.append(replace(blend, x=blend.x + 3.6, y=blend.y + 1.7, flux=(140.0, 91.0)))
    return sources


def _supernova(mjd: dict[str, np.ndarray]) -> Source:
    # Three days before a visit, so that the brightest visit tells the date.
    peak_mjd = round(float(mjd["ch1"][25]) - 3.0, 2)
    peak = {"ch1": 46.0, "ch2": 40.0}
    return Source(
        "supernova",
        *polar(66, 240),
        (24.0, 20.0),
        "planted",
        "variable",
        "on a galaxy; fades slowly, as in dense surroundings",
        size_px=2.4,
        axis_ratio=0.7,
        theta_deg=35.0,
        point_extra={band: peak[band] * supernova(mjd[band], peak_mjd) for band in BANDS},
        truth={
            "peak_mjd": peak_mjd,
            "peak_mjd_tolerance_d": 15.0,
            "peak_flux_ch1_ujy": peak["ch1"],
            "peak_flux_ch2_ujy": peak["ch2"],
            "peak_flux_tolerance": 0.15,
        },
    )


def _edge_star() -> Source:
    x, y = polar(HALF_SIDE + 8.0, 5.0)
    return Source(
        "edge star",
        x,
        y,
        (55.0, 36.0),
        "decoy",
        "constant",
        "at the edge of what is covered: seen in some visits, with less exposure in others",
    )


def _after_image_star(visits: list[Visit]) -> Source:
    angle = visits[11].position_angle_deg
    x, y = from_detector(*AFTER_IMAGE_UV, angle)
    hit = []
    for visit in visits:
        u, v = from_detector(*AFTER_IMAGE_UV, visit.position_angle_deg)
        if after_image_glow(visit.number) and np.hypot(u - x, v - y) < 8.0:
            hit += [f"{band}:{visit.name}" for band in BANDS]
    return Source(
        "after-image", x, y, (70.0, 45.0), "decoy", "constant",
        "the detector remembers a bright star at one place, which falls on this object once",
        truth={"visits": " ".join(hit)},
    )  # fmt: skip
