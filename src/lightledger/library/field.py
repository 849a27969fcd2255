"""An open field: what is read, and what follows from it: statistics, suggestions, exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lightledger.analysis.excess import well_measured
from lightledger.analysis.masks import Filters, Hidden, passes
from lightledger.domain import Control, Report, parse_measurement, silent
from lightledger.export.rows import ExportReport

from . import judgement, live, table
from .lightcurve import LightCurve
from .reading import Reading


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
            filters=filters,
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
