"""What a store holds, in numbers; needs neither astropy nor compiled code."""

from __future__ import annotations

from typing import Any

from lightledger.store.reader import StoreReader


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
            "original": reader.band_original[band],
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
