"""Everything in the field: what is planted, and constant stars and galaxies around it."""

from __future__ import annotations

import numpy as np

from .planted import planted
from .scene import HALF_SIDE, SIZE, Source, polar
from .schedule import Visit


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
        x, y = polar(np.sqrt(random.uniform(low**2, high**2)), random.uniform(0.0, 360.0))
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
