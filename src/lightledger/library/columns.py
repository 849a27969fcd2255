"""What can be asked of the objects of a field: the columns of queries, each made when asked for.

- every column of the catalogue; one whose name the program needs itself has ``_catalogue``
  appended, as ``mean_catalogue``;
- statistics of the current measurement, ``mag`` (of the median flux), ``well_measured``,
  ``variable``, ``comparison`` (a comparison star of that measurement);
- ``verdict``, ``tags``, ``note``, ``vetted``, ``period_d``, ``period_epoch_mjd`` of the journal;
- ``distance`` (arcsec) from the centre of a cone search, where there is one;
- any of the second group of another measurement: ``ch2_sci-auto.scatter``;
- in a search, who is in a named subset of the journal: ``subset.faint``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.columns import STATISTICS
from lightledger.analysis.excess import is_variable, well_measured
from lightledger.analysis.query import SUBSET, NoSuchColumn, near_names
from lightledger.domain.magnitudes import to_magnitude

if TYPE_CHECKING:
    from .field import Field

#: What follows from the statistics: unit and meaning.
DERIVED = {
    "mag": ("mag", "magnitude of the median flux"),
    "well_measured": ("", "enough good points, not saturated, blended or at the edge"),
    "variable": ("", "well measured, and more excess than constant objects have"),
    "comparison": ("", "comparison star of the measurement"),
}
JOURNAL = {
    "verdict": ("", "what it was vetted as, '' for not yet"),
    "tags": ("", "its tags; == is true when one of them is it"),
    "note": ("", "what was noted"),
    "vetted": ("", "has a verdict"),
    "period_d": ("d", "period kept for it, nan for none"),
    "period_epoch_mjd": ("d", "MJD of phase 0 (BJD_TDB - 2400000.5 where that is known)"),
}
DISTANCE = {"distance": ("arcsec", "from the centre of the cone search")}
_CATALOGUE = {
    "id": ("", "id of the object"),
    "ra": ("deg", "right ascension, ICRS"),
    "dec": ("deg", "declination, ICRS"),
    "x": ("px", "on the coadd, the first pixel's centre is 0"),
    "y": ("px", "on the coadd, the first pixel's centre is 0"),
    "blended": ("", "a neighbour shares its aperture"),
    "coadd_flux": ("", "flux on the coadd"),
    "edge_px": ("px", "distance from the coadd's edge"),
}
_STATISTICS = {column.name: (column.unit, column.meaning) for column in STATISTICS}


class QueryColumns(Mapping[str, np.ndarray]):
    """Columns of shape (n_object,), in catalogue order.

    Parameters
    ----------
    field : Field
    measurement : str
        Whose statistics the plain names mean; '' is the suggested one of the first band.
    corrected : bool, optional
        Statistics of corrected light curves; None is `Field.corrected_by_default`.
    statistics : mapping, optional
        Live statistics of that measurement, in place of those of the store.
    distance : ndarray, optional
        arcsec, from the centre of a cone search.
    rows_in : callable, optional
        Rows of the subset of a name; without it there are no subsets.
    said : mapping, optional
        Stands for what the journal says, all of `JOURNAL`: a verdict may have to be hidden.

    Raises
    ------
    LightledgerError
        No such measurement. `NoSuchColumn` by subscription, with near names.
    """

    def __init__(
        self,
        field: Field,
        measurement: str = "",
        corrected: bool | None = None,
        statistics: Mapping[str, np.ndarray] | None = None,
        distance: np.ndarray | None = None,
        rows_in: Callable[[str], np.ndarray] | None = None,
        said: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        if measurement:
            field.reader.attributes(measurement)  # refuses one that does not exist
        self._field = field
        self._measurement, self._corrected = measurement, corrected
        self._distance, self._rows_in, self._said = distance, rows_in, said
        self._of: dict[str, OfMeasurement] = {}
        if statistics is not None:
            self._of[self.measurement] = OfMeasurement(
                field, self.measurement, self.corrected, statistics
            )
        stored = field.reader.statistics(field.measurements[0]) if field.measurements else {}
        derived = DERIVED if field.measurements else {}
        self._stored = dict.fromkeys([*stored, *derived])
        self._measured = dict.fromkeys([*(stored if statistics is None else statistics), *derived])
        ours = {*self._stored, *self._measured, *JOURNAL, *DISTANCE}
        self._catalogue: dict[str, str] = {}  # name here to name in the store
        for name in field.objects:
            self._catalogue[f"{name}_catalogue" if name in ours else name] = name
        self._catalogue["blended"] = "blended"  # known or not

    @property
    def object_ids(self) -> tuple[str, ...]:
        """Ids of all objects."""
        return self._field.object_ids

    @property
    def measurement(self) -> str:
        """Whose statistics the plain names mean."""
        if not self._measurement:
            suggested = (self._field.suggested(band) for band in self._field.bands)
            self._measurement = next(filter(None, suggested), "")
        return self._measurement

    @property
    def corrected(self) -> bool:
        if self._corrected is None:
            self._corrected = self._field.corrected_by_default
        return self._corrected

    # ---- as a mapping

    def __iter__(self) -> Iterator[str]:
        yield from self._catalogue
        yield from self._measured
        yield from JOURNAL
        if self._distance is not None:
            yield from DISTANCE

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        if name in self._catalogue or name in self._measured or name in JOURNAL:
            return True
        if name in DISTANCE:
            return self._distance is not None
        if self._rows_in is not None and str(name).startswith(SUBSET):
            return str(name).removeprefix(SUBSET) in self._field.journal.state.subsets
        measurement, _, column = str(name).rpartition(".")
        return measurement in self._field.measurements and column in self._stored

    def __getitem__(self, name: str) -> np.ndarray:
        if name == "blended":
            return self._field.blended
        if name in self._catalogue:
            return self._field.objects[self._catalogue[name]]
        if name in JOURNAL:
            return (self._said or self._field.words.columns())[name]
        if name == "distance" and self._distance is not None:
            return self._distance
        if name not in self:
            raise self._missing(name)
        if self._rows_in is not None and name.startswith(SUBSET):
            member = np.zeros(self._field.n_object, bool)
            member[self._rows_in(name.removeprefix(SUBSET))] = True
            return member
        measurement, _, column = name.rpartition(".")
        return self._of_measurement(measurement or self.measurement)[column]

    def _of_measurement(self, measurement: str) -> OfMeasurement:
        if measurement not in self._of:
            self._of[measurement] = OfMeasurement(self._field, measurement, self.corrected)
        return self._of[measurement]

    def _missing(self, name: str) -> NoSuchColumn:
        if name == "distance":
            return NoSuchColumn("'distance' is of a cone search, and there is none")
        if self._rows_in is not None and name.startswith(SUBSET):
            subset, subsets = name.removeprefix(SUBSET), self._field.journal.state.subsets
            near = [f"{SUBSET}{other}" for other in near_names(subset, subsets)]
            return NoSuchColumn(f"no subset {subset!r}", near)
        known = self._field.measurements
        measurement, dot, column = name.rpartition(".")
        if not dot:
            begun = [f"{m}.excess" for m in known if m.startswith(f"{name}-")]
            return NoSuchColumn(f"no column {name!r}", begun or near_names(name, self))
        if measurement in known:
            near = [f"{measurement}.{other}" for other in near_names(column, self._stored)]
            return NoSuchColumn(f"no column {column!r} of measurement {measurement}", near)
        near = [f"{other}.{column}" for other in near_names(measurement, known)]
        return NoSuchColumn(f"no measurement {measurement!r}", near)

    # ---- what they are

    def unit(self, name: str) -> str:
        """Unit of a column; '' for none."""
        return self._about(name)[0]

    def meaning(self, name: str) -> str:
        """What a column is, in words; '' for a column of the person's own catalogue."""
        return self._about(name)[1]

    def _about(self, name: str) -> tuple[str, str]:
        if name in self._catalogue:
            stored = self._catalogue[name]
            unit, meaning = _CATALOGUE.get(stored, ("", ""))
            return self._field.reader.object_units.get(stored, "") or unit, meaning
        if name not in self:
            raise self._missing(name)
        if name.startswith(SUBSET):
            return "", "in the named subset"
        measurement, _, column = name.rpartition(".")
        unit, meaning = (_STATISTICS | DERIVED | JOURNAL | DISTANCE).get(column, ("", ""))
        of = measurement or self.measurement
        if column == "mag" and (system := self._field.calibration(of).system):
            unit = f"mag({system})"
        return self._field.unit(of) if unit == "*" else unit, meaning


