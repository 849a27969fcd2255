"""Settings that the data propose, what the headers say, and what a run will cost; for a worker."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Measuring
from lightledger.frames.frame import Frame, Inventory

from .picture import Found, Picture

#: A visit takes about so much longer than a first look at its frame (sums, hashing, writing).
_WORK_PER_LOOK = 2.0
#: Seconds that a run takes whatever its size: kernels, reference, publishing.
_FIXED_S = 6.0


@dataclass(frozen=True)
class BandFacts:
    """What the headers of one band say, as most of its frames do."""

    band: str
    unit_found: str
    unit: str
    zero_point: float
    system: str
    note: str
    gain: float | None
    read_noise: float | None
    saturate: float | None


@dataclass(frozen=True)
class Proposal:
    """Resolved settings, facts, and the time that one visit takes."""

    measuring: Measuring
    facts: tuple[BandFacts, ...]
    seconds_per_visit: float


def propose(inventory: Inventory, measuring: Measuring, picture: Picture) -> Proposal:
    """Fill the open settings as the ingest will, and try one frame; for a worker."""
    from lightledger.ingest.defaults import resolve
    from lightledger.ingest.survey import look_at

    resolved = resolve(measuring, inventory, picture.fwhm_px, picture.mosaic)
    facts = tuple(_facts(band, inventory.sci(band)) for band in inventory.bands)
    frames = inventory.sci(picture.band) or inventory.sci(inventory.bands[0])
    began = time.perf_counter()
    look_at(frames[len(frames) // 2])
    spent = time.perf_counter() - began
    return Proposal(resolved, facts, _WORK_PER_LOOK * spent)


def _facts(band: str, frames: Sequence[Frame]) -> BandFacts:
    from lightledger.frames.units import flux_scale

    unit = Counter(f.unit for f in frames).most_common(1)[0][0]
    scale = flux_scale(unit, 1.0, 1.0, None)
    return BandFacts(
        band,
        unit,
        scale.unit,
        scale.zero_point,
        scale.system,
        scale.note,
        _usual([f.gain for f in frames]),
        _usual([f.read_noise for f in frames]),
        _usual([f.saturate for f in frames]),
    )


def _usual(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None and math.isfinite(v)]
    return Counter(known).most_common(1)[0][0] if known else None


@dataclass(frozen=True)
class Cost:
    """What a run comes to."""

    n_curves: int
    n_points: int
    n_bytes: int
    seconds: float


def cost_of(
    visits: dict[str, int], n_object: int, n_method: int, seconds_per_visit: float, workers: int
) -> Cost:
    """Counts, bytes (10 a point and the positions) and seconds of a run."""
    total = sum(visits.values())
    points = total * n_object * n_method
    seconds = _FIXED_S + total * seconds_per_visit / max(1, workers)
    return Cost(
        n_object * n_method * len(visits),
        points,
        10 * points + 12 * total * n_object,
        seconds,
    )


def example_star(
    picture: Picture, found: Found, place: tuple[float, float] | None
) -> tuple[float, float]:
    """My star, else a bright, isolated one that is likely not saturated."""
    if place is not None:
        return place
    good = np.isfinite(found.flux) & ~found.blended & (found.edge_px > 15)
    candidates = np.flatnonzero(good)
    if not candidates.size:
        candidates = np.arange(found.x.size)
    if not candidates.size:
        ny, nx = picture.shape
        return (nx - 1) / 2, (ny - 1) / 2
    order = candidates[np.argsort(-np.nan_to_num(found.flux[candidates]), kind="stable")]
    chosen = order[len(order) // 10]
    return float(found.x[chosen]), float(found.y[chosen])


def cutout(
    picture: Picture, x: float, y: float, half: int
) -> tuple[np.ndarray, tuple[float, float]]:
    """A square of the coadd around a star, nan outside, and the star's place in it."""
    cx, cy = round(x), round(y)
    ny, nx = picture.shape
    piece = np.full((2 * half + 1, 2 * half + 1), np.nan, np.float32)
    y0, y1, x0, x1 = (
        max(0, cy - half),
        min(ny, cy + half + 1),
        max(0, cx - half),
        min(nx, cx + half + 1),
    )
    if y1 > y0 and x1 > x0:
        piece[y0 - cy + half : y1 - cy + half, x0 - cx + half : x1 - cx + half] = picture.coadd[
            y0:y1, x0:x1
        ]
    return piece, (x - cx + half, y - cy + half)
