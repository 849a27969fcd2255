"""A light curve that turns into other packages' objects, and shows itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger import domain

from . import packages

if TYPE_CHECKING:
    from astropy.units import UnitBase


class LightCurve(domain.LightCurve):
    """A `lightledger.domain.LightCurve` with conversions; the packages load when asked for.

    Conversions keep every slot, also those without a value: `good` and `between` choose.
    """

    def to_timeseries(self) -> Any:
        """An astropy ``TimeSeries``: ``time`` (UTC), ``flux, flux_err, quality, bjd_tdb, visit``.

        Fluxes have their unit where astropy knows it; ``meta['unit']`` always says it. ``bjd_tdb``
        is a ``Time`` of scale TDB, nan where no position is known.
        """
        from astropy.time import Time
        from astropy.timeseries import TimeSeries

        unit = self._astropy_unit()
        series = TimeSeries(time=Time(self.time, format="mjd", scale="utc"))
        series["flux"] = self.value * unit
        series["flux_err"] = self.error * unit
        series["quality"] = self.flags
        series["bjd_tdb"] = Time(self.bjd_tdb, format="jd", scale="tdb")
        series["visit"] = np.asarray(self.visit).astype(str)
        series.meta.update(self._meta())
        return series

    def to_lightkurve(self) -> Any:
        """A lightkurve ``LightCurve``; times are BJD, TDB where known, else MJD, UTC.

        Raises
        ------
        LightledgerError
            When lightkurve is not installed.
        """
        lightkurve = packages.wanted("lightkurve")
        from astropy.time import Time

        unit = self._astropy_unit()
        if np.isfinite(self.bjd_tdb).all():
            time = Time(self.bjd_tdb, format="jd", scale="tdb")
        else:
            time = Time(self.time, format="mjd", scale="utc")
        curve = lightkurve.LightCurve(
            time=time, flux=self.value * unit, flux_err=self.error * unit, meta=self._meta()
        )
        curve["quality"] = self.flags
        return curve

    def to_pandas(self) -> Any:
        """A pandas ``DataFrame``, one row per visit; ``attrs`` say object, unit and time scales.

        Raises
        ------
        LightledgerError
            When pandas is not installed.
        """
        frame = packages.wanted("pandas").DataFrame(self._columns())
        frame.attrs.update(self._meta())
        return frame

    def to_xarray(self) -> Any:
        """An xarray ``Dataset`` of ``value, error, flags`` by visit, with both times.

        Raises
        ------
        LightledgerError
            When xarray is not installed.
        """
        columns = self._columns()
        return packages.dataset(
            {name: ("visit", columns[name]) for name in ("value", "error", "flags")},
            {name: ("visit", columns[name]) for name in ("visit", "mjd_utc", "bjd_tdb")},
            self._meta(),
            dict.fromkeys(("value", "error"), self.unit),
        )

    def _repr_html_(self) -> str:
        from .notebook import light_curve_html

        return light_curve_html(self)

    def _columns(self) -> dict[str, np.ndarray]:
        return {
            "visit": np.asarray(self.visit).astype(str),
            "mjd_utc": self.time,
            "bjd_tdb": self.bjd_tdb,
            "value": np.asarray(self.value),
            "error": np.asarray(self.error),
            "flags": np.asarray(self.flags),
        }

    def _astropy_unit(self) -> UnitBase:
        from astropy import units

        try:
            return units.Unit(self.unit)
        except ValueError:
            return units.dimensionless_unscaled

    def _meta(self) -> dict[str, object]:
        return {
            "object": self.object,
            "measurement": self.measurement,
            "unit": self.unit,
            "corrected": self.corrected,
            "ra_deg": self.ra_deg,
            "dec_deg": self.dec_deg,
        }