class OfMeasurement:
    """Statistics of one measurement and what follows from them, made when asked for."""

    def __init__(
        self,
        field: Field,
        measurement: str,
        corrected: bool,
        statistics: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._field, self._measurement = field, measurement
        self._live = statistics is not None
        if statistics is None:
            statistics = field.statistics(measurement, corrected)
        self._columns = dict(statistics)

    def __getitem__(self, name: str) -> np.ndarray:
        field = self._field
        if name == "comparison":  # follows the journal
            comparison = np.zeros(field.n_object, bool)
            comparison[field.zero_points(self._measurement).member] = True
            return comparison
        if name not in self._columns:
            if name == "mag":
                made = self._magnitude()
            elif name == "well_measured":
                made = well_measured(self._columns, self._n_visit(), field.blended)
            elif name == "variable":
                made = is_variable(self._columns, self["well_measured"])
            else:
                raise NoSuchColumn(f"no column {name!r} of measurement {self._measurement}")
            self._columns[name] = made
        return self._columns[name]

    def _magnitude(self) -> np.ndarray:
        zero_point = self._field.reader.attributes(self._measurement).get("zero_point", np.nan)
        flux = self["median"]
        return to_magnitude(flux, np.zeros(flux.size), float(zero_point))[0]

    def _n_visit(self) -> int:
        """Visits that there are to be measured well in: those of the range, of live statistics."""
        if self._live:
            return int(self._columns["n_observed"].max(initial=0))
        return self._field.n_visit(self._measurement)
