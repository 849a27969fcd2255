"""How well a field was measured: scatter against magnitude, best type of measurement, variables.

Plain numpy over the statistics that a store holds; the light curves are not read again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lightledger.domain import Recipe, parse_measurement
from lightledger.domain.magnitudes import INSTRUMENTAL_ZERO, to_magnitude

from .excess import VARIABLE_ABOVE, is_variable, well_measured
from .published import Published, asks_for_correction, blended, can_correct, suggested

#: Objects named as most variable.
NAMED = 5
#: Constant objects that a bin is widened for, and how many it must have to have a scatter.
IN_A_BIN, AT_LEAST = 8, 3
#: Widths of the bins (mag): the first that makes at most so many.
WIDTHS, MOST_BINS = (0.5, 1.0, 2.0, 4.0), 10


@dataclass(frozen=True)
class BandQuality:
    """Scatter against magnitude in one band.

    Attributes
    ----------
    band : str
    magnitudes_of : str
        The measurement that magnitudes are of, so that a bin holds the same objects for all.
    system : str
        'AB', 'instrumental', ...
    edges : tuple of float
        Magnitudes between the bins; one more than there are bins, () without any.
    n_object : tuple of int
        Constant objects in each bin.
    middle : tuple of float
        Their median magnitude; nan for none.
    scatter : dict of str to tuple of float
        Full name to the median relative scatter of these objects in each bin (1.4826 x MAD over
        the median flux); nan with fewer than `AT_LEAST`. An object without a trusted light curve
        in a measurement counts as one of infinite scatter.
    best : tuple of str
        The measurement of the lowest scatter in each bin; '' for none. Fluxes come before ratios,
        whose larger boxes are as quiet as the brightest neighbour inside them.
    """

    band: str
    magnitudes_of: str
    system: str
    edges: tuple[float, ...]
    n_object: tuple[int, ...]
    middle: tuple[float, ...]
    scatter: dict[str, tuple[float, ...]]
    best: tuple[str, ...]

    @property
    def best_in_words(self) -> str:
        """The best type from bright to faint; '' where none is known."""
        runs: list[tuple[str, float]] = []
        for name, faintest in zip(self.best, self.edges[1:], strict=True):
            if not name:
                continue
            within = parse_measurement(name).within_band
            if runs and runs[-1][0] == within:
                runs.pop()
            runs.append((within, faintest))
        if len(runs) < 2:
            return f"{runs[0][0]} at all magnitudes" if runs else ""
        return ", ".join(f"{within} to {faintest:g} mag" for within, faintest in runs)


@dataclass(frozen=True)
class Variable:
    """One of the most variable objects; ``scatter`` is relative, ``sure`` above the threshold."""

    object: str
    excess: float
    magnitude: float
    scatter: float
    sure: bool


@dataclass(frozen=True)
class Quality:
    """The report on a store.

    Attributes
    ----------
    n_object, n_points, n_measured : int
        A point is one object in one visit by one measurement; measured: good by the default mask.
    corrected, as_shown_corrected : bool
        Whether ``bands`` and ``variable`` are of light curves divided by the ensemble zero
        points: types of measurement are compared corrected where that can be, and variables are
        ranked as the store is shown first.
    suggested : dict of str to str
        Band to the measurement to show first.
    bands : tuple of BandQuality
    measurement : str
        The one that ``variable`` is of; '' without any.
    variable : tuple of Variable
        The most variable of the well-measured objects, the first the highest excess.
    """

    n_object: int
    n_points: int
    n_measured: int
    corrected: bool
    as_shown_corrected: bool
    suggested: dict[str, str]
    bands: tuple[BandQuality, ...]
    measurement: str
    variable: tuple[Variable, ...]

    @property
    def n_flagged(self) -> int:
        return self.n_points - self.n_measured

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON types; numbers that are not finite are None."""
        return _plain(asdict(self) | {"n_flagged": self.n_flagged})


def assess(store: Published, recipe: Recipe) -> Quality:
    """Report on a store as published; a person's journal is not part of it."""
    n_measured = sum(
        int(store.statistics(name, False)["n_good"].sum()) for name in store.measurements()
    )
    n_points = sum(store.n_visit(b) * len(store.measurements(b)) for b in store.bands)
    corrected = can_correct(store)
    as_shown = corrected and asks_for_correction(store, recipe)
    first = suggested(store, recipe)
    measurement = next(filter(None, first.values()), "")
    return Quality(
        n_object=store.n_object,
        n_points=n_points * store.n_object,
        n_measured=n_measured,
        corrected=corrected,
        as_shown_corrected=as_shown,
        suggested=first,
        bands=tuple(
            band_quality(store, band, name, corrected) for band, name in first.items() if name
        ),
        measurement=measurement,
        variable=_variable(_Numbers(store, measurement, as_shown)) if measurement else (),
    )


