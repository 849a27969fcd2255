"""What a store holds, in numbers; needs neither astropy nor compiled code."""

from __future__ import annotations

from typing import Any

from lightledger.domain import parse_measurement
from lightledger.store.reader import StoreReader

from .places import place_names


def describe(reader: StoreReader) -> dict[str, Any]:
    """The answer of ``lightledger info --json`` (keys are a contract); plain JSON types."""
    bands: dict[str, Any] = {}
    for band in reader.bands:
        times = reader.visits(band)["mjd_utc_mid"]
        names = reader.measurements(band)
        bands[band] = {
            "visits": int(times.size),
            "first_mjd": float(times.min()),
            "last_mjd": float(times.max()),
            "record_bytes": int(reader.records(names[0]).dtype.itemsize) if names else 0,
            "measurements": list(names),
            "places": [n for n in place_names(reader) if parse_measurement(n).band == band],
            "original": reader.band_original[band],
            "comparison": {name: _comparison(reader, name) for name in names},
        }
    return {
        "path": str(reader.path),
        "objects": reader.n_object,
        "bands": bands,
        "file_bytes": int(reader.file_bytes),
        "recipe": reader.recipe_text,
        "problems": [problem.as_dict() for problem in reader.problems()],
        "format_version": reader.version,
        "created": reader.created,
        "software": reader.software,
        "uuid": reader.uuid,
    }


def _comparison(reader: StoreReader, measurement: str) -> list[str]:
    """Ids of the comparison stars as published, the brightest first."""
    zero = reader.zero_points(measurement)
    order = (-zero.reference).argsort(kind="stable")
    return [reader.object_ids[int(i)] for i in zero.member[order]]
