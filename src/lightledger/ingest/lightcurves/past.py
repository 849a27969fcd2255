"""Series of many files, as publishing asks for light curves that exist already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lightledger.domain import Flag, Problem, clean_band, parse_measurement, record_dtype
from lightledger.frames.visitcolumns import PLAIN
from lightledger.store.layout import full_name, natural_sorted, position_path, record_path

from .quality import bits_of
from .series import Brightness, Series
from .slots import make_slots

#: Whole numbers that float32 holds.
_EXACT = 1 << 24
#: With this share of the most points a measurement has enough of them to be shown first.
_NEARLY = 0.8
_NOT_OBSERVED, _NOT_FINITE = np.uint16(Flag.NO_COVERAGE), np.uint16(Flag.NOT_FINITE)


class LightCurvePast:
    """`lightledger.store.past.Past` of series.

    Parameters
    ----------
    path : Path
        For messages.
    series : sequence of Series

    Attributes
    ----------
    objects : dict of str to ndarray
        ``id, ra, dec, x, y``, and ``mag`` where headers quote one.
    slots : dict of str to Slots
        By band.
    """

    def __init__(self, path: Path, series: Sequence[Series]) -> None:
        self.path = path
        self._by_band: dict[str, list[Series]] = {}
        self.band_original: dict[str, str] = {}
        for one in series:
            band = clean_band(one.band)
            self._by_band.setdefault(band, []).append(one)
            self.band_original.setdefault(band, one.band or band)
        self.bands = tuple(self._by_band)
        self.objects = _object_table(series)
        self.object_ids = [str(name) for name in self.objects["id"]]
        self._row = {name: i for i, name in enumerate(self.object_ids)}
        self.slots = {band: make_slots(of) for band, of in self._by_band.items()}
        self._attributes: dict[str, dict[str, str | float]] = {}
        self._members: dict[str, dict[int, list[int]]] = {}
        for band, of in self._by_band.items():
            members: dict[int, list[int]] = {}
            self._members[band] = members
            for k, one in enumerate(of):
                members.setdefault(self._row[one.object], []).append(k)
                for method, brightness in one.brightness.items():
                    name = full_name(band, _within(method))
                    self._attributes.setdefault(name, _attributes(method, brightness))
                if one.quality is not None:
                    name = full_name(band, f"{PLAIN}-quality")
                    self._attributes.setdefault(name, {})
            name = full_name(band, f"{PLAIN}-quality")
            if name in self._attributes:
                self._attributes[name] = _quality_attributes(of)

    def attributes(self, measurement: str) -> dict[str, str | float]:
        return self._attributes[measurement]

    def visits(self, band: str) -> dict[str, np.ndarray]:
        return self.slots[band].visits

    def measurements(self, band: str | None = None) -> tuple[str, ...]:
        names = natural_sorted(self._attributes)
        return tuple(n for n in names if band is None or parse_measurement(n).band == band)

    def suggested(self) -> tuple[str, ...]:
        """A brightness of each band to show first: of those with most points, a corrected one."""
        first = []
        for band in self.bands:
            counts: Counter[str] = Counter()
            for one in self._by_band[band]:
                for method, brightness in one.brightness.items():
                    if not is_sky(method):
                        counts[method] += int(np.count_nonzero(np.isfinite(brightness.value)))
            if counts:
                enough = [m for m, n in counts.items() if n >= _NEARLY * max(counts.values())]
                best = max(enough, key=lambda m: (is_corrected(m), counts[m]))
                first.append(full_name(band, _within(best)))
        return tuple(first)

    def stored_planes(self, band: str) -> tuple[str, ...]:
        return ("x", "y") if any(one.places for one in self._by_band[band]) else ()

    def has(self, path: str) -> bool:
        return path in {record_path(name) for name in self._attributes} or path in {
            position_path(band, plane) for band in self.bands for plane in self.stored_planes(band)
        }

    def rows(self, path: str, first: int, n: int) -> tuple[np.ndarray, list[int]]:
        _, _, band, group, name = path.split("/")
        n_visit = len(self.slots[band].visits["visit"])
        if group == "positions":
            out = np.full((n, n_visit), np.nan, "<f4")
            for i, one, slot in self._of(band, first, n):
                if name in one.places:
                    out[i, slot] = one.places[name]
            return out, []
        records = np.zeros(n, record_dtype(n_visit))
        records["value"] = records["error"] = np.nan
        records["flags"] = _NOT_OBSERVED
        for i, one, slot in self._of(band, first, n):
            found = _record(one, name)
            if found is not None:
                value, error, flags = found
                records["value"][i, slot] = value
                records["error"][i, slot] = error
                records["flags"][i, slot] = flags
        return records, []

    def _of(self, band: str, first: int, n: int) -> list[tuple[int, Series, np.ndarray]]:
        of, slots, members = self._by_band[band], self.slots[band].of_series, self._members[band]
        return [
            (row - first, of[k], slots[k])
            for row in range(first, first + n)
            for k in members.get(row, ())
        ]

    def reference(self) -> Mapping[str, np.ndarray]:
        return {}

    def problems(self) -> list[Problem]:
        return []

    def unsound_tables(self) -> list[str]:
        return []

    @property
    def n_bytes(self) -> int:
        """Of the records and positions of the store."""
        return sum(
            len(self.object_ids)
            * (
                len(self.measurements(band)) * record_dtype(self.n_visit(band)).itemsize
                + 4 * self.n_visit(band) * len(self.stored_planes(band))
            )
            for band in self.bands
        )

    def n_visit(self, band: str) -> int:
        return len(self.slots[band].visits["visit"])


def _within(method: str) -> str:
    """Fluxes of the star are what `sci` is elsewhere; its sky stands with other columns."""
    return method if "-" in method else f"{PLAIN if is_sky(method) else 'sci'}-{method}"


def is_corrected(method: str) -> bool:
    """Whether a pipeline has taken the instrument out: PDCSAP, K2SC's PDC, QLP's KSPSAP and DET."""
    return any(word in method for word in ("pdc", "ksp", "det_", "cor"))


def is_sky(method: str) -> bool:
    """Whether it is no brightness of the star."""
    return "bkg" in method or "background" in method or method.startswith(f"{PLAIN}-")


def _attributes(method: str, brightness: Brightness) -> dict[str, str | float]:
    if not is_sky(method):
        return brightness.attributes
    return brightness.attributes | {
        "quantity": "value",
        "zero_point": np.nan,
        "magnitude_system": "",
    }


def _quality_attributes(series: Sequence[Series]) -> dict[str, str | float]:
    lines: dict[int, str] = {}
    for one in series:
        if one.quality is None:
            continue
        for bit in bits_of(one.quality):
            single = one.bits.name(bit)
            lines.setdefault(bit, single)
    named = "\n".join(f"{1 << bit} {name}" for bit, name in sorted(lines.items()))
    return {
        "quantity": "value", "unit": "", "zero_point": np.nan, "magnitude_system": "",
        "aperture": "", "radius_arcsec": np.nan, "meaning": "word of the quality column",
        "quality_bits": named,
    }  # fmt: skip


def _record(one: Series, within: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    image, _, method = within.partition("-")
    nothing = np.full(len(one), np.nan, np.float32)
    if image == PLAIN and method == "quality" and within not in one.brightness:
        if one.quality is None:
            return None
        exact = (one.quality >= 0) & (one.quality < _EXACT)
        words = np.where(exact, one.quality, np.nan).astype(np.float32)
        return words, nothing, np.where(exact, np.uint16(0), _NOT_FINITE)
    brightness = one.brightness.get(within)  # where the image is said
    if brightness is None and _within(method) == within:
        brightness = one.brightness.get(method)
    if brightness is None:
        return None
    flags = one.flags | brightness.lacking
    flags[~np.isfinite(brightness.value)] |= _NOT_FINITE
    return brightness.value, brightness.error, flags


def _object_table(series: Sequence[Series]) -> dict[str, np.ndarray]:
    """Objects in natural order of their names; the first position that is known."""
    first: dict[str, Series] = {}
    for one in series:
        known = first.get(one.object)
        if known is None or (one.has_direction and not known.has_direction):
            first[one.object] = one
    names = natural_sorted(first)
    unknown = np.full(len(names), np.nan)
    table = {
        "id": np.array(names, object),
        "ra": np.array([first[name].ra_deg for name in names]),
        "dec": np.array([first[name].dec_deg for name in names]),
        "x": unknown,
        "y": unknown.copy(),
    }
    magnitude = np.array([first[name].magnitude for name in names])
    if np.isfinite(magnitude).any():
        table["mag"] = magnitude
    return table
