"""What runs in the detection process: numpy and sep alone, arrays in and out of a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

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


def _detect(folder: Path, sigmas: list[float], min_pixels: int, box: int) -> str:
    import sep

    image = np.load(folder / "image.npy", allow_pickle=False)
    mask = ~np.isfinite(image)
    weight = None
    if (folder / "weight.npy").exists():
        weight = np.load(folder / "weight.npy", allow_pickle=False)
        mask |= ~(weight > 0)
    if mask.all():
        return "the coadd has no pixel with data"
    image[mask] = np.median(image[~mask])
    edge = distance_to_nothing(mask)

    side = max(8, min(box, *image.shape))
    background = sep.Background(image, mask=mask, bw=side, bh=side, fw=3, fh=3)
    background.subfrom(image)
    noise = _noise(image, mask, weight, background)
    for k, sigma in enumerate(sigmas):
        found = _extract(image, mask, noise, sigma, min_pixels)
        np.save(folder / f"objects_{k}.npy", _table(found, image, mask, noise, edge))
    return ""


def _noise(
    image: np.ndarray, mask: np.ndarray, weight: np.ndarray | None, background: Any
) -> np.ndarray:
    """Standard deviation per pixel: the background's own, or from weights scaled to it."""
    if weight is None:
        noise = background.rms()
    else:
        noise = np.where(mask, 0, 1 / np.sqrt(np.where(mask, 1, weight))).astype(np.float32)
        # Weights are relative: scale so that the sky's scatter comes out as it is.
        step = max(1, int(np.sqrt(image.size / 1e6)))
        good = ~mask[::step, ::step]
        pulls = (image[::step, ::step][good] / noise[::step, ::step][good]).astype(np.float64)
        low, middle = np.percentile(pulls, [15.87, 50])
        # Objects widen the upper side: the lower one is sky.
        noise *= np.float32(max(middle - low, 1e-30))
    typical = float(np.median(noise[~mask]))
    floor = max(0.1 * typical, 1e-6 * float(np.abs(image).max()), 1e-30)
    return np.maximum(noise, np.float32(floor))


def _extract(
    image: np.ndarray, mask: np.ndarray, noise: np.ndarray, sigma: float, min_pixels: int
) -> np.ndarray:
    import sep

    last: Exception | None = None
    for pixels, objects in zip(_PIXEL_BUFFERS, _SUB_OBJECTS, strict=True):
        sep.set_extract_pixstack(min(pixels, max(image.size, 300_000)))
        sep.set_sub_object_limit(objects)
        try:
            return sep.extract(
                image, sigma, err=noise, mask=mask, minarea=min_pixels,
                deblend_nthresh=32, deblend_cont=0.005, clean=True,
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
) -> np.ndarray:
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
    return table[order]


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
