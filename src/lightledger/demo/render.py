"""Paint the demo field as the camera would have seen it: four planes of one visit.

The noise is smoothed white noise, as the interpolation of dithers makes it: neighbouring pixels
share it, so an aperture scatters more than the formal error of its pixels says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from .planted import AFTER_IMAGE_UV, ASTEROID_VISITS, after_image_glow
from .scene import DAYS_PER_YEAR, HALF_SIDE, SIZE, UJY_PER_MJY_SR, Source, to_detector
from .schedule import BANDS, N_DITHER, Visit

#: Full width at half maximum of a star, grid pixels.
FWHM_PX = {"ch1": 3.0, "ch2": 3.15}
MOFFAT_BETA = 3.0
#: Star images are flattened along the camera's y axis.
PSF_AXIS_RATIO = 0.91
#: Formal sigma of a pixel at full coverage, MJy/sr.
PIXEL_SIGMA = {"ch1": 0.0024, "ch2": 0.0027}
#: Electrons per MJy/sr and pixel at full coverage (GAIN x EXPTIME / FLUXCONV, a quarter pixel).
ELECTRONS = {"ch1": 8900.0, "ch2": 8100.0}
#: Width of the kernel that correlates the noise, grid pixels.
NOISE_KERNEL_PX = 0.85
SATURATION_MJY_SR = 32.0
#: What a warm visit reads of a star of middle colour, and how that changes with colour.
WARM_STEP = {"ch1": 0.966, "ch2": 0.994}
WARM_COLOUR_TERM = {"ch1": 0.003, "ch2": -0.003}
MIDDLE_COLOUR = 0.7


@dataclass(frozen=True)
class Planes:
    """One visit in one band: float32 planes of shape (SIZE, SIZE), MJy/sr but for ``cov``."""

    sci: np.ndarray
    unc: np.ndarray
    std: np.ndarray
    cov: np.ndarray


def _moffat_scale(fwhm: float) -> float:
    return 0.5 * fwhm / float(np.sqrt(2.0 ** (1.0 / MOFFAT_BETA) - 1.0))


def aperture_fraction(radius_px: float, band: str) -> float:
    """Share of a star's light inside a circle: of the Moffat profile, taken as round."""
    scale = _moffat_scale(FWHM_PX[band]) * np.sqrt(PSF_AXIS_RATIO)
    return float(1.0 - (1.0 + (radius_px / scale) ** 2) ** (1.0 - MOFFAT_BETA))


class _Stamps:
    """Pixels around positions, so that many profiles are painted by one bincount."""

    def __init__(self, x: np.ndarray, y: np.ndarray, half: int) -> None:
        step = np.arange(-half, half + 1)
        ix = np.rint(x).astype(np.int64)[:, None, None] + step[None, None, :]
        iy = np.rint(y).astype(np.int64)[:, None, None] + step[None, :, None]
        ix, iy = np.broadcast_arrays(ix, iy)
        inside = (ix >= 0) & (ix < SIZE) & (iy >= 0) & (iy < SIZE)
        # What falls outside goes to one extra pixel behind the image.
        self.index = np.where(inside, iy * SIZE + ix, SIZE * SIZE).ravel()
        self.dx, self.dy = ix - x[:, None, None], iy - y[:, None, None]

    def paint(
        self, flux: np.ndarray, major: np.ndarray, ratio: np.ndarray, theta: np.ndarray
    ) -> np.ndarray:
        """Image of Moffat profiles (beta 3) of given total flux, scale, axis ratio, angle."""
        if flux.size == 0:
            return np.zeros((SIZE, SIZE))
        cos, sin = (f(theta)[:, None, None] for f in (np.cos, np.sin))
        along = (self.dx * cos + self.dy * sin) / major[:, None, None]
        across = (self.dy * cos - self.dx * sin) / (major * ratio)[:, None, None]
        peak = flux * (MOFFAT_BETA - 1.0) / (np.pi * major**2 * ratio)
        values = peak[:, None, None] / (1.0 + along**2 + across**2) ** 3
        image = np.bincount(self.index, values.ravel(), SIZE * SIZE + 1)[:-1]
        return image.reshape(SIZE, SIZE)


