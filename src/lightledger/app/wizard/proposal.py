"""Settings that the data propose, what the headers say, and what a run will cost; for a worker."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lightledger.domain import Measuring
from lightledger.domain.methods import methods_of
from lightledger.frames.frame import Frame, Inventory

from .measure_grid import Facts
from .picture import Found, Picture

#: Share of removing cosmic rays (and a second background), and of dividing, in a look at a frame.
_CLEAN, _RATIO = 1.2, 0.3
#: An object's sum, or its box, in looks at a pixel.
_FLUX, _BOX = 6.0, 40.0
#: Hashing, writing.
_WRITE_S = 0.02


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
    """Resolved settings, facts, and the time that one look at a frame takes.

    Attributes
    ----------
    measuring : Measuring
    facts : tuple of BandFacts
    grid : Facts
        What can be measured.
    look_s : float
        Processor time of reading a frame and finding its stars.
    n_pixel : int
        Of that frame.
    """

    measuring: Measuring
    facts: tuple[BandFacts, ...]
    grid: Facts
    look_s: float
    n_pixel: int


def propose(
    inventory: Inventory,
    measuring: Measuring,
    picture: Picture,
    found: Found,
    look_s: float = 0.0,
) -> Proposal:
    """Fill the open settings as the ingest will; for a worker.

    ``look_s`` is the time of an earlier look; 0: one frame is tried.
    """
    from lightledger.ingest.defaults import resolve
    from lightledger.ingest.survey import look_at

    resolved = resolve(measuring, inventory, picture.fwhm_px, picture.mosaic)
    facts = tuple(_facts(band, inventory.sci(band)) for band in inventory.bands)
    frames = inventory.sci(picture.band) or inventory.sci(inventory.bands[0])
    frame = frames[len(frames) // 2]
    if not look_s:
        began = time.thread_time()
        look_at(frame)
        look_s = time.thread_time() - began
    return Proposal(
        resolved, facts, _grid_facts(inventory, measuring, found), look_s, math.prod(frame.shape)
    )


def _grid_facts(inventory: Inventory, measuring: Measuring, found: Found) -> Facts:
    sci = [f for f in inventory.frames if f.kind == "sci"]
    geometry = found.geometry
    return Facts(
        n_sci=len(sci),
        n_unc=sum("unc" in inventory.companions(f) for f in sci),
        has_gain=measuring.gain > 0 or all(f.gain is not None for f in sci),
        has_segmentation=geometry is None or bool((geometry.label > 0).any()),
    )


def visit_seconds(look_s: float, n_pixel: int, n_object: int, measuring: Measuring) -> float:
    """About how long one visit takes: a look at its frame, and what each step adds to it.

    A step's share is that of its time in the look's, as measured on 4096 x 4096 pixels and 57,700
    objects; the look is this machine's.
    """
    a_pixel = look_s / max(n_pixel, 1)
    images = set(measuring.images or ("sci",))
    shares = 1.0 + _CLEAN * ("clean" in images) + _RATIO * ("ratio" in images)
    seconds = a_pixel * n_pixel * shares + _WRITE_S
    flux = sum(len(methods_of(measuring, image)) for image in ("sci", "clean"))
    boxes = sum(m.is_box for m in methods_of(measuring, "ratio"))
    return seconds + a_pixel * n_object * (_FLUX * flux + _BOX * boxes)


def _facts(band: str, frames: Sequence[Frame]) -> BandFacts:
    from lightledger.frames.units import flux_scale

    unit = Counter(f.unit for f in frames).most_common(1)[0][0]
    scale = flux_scale(unit, 1.0, 1.0)
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