def relative_scatter(
    store: Published, measurement: str, corrected: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude (of the median flux) and relative scatter of every object.

    Parameters
    ----------
    corrected : bool
        Divided by the zero points, where the measurement has comparison stars.

    Returns
    -------
    magnitude, scatter : ndarray of float64, shape (n_object,)
        nan where the median flux is not positive; the scatter is 1.4826 x MAD / median.
    """
    numbers = _Numbers(store, measurement, corrected)
    return numbers.magnitude, numbers.relative


class _Numbers:
    """The statistics of one measurement, read once."""

    def __init__(self, store: Published, measurement: str, corrected: bool) -> None:
        fitted = bool(store.zero_points(measurement).member.size)
        self.ids = store.object_ids
        self.stats = stats = store.statistics(measurement, corrected and fitted)
        zero = float(store.attributes(measurement).get("zero_point", np.nan))
        zero = zero if np.isfinite(zero) else INSTRUMENTAL_ZERO
        median = np.asarray(stats["median"], np.float64)
        self.magnitude, _ = to_magnitude(median, median, zero)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.relative: np.ndarray = np.where(median > 0, stats["scatter"] / median, np.nan)
        n_visit = store.n_visit(parse_measurement(measurement).band)
        self.trusted = well_measured(stats, n_visit, blended(store))


def band_quality(store: Published, band: str, reference: str, corrected: bool) -> BandQuality:
    """Scatter against magnitude in one band.

    Parameters
    ----------
    reference : str
        The measurement that magnitudes are of.
    corrected : bool
        Divided by the zero points, where a measurement has comparison stars.
    """
    ours = _Numbers(store, reference, corrected)
    constant = ours.trusted & np.isfinite(ours.magnitude) & ~is_variable(ours.stats, ours.trusted)
    (rows,) = np.nonzero(constant)
    edges = _edges(ours.magnitude[rows])
    place = np.searchsorted(edges, ours.magnitude[rows], side="right") - 1
    bins = [rows[place == i] for i in range(len(edges) - 1)]
    names = store.measurements(band)
    scatter = {name: _medians(_Numbers(store, name, corrected), bins) for name in names}
    fluxes = [n for n in names if store.attributes(n).get("quantity") != "ratio"] or list(names)
    by_bin = zip(*(scatter[name] for name in fluxes), strict=True)
    return BandQuality(
        band=band,
        magnitudes_of=reference,
        system=str(store.attributes(reference).get("magnitude_system", "")),
        edges=tuple(edges),
        n_object=tuple(len(inside) for inside in bins),
        middle=tuple(float(np.median(ours.magnitude[b])) if b.size else np.nan for b in bins),
        scatter=scatter,
        best=tuple(
            fluxes[int(np.nanargmin(each))] if np.isfinite(each).any() else "" for each in by_bin
        ),
    )


def _medians(numbers: _Numbers, bins: list[np.ndarray]) -> tuple[float, ...]:
    with np.errstate(invalid="ignore"):
        known = numbers.trusted & (numbers.relative > 0)
    relative = np.where(known, numbers.relative, np.inf)
    medians = (np.median(relative[b]) if len(b) >= AT_LEAST else np.nan for b in bins)
    return tuple(float(m) if np.isfinite(m) else np.nan for m in medians)


def _edges(magnitude: np.ndarray) -> list[float]:
    """Edges of bins at round magnitudes that hold them all, wide enough for `IN_A_BIN` each."""
    if not magnitude.size:
        return []
    for width in WIDTHS:
        places = np.floor(magnitude / width).astype(int)
        low, high = int(places.min()), int(places.max()) + 1
        counts = np.bincount(places - low)
        edges, inside = [low], 0
        for place, n in enumerate(counts, low + 1):
            inside += int(n)
            if inside >= IN_A_BIN:
                edges.append(place)
                inside = 0
        if inside and len(edges) > 1:
            edges.pop()  # too few are left for a bin of their own
        if edges[-1] != high:
            edges.append(high)
        if len(edges) - 1 <= MOST_BINS:
            break
    return [place * width for place in edges]


def _variable(numbers: _Numbers) -> tuple[Variable, ...]:
    excess = numbers.stats["excess"]
    with np.errstate(invalid="ignore"):
        (rows,) = np.nonzero(numbers.trusted & (excess > 0))
    order = rows[np.argsort(-excess[rows], kind="stable")][:NAMED]
    return tuple(
        Variable(
            object=str(numbers.ids[i]),
            excess=float(excess[i]),
            magnitude=float(numbers.magnitude[i]),
            scatter=float(numbers.relative[i]),
            sure=bool(excess[i] > VARIABLE_ABOVE),
        )
        for i in order
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
