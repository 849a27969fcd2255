"""What an export takes from an open field: the light curves that were chosen, as they go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.analysis.masks import REASONS, Filters, passes, passes_arrays
from lightledger.domain import LightledgerError, parse_measurement
from lightledger.domain.calibration import filter_facts
from lightledger.domain.magnitudes import to_magnitude
from lightledger.export.chosen import Block
from lightledger.export.rows import Piece
from lightledger.export.whole import pack
from lightledger.store.diskio import crc32
from lightledger.store.layout import position_path, record_path
from lightledger.store.text import as_column

from .barycentre import Barycentre
from .ensembles import compared_with
from .lightcurve import LightCurve

if TYPE_CHECKING:
    from .exporting import Wanted
    from .field import Field

#: Every slot passes.
EVERYTHING = Filters(mask=0, keep_missing=True, keep_rejected=True)


class Outgoing:
    """`lightledger.export.chosen.Chosen` of a field.

    Parameters
    ----------
    field : Field
    rows : sequence of int
        Objects, by row of the catalogue.
    measurements : sequence of str
        Full names.
    wanted, filters, header
        As `lightledger.library.exporting` makes them.
    """

    reasons: Sequence[str] = REASONS

    def __init__(
        self,
        field: Field,
        rows: Sequence[int],
        measurements: Sequence[str],
        wanted: Wanted,
        filters: Filters,
        header: Mapping[str, object],
    ) -> None:
        self._field, self._wanted, self._filters = field, wanted, filters
        self._rows = np.asarray(rows, np.intp)
        self._barycentre = Barycentre(field.reader)
        self.header = header
        self.measurements = measurements
        self.n_curves = len(rows) * len(measurements)
        self.ids: Sequence[str] = [field.object_ids[i] for i in rows]
        self.ra_deg, self.dec_deg = field.ra_deg[self._rows], field.dec_deg[self._rows]
        self.as_magnitude = wanted.as_magnitude
        shown = (wanted.as_magnitude, wanted.point_source, wanted.rescaled)
        self._as_stored = not (wanted.corrected or any(shown))
        for name in measurements:
            self._refuse(name)
        self.value_dtype = np.dtype("<f4" if self._as_stored else "<f8")
        self.options: Mapping[str, Any] = {
            "observer_code": wanted.observer_code,
            "filters": wanted.filter_codes,
            "comparison_magnitude": wanted.comparison_magnitude,
        }
        self._slots = {band: self._slots_of(band) for band in self._bands()}

    def _refuse(self, measurement: str) -> None:
        """What is wanted must be known of every measurement, before anything is written."""
        if self.as_magnitude:
            self.zero_point(measurement)
        reason = self._field.calibration(measurement).reason
        if self._wanted.point_source and reason:
            raise LightledgerError(f"no aperture correction of {measurement}: {reason}")
        if self._wanted.rescaled and self._field.noise_factor(measurement) is None:
            raise LightledgerError(
                f"no noise factors of {measurement} are known",
                advice="they are measured where frames come with an error map; export the formal "
                "errors",
            )

    def _bands(self) -> list[str]:
        return list(dict.fromkeys(parse_measurement(name).band for name in self.measurements))

    def _slots_of(self, band: str) -> slice | np.ndarray:
        inside = self._filters.time.contains(self._field.visits(band)["mjd_utc_mid"])
        # without limits, also a visit without a time stays in its slot
        return np.flatnonzero(inside) if self._filters.time.bounded else slice(None)

    # ---- one light curve at a time

    def pieces(self) -> Iterator[Piece]:
        field, wanted = self._field, self._wanted
        check = field.index_of(wanted.check) if wanted.check else None
        fluxes = [name for name in self.measurements if name not in field.places]
        zero_points = {name: self.zero_point(name) for name in fluxes}
        for row in map(int, self._rows):
            for name in self.measurements:
                curve = self._shown(field.light_curve(row, name, wanted.corrected))
                hidden = passes(curve, self._filters)
                airmass = field.visits(parse_measurement(name).band)["airmass"]
                flux, star = float("nan"), "ENSEMBLE"
                check_value = None
                if wanted.corrected and name in zero_points:
                    flux, star = compared_with(field.zero_points(name), row, field.object_ids)
                if check is not None and check != row:
                    other = self._shown(field.light_curve(check, name, wanted.corrected))
                    check_value = other.value[hidden.keep]
                yield Piece(
                    light_curve=curve.select(hidden.keep),
                    hidden=hidden.counts,
                    zero_point=zero_points.get(name, float("nan")),
                    magnitude_system=self.system(name),
                    airmass=airmass[hidden.keep],
                    comparison_flux=flux,
                    comparison_name=star,
                    check_name=wanted.check if check_value is not None else "",
                    check_value=check_value,
                )

    # ---- many at once

    def visits(self, band: str) -> Mapping[str, np.ndarray]:
        slots = self._slots[band]
        return {name: column[slots] for name, column in self._field.visits(band).items()}

    def attributes(self, measurement: str) -> Mapping[str, str | int | float]:
        known = self._field.attributes(measurement)
        band = parse_measurement(measurement).band
        original = self._field.reader.band_original[band]
        known |= filter_facts(band, original, self._field.visits(band))
        known["flux_unit"] = known.get("unit", "")
        if self.as_magnitude:
            system = self.system(measurement)
            known |= {"quantity": "magnitude", "unit": f"mag({system})" if system else "mag"}
            known |= {"magnitude_system": system, "zero_point": self.zero_point(measurement)}
        return known

    def system(self, measurement: str) -> str:
        """Magnitude system in which a measurement goes out: a ratio stays relative."""
        return self._field.calibration(measurement).best(self._wanted.system)

    def zero_point(self, measurement: str) -> float:
        """Magnitude of value 1 in that system; `LightledgerError` where there is none."""
        calibration = self._field.calibration(measurement)
        stays = calibration.system == "relative"
        return calibration.zero_point("" if stays else self._wanted.system)

    def _shown(self, curve: LightCurve) -> LightCurve:
        if self._wanted.point_source:
            curve = curve.of_point_source()
        return curve.rescaled() if self._wanted.rescaled else curve

    def block(self, measurement: str, first: int, last: int) -> Block:
        band = parse_measurement(measurement).band
        parts = [self._run(measurement, band, lo, hi) for lo, hi in self._runs(first, last)]
        joined = map(np.concatenate, zip(*parts, strict=True)) if len(parts) > 1 else parts[0]
        value, error, flags, sums, bad = joined
        if self._wanted.point_source:
            factor = self._field.calibration(measurement).correction
            value, error = value * factor, error * factor
        if self._wanted.rescaled:
            error = error * self._field.noise_factor(measurement)
        keep, hidden = self._passing(band, value, flags)  # by the flux, as in the window
        if self.as_magnitude:
            value, error = to_magnitude(value, error, self.zero_point(measurement))
            if keep is not None and not self._filters.keep_missing:
                hidden["not finite"] += int(np.count_nonzero(keep & ~np.isfinite(value)))
                keep &= np.isfinite(value)
        slots = self._slots[band]
        return Block(
            value=value[:, slots],
            error=error[:, slots],
            flags=flags[:, slots],
            keep=None if keep is None else keep[:, slots],
            hidden=hidden,
            crc32=sums if self._is_whole() else None,
            damaged=tuple(np.flatnonzero(bad).tolist()),
        )

    def _run(self, measurement: str, band: str, lo: int, hi: int) -> tuple[np.ndarray, ...]:
        """Value, error, flags, sums and soundness of objects ``[lo, hi)`` of the catalogue.

        Read, not mapped: the memory in use stays that of one block.
        """
        records, damaged = self._field.reader.rows(record_path(measurement), lo, hi - lo)
        bad = np.zeros(len(records), bool)
        bad[damaged] = True
        raw = records.view(np.uint8).reshape(len(records), -1)
        sums = np.array([crc32(record) for record in raw], np.uint32)
        value, error = records["value"], records["error"]
        flags = self._field.rejections.mark(records["flags"], lo, hi, band)
        if self._wanted.corrected:
            from lightledger.analysis.correction import correct_rows

            zero = self._field.zero_points(measurement)
            value, error = correct_rows(zero, lo, value, error, flags)
        return value, error, flags, np.where(bad, ~sums, sums), bad

    def _runs(self, first: int, last: int) -> list[tuple[int, int]]:
        """Ranges of the catalogue that the chosen objects ``[first, last)`` consist of."""
        rows = self._rows[first:last]
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        return [(int(run[0]), int(run[-1]) + 1) for run in np.split(rows, breaks)]

    def _passing(
        self, band: str, value: np.ndarray, flags: np.ndarray
    ) -> tuple[np.ndarray | None, dict[str, int]]:
        if self._filters == EVERYTHING:
            return None, {}
        times = self._field.visits(band)["mjd_utc_mid"]
        hidden = dict.fromkeys(REASONS, 0)
        keep = np.empty(value.shape, bool)
        for row in range(len(value)):
            found = passes_arrays(times, value[row], flags[row], self._filters)
            keep[row] = found.keep
            for why, count in found.counts.items():
                hidden[why] += count
        return keep, hidden

    def bjd_tdb(self, band: str, first: int, last: int) -> np.ndarray:
        slots = self._slots[band]
        directions = zip(self.ra_deg[first:last], self.dec_deg[first:last], strict=True)
        times = [self._barycentre.times(band, float(ra), float(dec)) for ra, dec in directions]
        return np.stack(times)[:, slots]

    def place_names(self, band: str) -> Sequence[str]:
        return self._field.reader.stored_planes(band)

    def places(self, band: str, first: int, last: int) -> Mapping[str, np.ndarray]:
        slots = self._slots[band]
        found = {}
        for name in self.place_names(band):
            path = position_path(band, name)
            runs = self._runs(first, last)
            rows = [self._field.reader.rows(path, lo, hi - lo)[0] for lo, hi in runs]
            found[name] = np.concatenate(rows)[:, slots]
        return found

    # ---- all the rest

    def tables(self) -> Mapping[str, Mapping[str, np.ndarray]]:
        reader = self._field.reader
        facts = [
            (key, line)
            for key, value in sorted(reader.attributes_of_store.items())
            for line in str(value).splitlines()
        ]
        problems = [problem.as_dict() for problem in reader.problems()]
        return {
            "objects": {name: np.asarray(c)[self._rows] for name, c in reader.objects.items()},
            "store": {
                "key": np.array([key for key, _ in facts], object),
                "value": np.array([line for _, line in facts], object),
            },
            "problems": {
                name: np.array([row[name] for row in problems], object)
                for name in ("what", "file", "advice", "severity", "visit", "band")
            },
        }

    def object_units(self) -> Mapping[str, str]:
        return self._field.reader.object_units

    def whole(self) -> bytes | None:
        if not self._is_whole():
            return None
        reader, bands = self._field.reader, self._bands()
        arrays = {f"objects/{name}": column for name, column in self.tables()["objects"].items()}
        for band in bands:
            arrays |= {f"visits/{band}/{name}": c for name, c in reader.visits(band).items()}
        arrays |= {f"reference/{name}": array for name, array in reader.reference().items()}
        facts = {
            "attributes": reader.attributes_of_store,
            "object_units": reader.object_units,
            "bands": {band: reader.band_original[band] for band in bands},
            "planes": {band: list(reader.stored_planes(band)) for band in bands},
            "measurements": {name: reader.attributes(name) for name in self.measurements},
            "problems": [problem.as_dict() for problem in reader.problems()],
        }
        return pack({name: as_column(column) for name, column in arrays.items()}, facts)

    def _is_whole(self) -> bool:
        distinct = len(set(self.ids)) == len(self.ids)
        return self._as_stored and self._filters == EVERYTHING and distinct
