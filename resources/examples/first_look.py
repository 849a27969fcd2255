# ruff: noqa: B018 - a notebook shows what stands alone
# %% [markdown]
# # A first look at a field from Python
#
# Jupyter, VS Code and Spyder show the cells of this file (`# %%`) as a notebook; as a script it
# runs from top to bottom: `python first_look.py`. It stands in the folder that `lightledger demo`
# makes, beside the store `demo.h5`; name another one in LIGHTLEDGER_STORE.

# %%
import os
from pathlib import Path

import numpy as np
from astropy.timeseries import LombScargle

import lightledger

store = Path(os.environ.get("LIGHTLEDGER_STORE", "demo.h5"))
field = lightledger.open(store)
field

# %% [markdown]
# ## What there is
# Objects are rows of the catalogue; a measurement is one way to measure them all, named
# `band_image-method`.

# %%
field.objects

# %%
band = field.bands[0]
measurement = field.suggested(band)
print(f"{field.n_object} objects, {len(field.measurements)} measurements; in {band}: {measurement}")
for key, value in field.attributes(measurement).items():
    print(f"  {key}: {value}")

# %% [markdown]
# ## Which objects vary
# Any expression over the catalogue and the statistics: how much more an object scatters than others
# of its brightness (`excess`), and whether it was measured well.

# %%
found = field.find("excess > 3 and well_measured", measurement, sort="-excess", limit=20)
print(found)
found

# %% [markdown]
# ## A light curve
# `time` is MJD in UTC at the observer, `bjd_tdb` barycentric JD in TDB. `corrected` divides by the
# zero points of comparison stars; `good` leaves out what is flagged. Nothing is left out before.

# %%
name = found.ids[0]
curve = field.light_curve(name, measurement, corrected=field.can_correct)
print(f"{name}: {len(curve)} visits, {len(curve.good())} good, in {curve.unit}")
curve.good()

# %% [markdown]
# ## Is it periodic
# Barycentric times; periods from half a day to half the span.


# %%
def best_period(object_id: str) -> tuple[float, float]:
    """Period in days with the highest Lomb-Scargle power, and its false-alarm probability."""
    good = field.light_curve(object_id, measurement, corrected=field.can_correct).good()
    search = LombScargle(good.bjd_tdb, good.value, good.error)
    span = np.ptp(good.bjd_tdb)
    frequency = np.arange(2 / span, 2, 0.2 / span)
    power = search.power(frequency)
    best = int(np.argmax(power))
    return 1 / frequency[best], float(search.false_alarm_probability(power[best]))


for name in found.ids[:5]:
    period, chance = best_period(name)
    print(f"{name:>6}: {period:9.4f} d, false-alarm probability {chance:.1e}")

# %% [markdown]
# ## To other programs
# As astropy's `TimeSeries` here; `to_pandas`, `to_xarray` and `to_lightkurve` where those are
# installed. Formats of a file: csv, csv-wide, ecsv, votable, parquet, fits, lightkurve, aavso.

# %%
series = curve.to_timeseries()
print(series["time", "flux", "flux_err", "quality"][:3])
report = field.export(store.with_name("variables.vot"), found, [measurement], corrected=True)
print(f"wrote {report.path}: {report.n_rows} points; left out: {dict(report.hidden)}")

# %%
field.close()
