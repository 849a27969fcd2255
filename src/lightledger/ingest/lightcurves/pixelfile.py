"""Target-pixel files: a series of small frames in the cells of a table, summed over a mask.

The mask is the mission's optimal aperture (bit 2 of the APERTURE image; Kepler Archive Manual,
2.3.2; TESS Science Data Products Description Document, 5.2.3), so the sum is what SAP_FLUX is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import Flag, LightledgerError, counted
from lightledger.frames.cells import cell_shape, column_of
from lightledger.frames.hdus import Hdu
from lightledger.frames.tables import Table, add_column

from .columns import clean_method
from .fromtable import series_of
from .options import ImportOptions
from .series import Brightness, Series

#: Bits of the APERTURE image.
COLLECTED, OPTIMAL = 1, 2
#: Pixels summed at a time.
_AT_A_TIME = 4 << 20
_SCALARS = ("TIME", "TIMECORR", "CADENCENO", "QUALITY", "POS_CORR1", "POS_CORR2")


def is_pixel_file(hdus: list[Hdu]) -> bool:
    """Whether a table of the file has frames in its column FLUX."""
    return any(column_of(hdu.cards) for hdu in hdus)


@dataclass(frozen=True)
class _Sums:
    value: np.ndarray
    error: np.ndarray
    broken: np.ndarray
    empty: np.ndarray


def read_pixel_file(path: Path, hdus: list[Hdu], options: ImportOptions) -> list[Series]:
    """The aperture sum of a target-pixel file, and the background that was taken off.

    Raises
    ------
    LightledgerError
        No mask, or its shape is not that of the frames.
    """
    from astropy.io import fits

    k = next(i for i, hdu in enumerate(hdus) if column_of(hdu.cards))
    shape = cell_shape(hdus[k].cards, column_of(hdus[k].cards)) or (0, 0)
    with fits.open(path, memmap=None if path.suffix != ".gz" else False) as file:
        data = file[k].data
        mask, what = _mask(file, shape, path)
        names = {name.upper(): name for name in data.names}
        table = Table(kind="pixels", cards=hdus[k].cards.over(hdus[0].cards))
        for column in _SCALARS:
            if column in names:
                unit = str(file[k].columns[names[column]].unit or "")
                values = np.asarray(data.field(names[column]))
                add_column(table, names[column], values, None, unit=unit)
        flux = _summed(data, names, "FLUX", "FLUX_ERR", mask)
        sky = (
            _summed(data, names, "FLUX_BKG", "FLUX_BKG_ERR", mask) if "FLUX_BKG" in names else None
        )
        unit = str(file[k].columns[names["FLUX"]].unit or "")
    add_column(table, "aperture_flux", flux.value, None, unit=unit)
    add_column(table, "aperture_flux_err", flux.error, None, unit=unit)
    if sky is not None:
        add_column(table, "background_flux", sky.value, None, unit=unit)
        add_column(table, "background_flux_err", sky.error, None, unit=unit)
    lines = [line for line in options.columns if line.partition("=")[0] in ("time", "quality")]
    lines += ["aperture_flux=aperture_flux,aperture_flux_err"]
    lines += ["background_flux=background_flux,background_flux_err"] if sky is not None else []
    (series,) = series_of(table, path, replace(options, columns=tuple(lines)))
    timed = np.isfinite(np.asarray(table.columns[names["TIME"]].values, float))
    for name, sums in (("aperture_flux", flux), ("background_flux", sky)):
        if sums is None:
            continue
        old = series.brightness[clean_method(name)]
        lacking = np.where(sums.broken, np.uint16(Flag.BAD_PIXELS), np.uint16(0))
        attributes = old.attributes | {"aperture": what, "meaning": _MEANING[name]}
        series.brightness[name] = Brightness(old.value, old.error, lacking[timed], attributes)
    if n := int(flux.broken.sum()):
        series.notes.append(f"{n} of {len(flux.value)} frames lack pixels in the aperture: flagged")
    series.notes.append(f"{what}: summed; 'lightledger ingest' measures the frames themselves")
    return [series]


_MEANING = {
    "aperture_flux": "sum of FLUX (background taken off by the mission) in the aperture",
    "background_flux": "sum of FLUX_BKG, the background that was taken off, in the aperture",
}


def aperture_bits(file: Any, shape: tuple[int, int], path: Path) -> np.ndarray:
    """The APERTURE image of an open target-pixel file: integers of bits, shape (ny, nx).

    Raises
    ------
    LightledgerError
        It has none, or its shape is not that of the frames.
    """
    image = next((hdu for hdu in file if hdu.name == "APERTURE"), None)
    if image is None or image.data is None:
        raise LightledgerError("a target-pixel file without its APERTURE image", path)
    bits = np.asarray(image.data)
    if bits.shape != shape or bits.dtype.kind not in "iu":
        raise LightledgerError(
            f"the APERTURE image is {bits.shape}, the frames are {shape} pixels", path
        )
    return bits


def _mask(file: Any, shape: tuple[int, int], path: Path) -> tuple[np.ndarray, str]:
    """Pixels of the aperture, and how to call it."""
    bits = aperture_bits(file, shape, path)
    for bit, name in ((OPTIMAL, "optimal aperture"), (COLLECTED, "all collected pixels")):
        mask = (bits & bit) != 0
        if mask.any():
            return mask, f"{name}, {counted(int(mask.sum()), 'pixel')}"
    raise LightledgerError("the APERTURE image marks no pixel", path)


def _summed(data: Any, names: dict[str, str], value: str, error: str, mask: np.ndarray) -> _Sums:
    """Sums over the mask, some frames at a time; pixels that are nan are left out and told."""
    n = len(data)
    sums = _Sums(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, bool), np.zeros(n, bool))
    frames = data.field(names[value])
    errors = data.field(names[error]) if error in names else None
    step = max(_AT_A_TIME // mask.size, 1)
    for first in range(0, n, step):
        part = slice(first, min(first + step, n))
        pixels = np.asarray(frames[part])[:, mask].astype(np.float64)
        good = np.isfinite(pixels)
        some = good.any(axis=1)
        sums.value[part] = np.where(some, np.where(good, pixels, 0.0).sum(axis=1), np.nan)
        sums.broken[part] = ~good.all(axis=1)
        if errors is not None:
            sigma = np.asarray(errors[part])[:, mask].astype(np.float64)
            square = np.where(good & np.isfinite(sigma), sigma, 0.0) ** 2
            sums.error[part] = np.where(some, np.sqrt(square.sum(axis=1)), np.nan)
    return sums
