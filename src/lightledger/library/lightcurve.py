"""A light curve that turns into other packages' objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from lightledger import domain
from lightledger.domain import LightledgerError


class LightCurve(domain.LightCurve):
    """A `lightledger.domain.LightCurve` with conversions; the packages load when asked for.

    Conversions keep every slot, also those without a value: `good` and `between` choose.
    """

    def to_timeseries(self) -> Any:
        """An astropy ``TimeSeries``: ``time`` (UTC), ``flux, flux_err, quality, bjd_tdb, visit``.

        Fluxes have their unit where astropy knows it; ``meta['unit']`` always says it.
        """
        from astropy import units
        from astropy.time import Time
        from astropy.timeseries import TimeSeries

        try:
            unit = units.Unit(self.unit)
        except ValueError:
            unit = units.dimensionless_unscaled
        series = TimeSeries(time=Time(self.time, format="mjd", scale="utc"))
        series["flux"] = self.value * unit
        series["flux_err"] = self.error * unit
        series["quality"] = self.flags
        series["bjd_tdb"] = self.bjd_tdb
        series["visit"] = np.asarray(self.visit).astype(str)
        series.meta.update(self._meta())
        return series

    def to_lightkurve(self) -> Any:
        """A lightkurve ``LightCurve``; times are BJD, TDB where known, else JD, UTC.

        Raises
        ------
        LightledgerError
            When lightkurve is not installed.
        """
        try:
            import lightkurve
        except ImportError:
            raise _missing("lightkurve") from None
        from astropy import units
        from astropy.time import Time

        try:
            unit = units.Unit(self.unit)
        except ValueError:
            unit = units.dimensionless_unscaled
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
        """A pandas ``DataFrame``, one row per visit.

        Raises
        ------
        LightledgerError
            When pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise _missing("pandas") from None
        frame = pandas.DataFrame(
            {
                "visit": np.asarray(self.visit).astype(str),
                "mjd_utc": self.time,
                "bjd_tdb": self.bjd_tdb,
                "value": np.asarray(self.value),
                "error": np.asarray(self.error),
                "flags": np.asarray(self.flags),
            }
        )
        frame.attrs.update(self._meta())
        return frame

    def _meta(self) -> dict[str, object]:
        return {
            "object": self.object,
            "measurement": self.measurement,
            "unit": self.unit,
            "corrected": self.corrected,
            "ra_deg": self.ra_deg,
            "dec_deg": self.dec_deg,
        }


def _missing(package: str) -> LightledgerError:
    return LightledgerError(f"{package} is not installed", advice=f"pip install {package}")
