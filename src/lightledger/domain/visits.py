"""Columns of a band's visit table: the same names in staging, store, library and exports."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class VisitColumn:
    """One column: name, numpy dtype ('str' for text), unit, meaning, shape of one cell."""

    name: str
    dtype: str
    unit: str
    meaning: str
    shape: tuple[int, ...] = ()


VISIT_COLUMNS: tuple[VisitColumn, ...] = (
    VisitColumn("visit", "str", "", "id of the visit"),
    VisitColumn("mjd_utc_start", "<f8", "d", "start, MJD, UTC"),
    VisitColumn("mjd_utc_mid", "<f8", "d", "middle, MJD, UTC"),
    VisitColumn("mjd_utc_end", "<f8", "d", "end, MJD, UTC"),
    VisitColumn("tdb_minus_utc_s", "<f8", "s", "TDB - UTC at the middle"),
    VisitColumn("observer_x_km", "<f8", "km", "observer, barycentric ICRS"),
    VisitColumn("observer_y_km", "<f8", "km", "observer, barycentric ICRS"),
    VisitColumn("observer_z_km", "<f8", "km", "observer, barycentric ICRS"),
    VisitColumn("observer_note", "str", "", "where the observer's position comes from"),
    VisitColumn("time_note", "str", "", "which keywords gave the time"),
    VisitColumn("exposure_s", "<f8", "s", "summed exposure time"),
    VisitColumn(
        "setup", "str", "", "instrument phase, frame time, calibration; a change is a step"
    ),
    VisitColumn("phase", "str", "", "phase of the mission, 'cryogenic' or 'warm'; '' elsewhere"),
    VisitColumn("frame_time_s", "<f8", "s", "frame time of one exposure"),
    VisitColumn("aorkey", "str", "", "number of the observation request (AORKEY)"),
    VisitColumn("creator", "str", "", "pipeline that made the frame (CREATOR, else PIPELINE)"),
    VisitColumn("position_angle_deg", "<f8", "deg", "of the frame's y axis, east of north"),
    VisitColumn("fwhm_px", "<f8", "pix", "median FWHM of the stars"),
    VisitColumn("sky", "<f8", "", "median background per pixel, in the unit of the frame"),
    VisitColumn("sky_rms", "<f8", "", "scatter of the background per pixel"),
    VisitColumn("airmass", "<f8", "", "of the field at the middle, computed (else the header's)"),
    VisitColumn(
        "noise_factors", "str", "", "scatter of empty apertures over their formal error, by method"
    ),
    VisitColumn("saturation", "<f8", "", "saturation level used, in the unit of the frame"),
    VisitColumn("transform", "<f8", "", "reference pixel (x, y, 1) to frame pixel", (2, 3)),
    VisitColumn("match_rms_px", "<f8", "pix", "residual of star matching; nan with a WCS"),
    VisitColumn("n_matched", "<i4", "", "stars matched; 0 with a WCS"),
    VisitColumn("catalogue_rows", "str", "", "rows of the visit's catalogue by their fate"),
    VisitColumn("frames", "str", "", "names of the frames, relative, separated by ' | '"),
    VisitColumn(
        "hashes", "str", "", "of the image's bytes; of the size and samples of its companions"
    ),
    VisitColumn("stamps", "str", "", "size:mtime_ns of each frame, in the same order"),
    VisitColumn("n_cosmic", "<i4", "pix", "pixels of cosmic rays removed for 'clean'"),
    VisitColumn("note", "str", "", "what was wrong with the pixels, what was not measured"),
    VisitColumn("state", "str", "", "'measured', or why not"),
)

VISIT_COLUMN: dict[str, VisitColumn] = {column.name: column for column in VISIT_COLUMNS}

#: Added since the first stores were written: they may be missing in a file.
ADDED_COLUMNS = frozenset(
    (
        "phase", "frame_time_s", "aorkey", "creator", "noise_factors", "n_cosmic", "note",
        "catalogue_rows",
    )
)  # fmt: skip

#: One row of the table: numbers, texts, and (2, 3) nested lists; plain data, JSON-able.
VisitRow = dict[str, object]


def noise_text(methods: Iterable[object], factors: Iterable[float]) -> str:
    """The cell ``noise_factors`` of a visit; what is not known is left out.

    >>> noise_text(["auto", "aper_r2", "iso"], [2.311, 2.2, float("nan")])
    'auto 2.311 aper_r2 2.2'
    """
    known = zip(methods, factors, strict=True)
    return " ".join(f"{method} {factor:.4g}" for method, factor in known if math.isfinite(factor))


def noise_factors(cells: Iterable[str], method: str) -> np.ndarray:
    """Factor of a method in each visit, float64; nan where it is not known.

    >>> noise_factors(["auto 2.311 aper_r2 2.2", ""], "aper_r2").tolist()
    [2.2, nan]
    """
    found = []
    for cell in cells:
        words = str(cell).split()
        known = dict(zip(words[::2], words[1::2], strict=False))
        found.append(float(known.get(method, "nan")))
    return np.array(found, np.float64)


def missing_column(name: str, n: int) -> np.ndarray:
    """A column of ``n`` visits of which nothing is known."""
    return visit_table([{}] * n)[name]


def visit_table(rows: list[VisitRow]) -> dict[str, np.ndarray]:
    """Rows to columns, in the order given; missing numbers are nan, missing texts ''.

    Returns
    -------
    dict of str to ndarray
        Each of length ``len(rows)``; texts as object arrays of str.
    """
    table: dict[str, np.ndarray] = {}
    for column in VISIT_COLUMNS:
        if column.dtype == "str":
            cells = [str(row.get(column.name, "")) for row in rows]
            table[column.name] = np.array(cells, dtype=object)
            continue
        missing = 0 if column.dtype.startswith("<i") else np.nan
        data = np.full((len(rows), *column.shape), missing, column.dtype)
        for i, row in enumerate(rows):
            if row.get(column.name) is not None:
                data[i] = row[column.name]
        table[column.name] = data
    return table
