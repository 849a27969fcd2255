"""A field as objects of pandas and xarray; neither is needed for anything else."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.domain import LightledgerError, parse_measurement

if TYPE_CHECKING:
    from .field import Field

#: What is said of coordinates and values, as attributes of the variables.
_UNITS = {"mjd_utc": "d", "bjd_tdb": "d", "ra_deg": "deg", "dec_deg": "deg"}
_MEANINGS = {
    "mjd_utc": "middle of the visit, MJD, UTC, at the observer",
    "bjd_tdb": "the same at the barycentre, JD, TDB; nan without a position",
    "ra_deg": "right ascension, ICRS",
    "dec_deg": "declination, ICRS",
    "flags": "quality flags",
}


def wanted(package: str) -> Any:
    """An optional package.

    Raises
    ------
    LightledgerError
        It is not installed; how to get it.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        raise LightledgerError(
            f"{package} is not installed", advice=f"pip install {package}"
        ) from None


def dataset(
    data: Mapping[str, tuple[Any, np.ndarray]],
    coordinates: Mapping[str, tuple[Any, np.ndarray]],
    attributes: Mapping[str, object],
    units: Mapping[str, str],
) -> Any:
    """An xarray ``Dataset`` whose variables say their units and meanings."""
    made = wanted("xarray").Dataset(
        dict(data), coords=dict(coordinates), attrs={k: _plain(v) for k, v in attributes.items()}
    )
    for name in (*data, *coordinates):
        if unit := units.get(name) or _UNITS.get(name):
            made[name].attrs["units"] = unit
        if name in _MEANINGS:
            made[name].attrs["long_name"] = _MEANINGS[name]
    return made


def field_to_xarray(
    field: Field,
    measurements: Sequence[str],
    objects: Sequence[int],
    corrected: bool,
) -> Any:
    """Light curves of one band as arrays by object and visit; see `Field.to_xarray`."""
    bands = {parse_measurement(name).band for name in measurements}
    if len(bands) != 1:
        said = f"measurements of bands {', '.join(sorted(bands))}" if bands else "no measurement"
        raise LightledgerError(
            f"{said}: the visits of a dataset are those of one band",
            advice="make a dataset for each band",
        )
    if not objects:
        raise LightledgerError("no object is chosen", field.path)
    from .exporting import Wanted
    from .outgoing import EVERYTHING, Outgoing

    (band,) = bands
    chosen = Outgoing(field, objects, measurements, Wanted(corrected=corrected), EVERYTHING, {})
    n, visits = len(objects), field.visits(band)
    data: dict[str, tuple[Any, np.ndarray]] = {}
    units: dict[str, str] = {}
    for name in measurements:
        block = chosen.block(name, 0, n)
        for part, array in (("", block.value), ("_error", block.error), ("_flags", block.flags)):
            data[f"{name}{part}"] = ("object", "visit"), array
        units |= dict.fromkeys((name, f"{name}_error"), field.unit(name))
    coordinates: dict[str, tuple[Any, np.ndarray]] = {
        "object": ("object", np.array(chosen.ids, str)),
        "ra_deg": ("object", chosen.ra_deg),
        "dec_deg": ("object", chosen.dec_deg),
        "visit": ("visit", np.asarray(visits["visit"]).astype(str)),
        "mjd_utc": ("visit", visits["mjd_utc_mid"]),
        "bjd_tdb": (("object", "visit"), chosen.bjd_tdb(band, 0, n)),
    }
    facts = {"store": field.path.name, "store_uuid": field.reader.uuid, "band": band}
    return dataset(data, coordinates, facts | {"corrected": corrected}, units)


def columns_to_pandas(columns: Mapping[str, np.ndarray], units: Mapping[str, str]) -> Any:
    """A pandas ``DataFrame`` of columns with one number or text per row; units in ``attrs``."""
    flat = {name: column for name, column in columns.items() if np.ndim(column) == 1}
    frame = wanted("pandas").DataFrame(flat)
    frame.attrs["units"] = {name: unit for name, unit in units.items() if name in flat and unit}
    return frame


def _plain(value: object) -> object:
    """As NetCDF takes attributes: no booleans."""
    return int(value) if isinstance(value, bool) else value
