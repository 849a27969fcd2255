"""How planted objects vary: flux at each time relative to their mean or quiet flux.

Shapes are the textbook ones, simple enough that every number of the truth file is exact.
"""

from __future__ import annotations

import numpy as np


def phase_of(mjd: np.ndarray, period_d: float, epoch_mjd: float) -> np.ndarray:
    """Phase in [0, 1) at each time."""
    return np.mod((mjd - epoch_mjd) / period_d, 1.0)


def rr_lyrae(
    mjd: np.ndarray, period_d: float, epoch_mjd: float, amplitude_mag: float
) -> np.ndarray:
    """Relative flux of a pulsator: fast rise in a fifth of the period, slow decline.

    ``amplitude_mag`` is peak to peak; magnitude is a sawtooth with rounded corners, mean 0.
    """
    phase = phase_of(mjd, period_d, epoch_mjd)
    # The first three harmonics of a sawtooth, scaled to a peak-to-peak span of 1.
    two_pi = 2.0 * np.pi
    saw = sum(np.sin(two_pi * k * phase) / k**1.5 for k in (1, 2, 3)) / 2.4210
    return 10.0 ** (0.4 * amplitude_mag * saw)


def eclipsing_binary(
    mjd: np.ndarray,
    period_d: float,
    epoch_mjd: float,
    depths: tuple[float, float] = (0.42, 0.34),
    ellipsoidal: float = 0.06,
) -> np.ndarray:
    """Relative flux of a close binary: two unequal eclipses and an ellipsoidal wave between.

    ``depths`` are fractions of the light lost in primary (phase 0) and secondary (0.5) eclipse.
    """
    phase = phase_of(mjd, period_d, epoch_mjd)
    flux = 1.0 - ellipsoidal * np.cos(4.0 * np.pi * phase)
    for centre, depth in zip((0.0, 0.5), depths, strict=True):
        distance = np.abs(np.mod(phase - centre + 0.5, 1.0) - 0.5)
        flux = flux - depth * np.exp(-0.5 * (distance / 0.055) ** 2)
    return flux


def mira(mjd: np.ndarray, period_d: float, epoch_mjd: float, amplitude_mag: float) -> np.ndarray:
    """Relative flux of a long-period pulsator, a sine in magnitude; maximum at the epoch."""
    phase = phase_of(mjd, period_d, epoch_mjd)
    return 10.0 ** (0.2 * amplitude_mag * np.cos(2.0 * np.pi * phase))


def damped_random_walk(
    mjd: np.ndarray, timescale_d: float, rms_mag: float, random: np.random.Generator
) -> np.ndarray:
    """Relative flux of an active nucleus (damped random walk of the magnitude).

    An Ornstein-Uhlenbeck process sampled exactly (Kelly et al. 2009, ApJ 698, 895, eq. 1):
    ``rms_mag`` is its standard deviation over an infinite time. ``mjd`` need not be sorted.
    """
    order = np.argsort(mjd, kind="stable")
    kicks = random.standard_normal(mjd.size)
    walk = np.empty(mjd.size)
    previous, value = 0.0, 0.0
    for place, index in enumerate(order):
        keep = np.exp(-(mjd[index] - previous) / timescale_d) if place else 0.0
        value = value * keep + np.sqrt(1.0 - keep**2) * kicks[place]
        walk[index], previous = value, mjd[index]
    return 10.0 ** (-0.4 * rms_mag * walk)


def supernova(
    mjd: np.ndarray, peak_mjd: float, rise_d: float = 40.0, decline_d: float = 300.0
) -> np.ndarray:
    """Flux relative to the peak: quadratic rise, exponential decline.

    Declines as slowly as the infrared light of explosions into dense surroundings does
    (SN 2010jl, Fransson et al. 2014, ApJ 797, 118).
    """
    since = mjd - peak_mjd
    rising = np.clip(1.0 + since / rise_d, 0.0, 1.0) ** 2
    return np.where(since < 0.0, rising, np.exp(-np.maximum(since, 0.0) / decline_d))


def trapezoid_transit(
    time_d: np.ndarray, mid_d: float, duration_d: float, ingress_d: float, depth: float
) -> np.ndarray:
    """Relative flux through a transit: ``duration_d`` is first to fourth contact (T14)."""
    inside = (0.5 * duration_d - np.abs(time_d - mid_d)) / ingress_d
    return 1.0 - depth * np.clip(inside, 0.0, 1.0)
