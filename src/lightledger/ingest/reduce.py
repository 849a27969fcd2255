"""What `store.publish` asks of analysis: zero points, statistics, attributes of measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from lightledger.analysis.columns import STATISTIC_COLUMNS
from lightledger.analysis.comparison import solve_ensemble
from lightledger.analysis.epochs import Epochs
from lightledger.analysis.excess import complete, well_measured
from lightledger.analysis.pairs import add_stetson
from lightledger.analysis.statistics import Curves, statistics, summarise
from lightledger.domain import Recipe, ZeroPoints, noise_factors, parse_measurement
from lightledger.frames.grid import SkyGrid
from lightledger.store.reduce import Block

from .attributes import Scalar, measurement_attributes
from .reference import Reference

#: Comparison stars stay this many FWHM away from the edge of the coadd.
EDGE_FWHM = 4.0
#: ... which is this many pixels where it is not known.
USUAL_FWHM = 3.0
#: Rows read at a time where every light curve has to be looked at.
AT_A_TIME = 1000

Read = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
Table = dict[str, np.ndarray]


class Reduction:
    """Zero points and statistics for one publish; made `of_reference` or `of_objects`.

    Parameters
    ----------
    objects : mapping of str to ndarray
        ``id``; ``coadd_flux``, ``blended`` and ``edge_px`` (distance to the edge of the coadd)
        where they are known: they decide which objects may be comparison stars.
    recipe : Recipe
        Resolved.
    attributes : callable
        Full name of a measurement to its attributes.
    fwhm_px : float
        Of the coadd; nan unknown.
    targets : iterable of str
        Ids of the objects that the run was made for.
    """

    statistic_columns = STATISTIC_COLUMNS

    def __init__(
        self,
        objects: Mapping[str, np.ndarray],
        recipe: Recipe,
        attributes: Callable[[str], Mapping[str, Scalar]],
        *,
        fwhm_px: float = np.nan,
        targets: Iterable[str] = (),
    ) -> None:
        self._recipe = recipe
        self._epochs: dict[str, Epochs] = {}
        self._attributes = attributes
        self._ids = {str(name): i for i, name in enumerate(objects["id"])}
        n_object = len(self._ids)

        def column(name: str, otherwise: float) -> np.ndarray:
            found = objects.get(name)
            return np.full(n_object, otherwise) if found is None else np.asarray(found, float)

        self._n_object = n_object
        self._brightness = column("coadd_flux", np.nan) if "coadd_flux" in objects else None
        self._blended = column("blended", 0.0) != 0
        near_edge = column("edge_px", np.inf) < EDGE_FWHM * (
            fwhm_px if np.isfinite(fwhm_px) else USUAL_FWHM
        )
        mine = np.isin(np.arange(n_object), self._rows(targets))
        # a person's own star is what is looked at, never what it is compared with
        self._exclude = self._blended | near_edge | mine

    @classmethod
    def of_reference(cls, reference: Reference, recipe: Recipe, units: Mapping[str, str]) -> Self:
        """For an ingest: ``units`` has the unit of the stored values of each band."""
        grid = reference.grid()
        scale = grid.pixel_scale_arcsec if isinstance(grid, SkyGrid) else np.nan

        def attributes(measurement: str) -> dict[str, Scalar]:
            return measurement_attributes(measurement, recipe, units, scale)

        return cls(
            reference.objects,
            recipe,
            attributes,
            fwhm_px=reference.fwhm_px,
            targets=reference.targets,
        )

    @classmethod
    def of_objects(
        cls,
        objects: Mapping[str, np.ndarray],
        recipe: Recipe,
        attributes: Mapping[str, Mapping[str, Scalar]],
        *,
        choose: bool = True,
    ) -> Self:
        """For light curves that come from elsewhere: salvaged, imported.

        Parameters
        ----------
        objects : mapping of str to ndarray
            ``id``; ``coadd_flux, blended, edge_px`` where they are known.
        recipe : Recipe
        attributes : mapping of str to attributes
            Full name of each measurement to what it is, as stored.
        choose : bool
            False: comparison stars are only those that the recipe adds.
        """
        made = cls(objects, recipe, attributes.__getitem__, targets=recipe.presenting.target)
        made._exclude |= not choose
        return made

    def _rows(self, ids: Iterable[str]) -> list[int]:
        return [self._ids[name] for name in ids if name in self._ids]

    def zero_points(self, measurement: str, visits: Table, read: Read) -> ZeroPoints:
        """Solve the ensemble of one measurement."""
        presenting = self._recipe.presenting
        return solve_ensemble(
            read,
            self._n_object,
            exclude=self._exclude,
            brightness=self._measured(read) if self._brightness is None else self._brightness,
            add=self._rows(presenting.comparison_add),
            remove=self._rows(presenting.comparison_remove),
            setup=visits["setup"],
        )

    def _measured(self, read: Read) -> np.ndarray:
        """Median flux of every object, for lack of a coadd; some rows at a time."""
        starts = range(0, self._n_object, AT_A_TIME)
        blocks = (np.arange(i, min(i + AT_A_TIME, self._n_object)) for i in starts)
        medians = [statistics(Curves(*read(rows)))["median"] for rows in blocks]
        return np.concatenate([np.empty(0), *medians])

    def statistics(self, first_object: int, blocks: Sequence[Block]) -> list[tuple[Table, Table]]:
        """Statistics of the same objects in each band, raw and corrected."""
        raw, corrected = [], []
        for block in blocks:
            epochs = self._epochs_of(block.measurement, block.visits)
            method = parse_measurement(block.measurement).method
            noise = noise_factors(block.visits["noise_factors"], method)
            curves = Curves(block.value, block.error, block.flags, epochs, noise_factor=noise)
            raw.append(summarise(curves))
            better = replace(curves, zero_points=block.zero_points, first_object=first_object)
            corrected.append(summarise(better))
        add_stetson(raw)
        add_stetson(corrected)
        return [(a.columns, b.columns) for a, b in zip(raw, corrected, strict=True)]

    def _epochs_of(self, measurement: str, visits: Table) -> Epochs:
        if measurement not in self._epochs:
            self._epochs[measurement] = Epochs.of(visits)
        return self._epochs[measurement]

    def finish(self, measurement: str, raw: Table, corrected: Table) -> None:
        """Add what needs all objects at once."""
        n_visit = self._epochs[measurement].mjd_utc.size
        for table in (raw, corrected):
            complete(table, constant=well_measured(table, n_visit, self._blended))

    def measurement_attributes(self, measurement: str) -> dict[str, Scalar]:
        """What a measurement is, for those who read the file."""
        return dict(self._attributes(measurement))
