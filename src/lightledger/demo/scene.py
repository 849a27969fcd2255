"""What is in the demo field: where every object is, how bright, of what kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .schedule import BANDS, Visit
from .variables import damped_random_walk, eclipsing_binary, mira, rr_lyrae, supernova

#: Pixels of the common grid, which is also the coadd's.
SIZE = 256
CENTRE = (SIZE - 1) / 2
PIXEL_ARCSEC = 0.6
#: Half the side of the square that one exposure covers, pixels.
HALF_SIDE = 116.0
#: uJy of one MJy/sr in one pixel of 0.6 arcsec: 23.504431 uJy/arcsec^2 x 0.36.
UJY_PER_MJY_SR = 23.504431 * PIXEL_ARCSEC**2
#: A fixed place of the detector that keeps an after-image (detector pixels from the centre).
AFTER_IMAGE_UV = (52.0, 31.0)
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Source:
    """One object of the field.

    Attributes
    ----------
    kind, role, expect, note : str
        As in the truth file.
    x, y : float
        Pixel, 0-based, in the middle of the series.
    flux : tuple of float
        Mean or quiet flux in ch1 and ch2, uJy.
    size_px : float
        Half-light radius of a galaxy; 0: a point.
    axis_ratio, theta_deg : float
        Shape on the sky (a galaxy's), counter-clockwise from the x axis.
    motion : tuple of float
        Proper motion, pixels a year, x and y.
    relative : dict of str to ndarray
        Band to flux over quiet flux per visit; missing: constant.
    point_extra : dict of str to ndarray
        Band to flux (uJy) per visit of a point on top of it, one pixel to the left.
    truth : dict
        Further columns of the truth file.
    blended : bool
        Whether the catalogue marks it as having a close neighbour.
    """

    kind: str
    x: float
    y: float
    flux: tuple[float, float]
    role: str = "constant"
    expect: str = "constant"
    note: str = ""
    size_px: float = 0.0
    axis_ratio: float = 1.0
    theta_deg: float = 0.0
    motion: tuple[float, float] = (0.0, 0.0)
    relative: dict[str, np.ndarray] = field(default_factory=dict)
    point_extra: dict[str, np.ndarray] = field(default_factory=dict)
    truth: dict[str, float | str] = field(default_factory=dict)
    blended: bool = False

    @property
    def colour(self) -> float:
        """Flux in ch2 over ch1."""
        return self.flux[1] / self.flux[0]

    def flux_in(self, band: str, visit: int) -> float:
        """Flux, uJy, in a visit (place in time order), without `point_extra`."""
        quiet = self.flux[BANDS.index(band)]
        return quiet * float(self.relative[band][visit]) if band in self.relative else quiet


def _polar(radius_px: float, angle_deg: float) -> tuple[float, float]:
    angle = np.radians(angle_deg)
    return CENTRE + radius_px * float(np.cos(angle)), CENTRE + radius_px * float(np.sin(angle))


def to_detector(
    x: np.ndarray | float, y: np.ndarray | float, position_angle_deg: float
) -> tuple[np.ndarray, np.ndarray]:
    """Grid pixels to detector pixels from the centre of the field."""
    angle = np.radians(position_angle_deg)
    dx, dy = np.asarray(x) - CENTRE, np.asarray(y) - CENTRE
    return dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)


def from_detector(u: float, v: float, position_angle_deg: float) -> tuple[float, float]:
    """Detector pixels to grid pixels; the inverse of `to_detector`."""
    angle = np.radians(position_angle_deg)
    return (
        CENTRE + u * float(np.cos(angle)) - v * float(np.sin(angle)),
        CENTRE + u * float(np.sin(angle)) + v * float(np.cos(angle)),
    )


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
            *_polar(34, 20),
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
            *_polar(58, 105),
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
            *_polar(72, 200),
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
            *_polar(47, 290),
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
            *_polar(25, 165),
            (160.0, 101.0),
            "planted",
            "variable",
            "drifts out of a fixed aperture and back in: fades at both ends of the series",
            motion=(-0.72 / PIXEL_ARCSEC, 0.55 / PIXEL_ARCSEC),
            truth={"pm_ra_arcsec_yr": 0.72, "pm_dec_arcsec_yr": 0.55},
        ),
        Source(
            "moving object",
            *_polar(80, 330),
            (65.0, 42.0),
            "planted",
            "outlier",
            "an asteroid passes over a constant star in one visit of each band",
            truth={"visits": " ".join(f"{b}:gr{v}" for b, v in ASTEROID_VISITS)},
        ),
        Source(
            "saturated star",
            *_polar(84, 60),
            (11000.0, 7150.0),
            "decoy",
            "constant",
            "its core is cut off at SATURATE in every visit",
        ),
        Source(
            "blend",
            *_polar(88, 260),
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
            *_polar(92, 130),
            (75.0, 165.0),
            "decoy",
            "constant",
            "its step from cryogenic to warm differs a little from everybody's",
        ),
    ]
    blend = sources[8]
    sources.append(replace(blend, x=blend.x + 3.6, y=blend.y + 1.7, flux=(140.0, 91.0)))
    return sources


#: Visits (band, number) in which the asteroid passes over its star.
ASTEROID_VISITS = (("ch1", 33), ("ch2", 46))


def _supernova(mjd: dict[str, np.ndarray]) -> Source:
    # Three days before a visit, so that the brightest visit tells the date.
    peak_mjd = round(float(mjd["ch1"][25]) - 3.0, 2)
    peak = {"ch1": 46.0, "ch2": 40.0}
    return Source(
        "supernova",
        *_polar(66, 240),
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
    x, y = _polar(HALF_SIDE + 8.0, 5.0)
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


def ordinary(
    special: list[Source], random: np.random.Generator, n_inner: int = 195, n_outer: int = 25
) -> list[Source]:
    """Constant stars and galaxies, placed so that few disturb each other.

    ``n_inner`` lie where every visit looks, ``n_outer`` where only some do. Brighter objects keep
    a larger distance: the catalogue is meant to be measurable, blends are planted on purpose.
    """
    placed = [(s.x, s.y, s.flux[0]) for s in special]
    sources: list[Source] = []
    n_wanted = n_inner + n_outer
    for _ in range(60_000):
        if len(sources) == n_wanted:
            break
        outer = len(sources) >= n_inner
        low, high = (HALF_SIDE + 1, HALF_SIDE + 16) if outer else (0.0, HALF_SIDE - 6)
        x, y = _polar(np.sqrt(random.uniform(low**2, high**2)), random.uniform(0.0, 360.0))
        flux = _power_law(random)
        if not (8 < x < SIZE - 9 and 8 < y < SIZE - 9):
            continue
        if any(np.hypot(x - px, y - py) < _distance(flux, pf) for px, py, pf in placed):
            continue
        placed.append((x, y, flux))
        galaxy = flux < 150.0 and random.uniform() < 0.4
        colour = random.normal(0.95, 0.15) if galaxy else random.normal(0.65, 0.04)
        fluxes = (flux, flux * float(np.clip(colour, 0.5, 1.6)))
        if galaxy:
            sources.append(
                Source(
                    "galaxy", x, y, fluxes, size_px=float(random.uniform(1.6, 3.2)),
                    axis_ratio=float(random.uniform(0.45, 1.0)),
                    theta_deg=float(random.uniform(-90.0, 90.0)),
                )
            )  # fmt: skip
        else:
            sources.append(Source("star", x, y, fluxes))
    return sources


def _power_law(random: np.random.Generator, low: float = 8.0, high: float = 1300.0) -> float:
    """Flux, uJy, from counts N(>f) ~ f^-0.45."""
    slope = 0.45
    u = random.uniform()
    return float((low**-slope - u * (low**-slope - high**-slope)) ** (-1.0 / slope))


def _distance(one: float, other: float) -> float:
    """Smallest distance, pixels, at which two such objects may lie."""
    faint, bright = min(one, other), max(one, other)
    return (
        8.0
        + 3.0 * np.log10(max(bright / 10.0, 1.0))
        + 4.0 * np.log10(max(bright / (30.0 * faint), 1.0))
    )


def make_scene(visits: dict[str, list[Visit]], random: np.random.Generator) -> list[Source]:
    """Everything in the field, in the order of the catalogue (by y, as SExtractor does)."""
    special = planted(visits, random)
    return sorted(special + ordinary(special, random), key=lambda source: source.y)
