"""What runs in the detection process: numpy and sep alone, arrays in and out of a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

_DTYPE = [
    ("x", "f8"), ("y", "f8"), ("half_light_px", "f8"), ("a_px", "f8"), ("b_px", "f8"),
    ("theta_deg", "f8"), ("flux", "f8"), ("peak", "f8"), ("npix", "i8"), ("sep_flags", "i8"),
    ("snr", "f8"), ("edge", "f8"),
]  # fmt: skip
#: sep's buffers, from its own default; each is tried when the one before overflows.
_PIXEL_BUFFERS = (1_000_000, 10_000_000, 100_000_000)
_SUB_OBJECTS = (1024, 8192, 65536)
#: Regions without data are looked for in cells of this many pixels.
_CELL = 4


def work(folder_name: str) -> None:
    """Answer the request in a folder; errors are written there, not raised."""
    folder = Path(folder_name)
    try:
        request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
        error = _detect(folder, **request)
    except MemoryError:
        error = "too little memory to detect objects on this coadd"
    except Exception as problem:
        error = (
            f"the detection failed ({str(problem).splitlines()[0] if str(problem) else problem!r})"
        )
    partial = folder / "answer.part"
    partial.write_text(json.dumps({"error": error}), encoding="utf-8")
    partial.replace(folder / "answer.json")


def _detect(folder: Path, threshold: float, min_pixels: int) -> str:
    flat = np.load(folder / "flat.npy", allow_pickle=False)
    noise = np.load(folder / "noise.npy", allow_pickle=False)
    mask = ~np.isfinite(flat)
    flat[mask] = 0
    noise[mask] = np.float32(np.median(noise[~mask]))
    found, segmentation = _extract(flat, mask, noise, threshold, min_pixels)
    table, order = _table(found, flat, mask, noise, distance_to_nothing(mask))
    # labels in the order of the table: object k has the pixels of value k + 1
    value = np.zeros(len(found) + 1, np.int32)
    value[order + 1] = np.arange(1, len(found) + 1)
    np.save(folder / "segmentation.npy", value[segmentation])
    np.save(folder / "objects.npy", table)
    return ""


def _extract(
    image: np.ndarray, mask: np.ndarray, noise: np.ndarray, threshold: float, min_pixels: int
) -> tuple[np.ndarray, np.ndarray]:
    import sep

    last: Exception | None = None
    for pixels, objects in zip(_PIXEL_BUFFERS, _SUB_OBJECTS, strict=True):
        sep.set_extract_pixstack(min(pixels, max(image.size, 300_000)))
        sep.set_sub_object_limit(objects)
        try:
            return sep.extract(
                image, threshold, err=noise, mask=mask, minarea=min_pixels, filter_type="conv",
                deblend_nthresh=32, deblend_cont=0.005, clean=True,
                segmentation_map=True,
            )  # fmt: skip
        except Exception as problem:  # sep raises Exception itself
            if not any(word in str(problem) for word in ("overflow", "buffer full", "limit")):
                raise
            last = problem
    raise RuntimeError(f"too many objects; raise the threshold ({last})")


def _centres(
    found: np.ndarray, image: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windowed centres (SExtractor's XWIN) and half-light radii.

    Isophotal barycentres are dragged towards neighbours by up to a pixel, which forced photometry
    would repeat in every visit. One window, that of the compact objects, for all: the core counts.
    """
    import sep
    from scipy.spatial import cKDTree

    x, y = found["x"].copy(), found["y"].copy()
    if not len(found):
        return x, y, x.copy()
    radius, _ = sep.flux_radius(
        image, x, y, np.maximum(6 * found["a"], 3.0), 0.5, mask=mask, subpix=5
    )
    radius = np.where(np.isfinite(radius) & (radius > 0), radius, np.nan)
    bright = np.argsort(-found["flux"])[: max(20, len(found) // 2)]
    compact = np.nanpercentile(radius[bright], 30) if np.isfinite(radius[bright]).any() else 1.0
    window = max(float(compact) * 2 / 2.3548, 0.6)
    xw, yw, _ = sep.winpos(image, x, y, window, mask=mask)
    moved = np.hypot(xw - x, yw - y)
    good = np.isfinite(moved) & (moved <= np.maximum(1.5, found["a"]))
    # Two objects drawn to one star stay where they were found.
    (usable,) = np.nonzero(good)
    for i, j in cKDTree(np.column_stack([xw, yw])[usable]).query_pairs(0.5):
        good[usable[i]] = good[usable[j]] = False
    return np.where(good, xw, x), np.where(good, yw, y), radius


def _table(
    found: np.ndarray, image: np.ndarray, mask: np.ndarray, noise: np.ndarray, edge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The table of what was found, brightest first, and that order."""
    table = np.empty(len(found), _DTYPE)
    for name, theirs in (("a_px", "a"), ("b_px", "b"), ("flux", "flux"), ("peak", "peak"),
                         ("npix", "npix"), ("sep_flags", "flag")):  # fmt: skip
        table[name] = found[theirs]
    table["x"], table["y"], table["half_light_px"] = _centres(found, image, mask)
    table["theta_deg"] = np.degrees(found["theta"])
    ny, nx = noise.shape
    column = np.clip(np.round(table["x"]), 0, nx - 1).astype(int)
    row = np.clip(np.round(table["y"]), 0, ny - 1).astype(int)
    table["snr"] = table["flux"] / (noise[row, column] * np.sqrt(np.maximum(table["npix"], 1)))
    to_border = np.minimum.reduce(
        [table["x"] + 0.5, table["y"] + 0.5, nx - 0.5 - table["x"], ny - 0.5 - table["y"]]
    )
    table["edge"] = np.minimum(to_border, edge[row // _CELL, column // _CELL])
    order = np.lexsort((table["x"], table["y"], -table["flux"]))
    return table[order], order


def distance_to_nothing(mask: np.ndarray) -> np.ndarray:
    """Distance of cells of 4 x 4 pixels to the nearest cell that is masked all over, in pixels.

    Single bad pixels do not count: this is about where the coadd ends. inf when it has no holes.
    """
    ny, nx = (-(-n // _CELL) for n in mask.shape)
    padded = np.ones((ny * _CELL, nx * _CELL), bool)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    empty = padded.reshape(ny, _CELL, nx, _CELL).all(axis=(1, 3))
    if not empty.any():
        return np.full(empty.shape, np.inf)
    from scipy.ndimage import distance_transform_edt

    return np.maximum(distance_transform_edt(~empty) * _CELL - _CELL / 2, 0.0)


if __name__ == "__main__":
    work(sys.argv[1])
