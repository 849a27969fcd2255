"""An open field: what is read, and what follows from it: statistics, suggestions, exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.analysis.columns import Level
from lightledger.analysis.excess import well_measured
from lightledger.analysis.masks import Filters, Hidden, passes
from lightledger.domain import Control, Report, silent
from lightledger.export.rows import ExportReport

from . import judgement, live
from .columns import QueryColumns
from .find import Found, find
from .lightcurve import LightCurve
from .reading import Reading

if TYPE_CHECKING:
    from lightledger.analysis.quality import BandQuality

    from .comparing import Compared


class Field(Reading):
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

    # ---- correction

    @property
    def can_correct(self) -> bool:
        """Whether there are comparison stars, the program's or a person's."""
        return judgement.can_correct(self)

    @property
    def corrected_by_default(self) -> bool:
        """As the recipe says, else on for frames from the ground; needs comparison stars."""
        return self.can_correct and judgement.corrected_by_default(self)

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
        *,
        want: Level = "all",
        threads: int | None = None,
        control: Control | None = None,
        report: Report = silent,
    ) -> dict[str, np.ndarray]:
        """Statistics of all objects for what passes the filters now.

        See `lightledger.library.live.statistics`: ``want`` 'moments' is a quarter of the work, and
        ``threads`` divide the objects.
        """
        which = self.corrected_by_default if corrected is None else corrected
        return live.statistics(
            self, measurement, filters or Filters(), which, want, threads, control, report
        )

    def well_measured(self, measurement: str, corrected: bool | None = None) -> np.ndarray:
        """Objects with enough good points, not saturated, blended or at the edge; boolean."""
        stats = self.statistics(measurement, corrected)
        return well_measured(stats, self.n_visit(measurement), self.blended)

    def table(
        self,
        measurement: str,
        corrected: bool | None = None,
        stats: Mapping[str, np.ndarray] | None = None,
    ) -> dict[str, np.ndarray]:
        """All columns of `query_columns` as they are now, of shape (n_object,)."""
        return dict(self.query_columns(measurement, corrected, statistics=stats))

    def suggested(self, band: str) -> str:
        """The measurement of a band to show first.

        The recipe's, where it names one; else the ``sci`` method with the lowest median
        corrected scatter among the brightest well-measured objects, the same in all bands where
        that costs little. '' in a band without any.
        """
        if band not in self._suggested:
            self._suggested = judgement.suggested(self)
        return self._suggested[band]

    # ---- queries

    def query_columns(
        self,
        measurement: str = "",
        corrected: bool | None = None,
        *,
        statistics: Mapping[str, np.ndarray] | None = None,
    ) -> QueryColumns:
        """Everything that can be asked of objects; see `lightledger.library.columns`."""
        return QueryColumns(self, measurement, corrected, statistics)

    def find(
        self,
        where: str = "",
        measurement: str | None = None,
        corrected: bool | None = None,
        *,
        near: str | None = None,
        sort: str = "",
        descending: bool | None = None,
        limit: int | None = None,
        subset: str = "",
        statistics: Mapping[str, np.ndarray] | None = None,
    ) -> Found:
        """Objects that fulfil everything asked for.

        Parameters
        ----------
        where : str
            Such as ``mag < 18 and (excess > 3 or tags == 'agn')``; see
            `lightledger.analysis.query.parse` for the language and
            `lightledger.library.columns` for the names. '' is all.
        measurement : str, optional
            Whose statistics the plain names mean; None is the suggested one of the first band.
        corrected : bool, optional
            None is `corrected_by_default`.
        near : str, optional
            ``RA DEC RADIUS`` or ``OBJECT RADIUS``; see `lightledger.library.cone.parse_cone`.
        sort : str
            A column or any expression, small values first, or ``-excess``, large values first;
            missing numbers come last. '' is by distance in a cone search, else as the subset is
            sorted, else as in the catalogue.
        descending : bool, optional
            Large values first or not, whatever ``sort`` begins with.
        limit : int, optional
            So many at most, after sorting; None or 0: all.
        subset : str
            Only objects of a named subset of the journal.
        statistics : mapping, optional
            Live statistics of the measurement, in place of those of the store.

        Raises
        ------
        QueryError
            An expression that cannot be read or evaluated, with the place in it.
        LightledgerError
            No such measurement or subset, no cone.
        """
        return find(
            self, where, measurement, corrected, near, sort, descending, limit, subset, statistics
        )

    # ---- measurements side by side

    def compare(
        self,
        object: str | int,
        measurements: Sequence[str] | None = None,
        filters: Filters | None = None,
        corrected: bool | None = None,
        *,
        control: Control | None = None,
    ) -> list[Compared]:
        """n, median, scatter, chi2 and excess of an object in each measurement (None: all)."""
        from .comparing import compare

        which = self.corrected_by_default if corrected is None else corrected
        names = self.measurements if measurements is None else measurements
        return compare(self, self._row(object), names, filters or Filters(), which, control)

    def best_by_magnitude(self, band: str, corrected: bool | None = None) -> BandQuality:
        """Scatter of constant objects against magnitude, and the best measurement in each bin."""
        from .comparing import best_by_magnitude

        which = self.corrected_by_default if corrected is None else corrected
        return best_by_magnitude(self, band, which)

    # ---- out

    def passes(self, light_curve: LightCurve, filters: Filters | None = None) -> Hidden:
        """What of a light curve passes the filters, and why the rest does not."""
        return passes(light_curve, filters)

    def to_xarray(
        self,
        measurements: str | Sequence[str],
        objects: Sequence[str | int] | Found | None = None,
        corrected: bool = False,
    ) -> Any:
        """Light curves as an xarray ``Dataset`` by object and visit.

        Parameters
        ----------
        measurements : str or sequence of str
            Full names, all of one band: its visits are a dimension; the rest as of `export`.

        Returns
        -------
        xarray.Dataset
            ``M, M_error, M_flags`` (object, visit) of each measurement M; coordinates
            ``ra_deg, dec_deg, mjd_utc, bjd_tdb``; units in ``attrs``. Every slot is kept.

        Raises
        ------
        LightledgerError
            xarray is not installed; measurements of several bands; no such object.
        """
        from .packages import field_to_xarray

        names = [measurements] if isinstance(measurements, str) else list(measurements)
        rows = range(self.n_object) if objects is None else [self._row(o) for o in objects]
        return field_to_xarray(self, names, rows, corrected)

    def _repr_html_(self) -> str:
        from .notebook import field_html

        return field_html(self)

    def export(
        self,
        path: Path | str,
        objects: Sequence[str | int] | Found | None = None,
        measurements: Sequence[str] | None = None,
        filters: Filters | None = None,
        *,
        corrected: bool = False,
        as_magnitude: bool = False,
        system: str = "",
        point_source: bool = False,
        rescaled: bool = False,
        format: str = "",
        everything: bool = False,
        observer_code: str = "",
        filter_codes: Mapping[str, str] | None = None,
        comparison_magnitude: float = float("nan"),
        check: str = "",
        control: Control | None = None,
        report: Report = silent,
    ) -> ExportReport:
        """Write light curves to a file; see `lightledger.library.exporting.export`.

        ``objects`` may be what `find` found: the header then tells the query.
        """
        from .exporting import Wanted, export

        wanted = Wanted(
            objects=None if objects is None else tuple(self._row(o) for o in objects),
            measurements=None if measurements is None else tuple(measurements),
            filters=filters,
            corrected=corrected,
            as_magnitude=as_magnitude,
            system=system,
            point_source=point_source,
            rescaled=rescaled,
            format=format,
            everything=everything,
            observer_code=observer_code,
            filter_codes=dict(filter_codes or {}),
            comparison_magnitude=comparison_magnitude,
            check=check,
            selection=str(objects) if isinstance(objects, Found) else "",
        )
        return export(self, Path(path), wanted, control, report)