class _Group:
    """Sources painted with stamps of one size."""

    def __init__(self, rows: list[tuple[Source, bool]], half: int) -> None:
        self.rows = rows
        x = np.array([s.x - (1.0 if extra else 0.0) for s, extra in rows])
        self.stamps = _Stamps(x, np.array([s.y for s, _ in rows]), half)
        self.size = np.array([0.0 if extra else s.size_px for s, extra in rows])
        self.ratio = np.array([s.axis_ratio for s, _ in rows])
        self.theta = np.radians([s.theta_deg for s, _ in rows])
        self.colour = np.array([s.colour for s, _ in rows])

    def flux(self, band: str, visit: int) -> np.ndarray:
        return np.array(
            [
                s.point_extra[band][visit] if extra else s.flux_in(band, visit)
                for s, extra in self.rows
            ]
        )


class Painter:
    """Paints visits of a scene; holds what does not change between visits."""

    def __init__(self, sources: list[Source], seed: int) -> None:
        self._seed = seed
        still = [(s, False) for s in sources if s.motion == (0.0, 0.0)]
        still += [(s, True) for s in sources if s.point_extra]
        self._groups = [
            _Group([r for r in still if low <= r[0].flux[0] < high], half)
            for low, high, half in ((0.0, 100.0, 12), (100.0, 1e3, 22), (1e3, np.inf, 64))
        ]
        self._moving = [s for s in sources if s.motion != (0.0, 0.0)]
        self._y, self._x = np.mgrid[:SIZE, :SIZE]
        #: Systematic response of the detector, fixed in its own pixels.
        self._response_wave = (2 * np.pi / 130.0, 2 * np.pi / 105.0)

    def paint(self, visit: Visit, place: int, middle_mjd: float) -> Planes:
        """The planes of one visit.

        Parameters
        ----------
        visit : Visit
        place : int
            Place of the visit in time order.
        middle_mjd : float
            When the moving star is where the truth says.
        """
        band = visit.band
        random = np.random.default_rng([self._seed, BANDS.index(band), visit.number])
        u, v = to_detector(self._x, self._y, visit.position_angle_deg)
        signal = self._signal(visit, place, middle_mjd)
        if (band, visit.number) in ASTEROID_VISITS:
            signal += self._streak(visit)
        signal *= 1.0 + random.normal(0.0, 0.004)
        signal *= 1.0 + 0.002 * np.sin(self._response_wave[0] * u) * np.cos(
            self._response_wave[1] * v
        )
        glow = after_image_glow(visit.number)
        if glow:
            away = (u - AFTER_IMAGE_UV[0]) ** 2 + (v - AFTER_IMAGE_UV[1]) ** 2
            signal += glow * np.exp(-0.5 * away / 2.6**2)

        cov = self._coverage(u, v, random)
        seen = cov > 0
        share = N_DITHER / np.where(seen, cov, 1.0)
        variance = share * (PIXEL_SIGMA[band] ** 2 + np.maximum(signal, 0.0) / ELECTRONS[band])
        unc = np.sqrt(variance)
        season = 2.0 * np.pi * visit.mjd_mid / DAYS_PER_YEAR
        sky = 0.082 + 0.011 * np.cos(season) + random.normal(0.0, 0.002)
        sci = signal + sky + 0.004 * (u / SIZE) * np.sin(season)
        sci += unc * _correlated_noise(random)
        _cosmic_rays(sci, random)
        sci = np.minimum(sci, SATURATION_MJY_SR)
        # The scatter of the inputs about their mean, from few inputs.
        std = unc * np.sqrt(cov) * (1.0 + 0.12 * random.standard_normal((SIZE, SIZE), np.float32))
        for plane in (sci, unc, std):
            plane[~seen] = np.nan
        _missing_pixels(sci, unc, std, random)
        return Planes(*(np.asarray(p, np.float32) for p in (sci, unc, std, cov)))

    def _signal(self, visit: Visit, place: int, middle_mjd: float) -> np.ndarray:
        """Noiseless objects, MJy/sr as the visit reads them (warm step included)."""
        turn = np.radians(visit.position_angle_deg)
        star = _moffat_scale(FWHM_PX[visit.band])
        image = np.zeros((SIZE, SIZE))
        for group in self._groups:
            point = group.size == 0.0
            image += group.stamps.paint(
                group.flux(visit.band, place) * _reading(visit, group.colour),
                np.hypot(star, group.size),
                np.where(point, PSF_AXIS_RATIO, np.hypot(star, group.size * group.ratio)
                         / np.hypot(star, group.size)),
                np.where(point, turn, group.theta),
            )  # fmt: skip
        years = (visit.mjd_mid - middle_mjd) / DAYS_PER_YEAR
        for s in self._moving:
            x, y = s.x + s.motion[0] * years, s.y + s.motion[1] * years
            flux = s.flux_in(visit.band, place) * _reading(visit, np.array([s.colour]))
            image += _Stamps(np.array([x]), np.array([y]), 22).paint(
                flux, np.array([star]), np.array([PSF_AXIS_RATIO]), np.array([turn])
            )
        return image / UJY_PER_MJY_SR

    def _streak(self, visit: Visit) -> np.ndarray:
        """An asteroid that moves on between the dithers, over its star."""
        star = next(r[0] for g in self._groups for r in g.rows if r[0].kind == "moving object")
        along = np.linspace(-6.0, 6.0, N_DITHER)
        n = np.ones(N_DITHER)
        image = _Stamps(star.x + 0.9 * along, star.y + 0.45 * along, 22).paint(
            n * 150.0 / N_DITHER,
            n * _moffat_scale(FWHM_PX[visit.band]),
            n * PSF_AXIS_RATIO,
            n * np.radians(visit.position_angle_deg),
        )
        return image / UJY_PER_MJY_SR

    def _coverage(self, u: np.ndarray, v: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Exposures per pixel: a turned square for each dither, less what rejection took."""
        cov = np.zeros((SIZE, SIZE))
        for du, dv in random.normal(0.0, 3.0, (N_DITHER, 2)):
            cov += (np.abs(u - du) < HALF_SIDE) & (np.abs(v - dv) < HALF_SIDE)
        cov -= (random.uniform(size=(SIZE, SIZE)) < 0.03) & (cov > 1)
        return cov


def _reading(visit: Visit, colour: np.ndarray) -> np.ndarray:
    """What the visit reads of one unit of flux, by colour."""
    if not visit.warm:
        return np.ones_like(colour)
    term = WARM_COLOUR_TERM[visit.band]
    return WARM_STEP[visit.band] * (1.0 + term * (colour - MIDDLE_COLOUR))


def noise_correlation(radius_px: float) -> float:
    """Scatter of a circle's sum over what uncorrelated noise of the same pixels would give."""
    half = int(np.ceil(radius_px)) + 8
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    disc = (np.hypot(x, y) <= radius_px).astype(float)
    return float(
        np.sqrt(np.sum(gaussian_filter(disc, NOISE_KERNEL_PX) ** 2) / np.sum(disc**2))
        / _kernel_norm()
    )


def _kernel_norm() -> float:
    """Root of the sum of squares of the noise kernel: the rms that it leaves of white noise."""
    delta = np.zeros((33, 33))
    delta[16, 16] = 1.0
    return float(np.sqrt(np.sum(gaussian_filter(delta, NOISE_KERNEL_PX) ** 2)))


def _correlated_noise(random: np.random.Generator) -> np.ndarray:
    """Noise of unit rms whose neighbouring pixels share it."""
    white = random.standard_normal((SIZE, SIZE), np.float32)
    return gaussian_filter(white, NOISE_KERNEL_PX, mode="wrap") / _kernel_norm()


def _cosmic_rays(image: np.ndarray, random: np.random.Generator) -> None:
    """A few hits that the combination of the dithers has missed, in place."""
    n = random.poisson(5.0)
    x, y = random.integers(2, SIZE - 2, (2, n))
    height = 0.1 + random.exponential(0.5, n)
    long = random.uniform(size=n) < 0.5
    np.add.at(image, (y, x), height)
    np.add.at(image, (y[long] + 1, x[long] + 1), 0.6 * height[long])


def _missing_pixels(
    sci: np.ndarray, unc: np.ndarray, std: np.ndarray, random: np.random.Generator
) -> None:
    """Single pixels and one small patch without a value, in place."""
    x, y = random.integers(0, SIZE, (2, 5))
    for plane in (sci, unc, std):
        plane[y, x] = np.nan
        plane[y[0] : y[0] + 2, x[0] : x[0] + 3] = np.nan
