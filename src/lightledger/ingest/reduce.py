"""What `store.publish` asks of analysis: zero points, statistics, attributes of measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lightledger.analysis.columns import STATISTIC_COLUMNS
from lightledger.analysis.comparison import solve_ensemble
from lightledger.analysis.correction import correct_rows
from lightledger.analysis.excess import add_excess
from lightledger.analysis.statistics import statistics
from lightledger.domain import Recipe, ZeroPoints, parse_measurement
from lightledger.domain.magnitudes import AB_ZERO_UJY, INSTRUMENTAL_ZERO
from lightledger.frames.grid import SkyGrid

from .reference import Reference

#: Comparison stars stay this many FWHM away from the edge of the coadd.
EDGE_FWHM = 4.0

Read = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
Table = dict[str, np.ndarray]


class Reduction:
    """Zero points and statistics for one publish.

    Parameters
    ----------
    reference : Reference
    recipe : Recipe
        Resolved.
    units : dict of str to str
        Unit of the stored values of each band.
    """

    statistic_columns = STATISTIC_COLUMNS

    def __init__(self, reference: Reference, recipe: Recipe, units: Mapping[str, str]) -> None:
        self._recipe = recipe
        self._units = units
        objects = reference.objects
        self._ids = {str(name): i for i, name in enumerate(objects["id"])}
        self._brightness = np.asarray(objects["coadd_flux"], float)
        self._blended = np.asarray(objects["blended"]) != 0
        fwhm = reference.fwhm_px if np.isfinite(reference.fwhm_px) else 3.0
        near_edge = np.asarray(objects["edge_px"]) < EDGE_FWHM * fwhm
        mine = np.isin(np.arange(self._brightness.size), self._rows(reference.targets))
        # a person's own star is what is looked at, never what it is compared with
        self._exclude = self._blended | near_edge | mine
        grid = reference.grid()
        self._scale = grid.pixel_scale_arcsec if isinstance(grid, SkyGrid) else np.nan

    def _rows(self, ids: tuple[str, ...]) -> list[int]:
        return [self._ids[name] for name in ids if name in self._ids]

    def zero_points(self, measurement: str, visits: Table, read: Read) -> ZeroPoints:
        """Solve the ensemble of one measurement."""
        presenting = self._recipe.presenting
        return solve_ensemble(
            read,
            self._brightness.size,
            exclude=self._exclude,
            brightness=self._brightness,
            add=self._rows(presenting.comparison_add),
            remove=self._rows(presenting.comparison_remove),
            setup=visits["setup"],
        )

    def statistics(
        self,
        measurement: str,
        visits: Table,
        first_object: int,
        value: np.ndarray,
        error: np.ndarray,
        flags: np.ndarray,
        zero_points: ZeroPoints,
    ) -> tuple[Table, Table]:
        """Statistics of a block of objects, raw and corrected."""
        setup = visits["setup"]
        raw = statistics(value, error, flags, setup=setup)
        better, its_error = correct_rows(zero_points, first_object, value, error, flags)
        return raw, statistics(better, its_error, flags, setup=setup)

    def finish(self, measurement: str, raw: Table, corrected: Table) -> None:
        """Add what needs all objects at once."""
        for table in (raw, corrected):
            add_excess(table, constant=~self._exclude)

    def measurement_attributes(self, measurement: str) -> dict[str, str | float]:
        """What a measurement is, for those who read the file."""
        name = parse_measurement(measurement)
        measuring = self._recipe.measuring
        unit = self._units[name.band]
        absolute = unit == "uJy"
        radius = float(name.method[6:])
        in_fwhm = name.method.startswith("aper_f")
        sky = {
            "annulus": "local sky in {:g}-{:g} px".format(*measuring.annulus_px),
            "mesh": f"mesh background, {measuring.mesh_px} px",
        }.get(measuring.background, "no background taken off")
        arcsec = np.nan if in_fwhm else radius * self._scale
        size = f"{radius:g} FWHM" if in_fwhm else f"{radius:g} px"
        known = f" ({arcsec:.3f} arcsec)" if np.isfinite(arcsec) else ""
        return {
            "quantity": "flux",
            "unit": unit,
            "zero_point": AB_ZERO_UJY if absolute else INSTRUMENTAL_ZERO,
            "magnitude_system": "AB" if absolute else "instrumental",
            "aperture": f"circle of radius {size}{known}, {sky}",
            "radius_arcsec": float(arcsec),
            "meaning": "background-subtracted flux in an exact circular aperture",
        }
