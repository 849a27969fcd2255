"""An open field: the store, the journal beside it, and what both together mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from lightledger.analysis.excess import well_measured
from lightledger.analysis.masks import Filters, Hidden, passes
from lightledger.domain import (
    Control,
    Flag,
    LightledgerError,
    Problem,
    Recipe,
    Report,
    ZeroPoints,
    parse_measurement,
    silent,
)
from lightledger.export.rows import ExportReport
from lightledger.store.reader import StoreReader

from . import judgement, live, table
from .barycentre import Barycentre
from .ensembles import Ensembles
from .info import describe
from .journal import Journal
from .lightcurve import LightCurve
from .rejections import Rejections


class Field:
    """An open store with its journal; a context manager, safe to read from several threads.

    Parameters
    ----------
    path : Path or str
    person : str
        Who acts, for the journal; '' is the name of the account.

    Attributes
    ----------
    reader : StoreReader
    journal : Journal
        Rejected points and visits, comparison stars; `follow` takes in what other windows did.
    rejections : Rejections
    recipe : Recipe

    Raises
    ------
    LightledgerError
        Not a store of ours, damaged, or of a newer version.
    """

    def __init__(self, path: Path | str, person: str = "") -> None:
        self.reader = StoreReader(path)
        try:
            self.recipe = Recipe.from_toml(self.reader.recipe_text, self.reader.path)
            self.journal = Journal(Path(path), self.reader.uuid, person)
            self.rejections = Rejections(self.reader, self.journal)
            self._ensembles = Ensembles(self.reader, self.journal, self.rejections)
            self.object_ids: tuple[str, ...] = tuple(self.reader.object_ids)
            self._visits: dict[str, dict[str, np.ndarray]] = {}
            self._barycentre = Barycentre(self.reader)
            self._suggested: dict[str, str] = {}
            self._units: dict[str, str] = {}
            self.ra_deg, self.dec_deg = self._column("ra"), self._column("dec")
        except BaseException:
            self.reader.close()
            raise

    # ---- what there is

    @property
    def path(self) -> Path:
        return self.reader.path

    @property
    def n_object(self) -> int:
        return self.reader.n_object

    @property
    def objects(self) -> Mapping[str, np.ndarray]:
        """Columns of the object table, in catalogue order; read-only."""
        return self.reader.objects

    @property
    def bands(self) -> tuple[str, ...]:
        return self.reader.bands

    @property
    def measurements(self) -> tuple[str, ...]:
        """Full names of all measurements."""
        return self.reader.measurements()

    @property
    def problems(self) -> list[Problem]:
        return self.reader.problems()

    @property
    def targets(self) -> tuple[str, ...]:
        """Ids of the objects that the run was made for ("my star")."""
        return tuple(name for name in self.recipe.presenting.target if name in self.object_ids)

    @property
    def blended(self) -> np.ndarray:
        """Objects with a neighbour in their aperture, boolean; none where it is not known."""
        if "blended" in self.objects:
            return np.asarray(self.objects["blended"]) != 0
        return np.zeros(self.n_object, bool)

    def visits(self, band: str) -> dict[str, np.ndarray]:
        """The visit table of a band, in order of time (`lightledger.domain.visits`)."""
        if band not in self._visits:
            self._visits[band] = self.reader.visits(band)
        return self._visits[band]

    def n_visit(self, measurement: str) -> int:
        return self.reader.n_visit(parse_measurement(measurement).band)

    def index_of(self, object_id: str) -> int:
        """Row of an object; `LightledgerError` names near ones when there is none."""
        return self.reader.index_of(object_id)

    def info(self) -> dict[str, Any]:
        """What the store holds, as plain JSON types (``lightledger info --json``)."""
        return describe(self.reader)

    def _column(self, name: str) -> np.ndarray:
        column = self.objects.get(name)
        if column is None or column.dtype.kind != "f":
            return np.full(self.n_object, np.nan)
        return np.asarray(column, np.float64)

    # ---- light curves

    def light_curve(
        self, object: str | int, measurement: str, corrected: bool = False
    ) -> LightCurve:
        """One light curve, one slot per visit, in order of time.

        Parameters
        ----------
        object : str or int
            Id, or row in the catalogue.
        measurement : str
            Full name, such as ``ch1_sci-aper_r3``.
        corrected : bool
            Divide by the ensemble zero points, never including the object itself; their error
            is added in quadrature.

        Returns
        -------
        LightCurve
            Flags carry `Flag.REJECTED` where the journal rejects. ``bjd_tdb`` is of the object's
            own position, else of the field's centre (up to 0.15 s per arcminute of distance
            off), else nan.

        Raises
        ------
        LightledgerError
            No such object or measurement, naming near ones.
        """
        index = self._row(object)
        value, error, flags = self._record(index, measurement)
        if corrected:
            value, error = self.zero_points(measurement).apply(index, value, error, flags)
        band = parse_measurement(measurement).band
        visits = self.visits(band)
        return LightCurve(
            object=self.object_ids[index],
            measurement=measurement,
            time=visits["mjd_utc_mid"],
            bjd_tdb=self._barycentre.times(
                band, float(self.ra_deg[index]), float(self.dec_deg[index])
            ),
            value=value,
            error=error,
            flags=flags,
            visit=visits["visit"],
            unit=self.unit(measurement),
            corrected=corrected,
            ra_deg=float(self.ra_deg[index]),
            dec_deg=float(self.dec_deg[index]),
        )

    def unit(self, measurement: str) -> str:
        if measurement not in self._units:
            self._units[measurement] = str(self.reader.attributes(measurement).get("unit", ""))
        return self._units[measurement]

    def _row(self, object: str | int) -> int:
        if isinstance(object, str):
            return self.index_of(object)
        if not 0 <= object < self.n_object:
            raise LightledgerError(
                f"no object number {object}", self.path, f"there are {self.n_object}, from 0"
            )
        return int(object)

    def _record(self, index: int, measurement: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        value, error, flags = (plane[index] for plane in self.reader.planes(measurement))
        slots = self.rejections.slots(index, parse_measurement(measurement).band)
        if slots.size:
            flags = flags.copy()
            flags[slots] |= np.uint16(Flag.REJECTED)
        return value, error, flags

    # ---- correction

    @property
    def can_correct(self) -> bool:
        """Whether there are comparison stars, the program's or a person's."""
        return judgement.can_correct(self)

    @property
    def corrected_by_default(self) -> bool:
        """As the recipe says, else on for frames from the ground; needs comparison stars."""
        return self.can_correct and judgement.corrected_by_default(self)

    def zero_points(self, measurement: str) -> ZeroPoints:
        """Zero points with the journal's comparison stars and rejected points, solved live."""
        return self._ensembles.zero_points(measurement)

    def comparison(self, measurement: str) -> list[str]:
        """Ids of the comparison stars in use, the brightest first."""
        zero = self.zero_points(measurement)
        order = np.argsort(-zero.reference, kind="stable")
        return [self.object_ids[int(i)] for i in zero.member[order]]

    # ---- statistics

    def statistics(self, measurement: str, corrected: bool | None = None) -> dict[str, np.ndarray]:
        """Statistics of all objects as stored, over all visits (read-only columns).

        ``corrected`` None is `corrected_by_default`. See `lightledger.analysis.columns` for the
        meanings, and `stale` for whether the journal has since changed them.
        """
        which = self.corrected_by_default if corrected is None else corrected
        return self.reader.statistics(measurement, corrected=which)

    def stale(self, measurement: str) -> str:
        """How stored statistics differ from what is shown now, in words; '' when they do not."""
        other_stars = self.zero_points(measurement) is not self._ensembles.stored(measurement)
        return judgement.outdated(self, measurement, other_stars)

    def live_statistics(
        self,
        measurement: str,
        filters: Filters | None = None,
        corrected: bool | None = None,
        control: Control | None = None,
        report: Report = silent,
    ) -> dict[str, np.ndarray]:
        """Statistics of all objects for what passes the filters now, ``excess`` included.

        One thread; `lightledger.library.live` has the pieces for a pool.
        """
        which = self.corrected_by_default if corrected is None else corrected
        filters = filters or Filters()
        stats = live.rows(self, measurement, filters, which, 0, self.n_object, control, report)
        times = self.visits(parse_measurement(measurement).band)["mjd_utc_mid"]
        live.finish(self, measurement, stats, int(filters.time.contains(times).sum()))
        return stats

    def well_measured(self, measurement: str, corrected: bool | None = None) -> np.ndarray:
        """Objects with enough good points, not saturated, blended or at the edge; boolean."""
        stats = self.statistics(measurement, corrected)
        return well_measured(stats, self.n_visit(measurement), self.blended)

    def table(
        self,
        measurement: str,
        corrected: bool | None = None,
        stats: dict[str, np.ndarray] | None = None,
    ) -> dict[str, np.ndarray]:
        """Columns of the object table; see `lightledger.library.table.object_table`."""
        which = self.corrected_by_default if corrected is None else corrected
        return table.object_table(self, measurement, which, stats)

    def suggested(self, band: str) -> str:
        """The measurement of a band to show first.

        The recipe's, where it names one; else the ``sci`` method with the lowest median
        corrected scatter among the brightest well-measured objects, the same in all bands where
        that costs little. '' in a band without any.
        """
        if band not in self._suggested:
            self._suggested = judgement.suggested(self)
        return self._suggested[band]

    # ---- out

    def passes(self, light_curve: LightCurve, filters: Filters | None = None) -> Hidden:
        """What of a light curve passes the filters, and why the rest does not."""
        return passes(light_curve, filters)

    def export(
        self,
        path: Path | str,
        objects: Sequence[str | int] | None = None,
        measurements: Sequence[str] | None = None,
        filters: Filters | None = None,
        *,
        corrected: bool = False,
        as_magnitude: bool = False,
        format: str = "",
        everything: bool = False,
        observer_code: str = "",
        filter_codes: Mapping[str, str] | None = None,
        comparison_magnitude: float = float("nan"),
        check: str = "",
        control: Control | None = None,
        report: Report = silent,
    ) -> ExportReport:
        """Write light curves to a file; see `lightledger.library.exporting.export`."""
        from .exporting import Wanted, export

        wanted = Wanted(
            objects=None if objects is None else tuple(self._row(o) for o in objects),
            measurements=None if measurements is None else tuple(measurements),
            filters=filters or Filters(),
            corrected=corrected,
            as_magnitude=as_magnitude,
            format=format,
            everything=everything,
            observer_code=observer_code,
            filter_codes=dict(filter_codes or {}),
            comparison_magnitude=comparison_magnitude,
            check=check,
        )
        return export(self, Path(path), wanted, control, report)

    # ---- end

    def close(self) -> None:
        self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Field({str(self.path)!r}, {self.n_object} objects, bands {', '.join(self.bands)})"
