"""The frames that SExtractor measured, and how its catalogues were frozen.

``python tests/photometry/frozen/sextractor.py`` makes ``sextractor_circles.csv`` and
``sextractor_dual.npz`` anew; it needs ``source-extractor`` (Debian) and is needed only when the
frames change.

The frames are made with integer arithmetic, additions, multiplications, divisions and square
roots alone, so they are the same to the last bit everywhere: a random generator's stream is not
promised to be.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

CATALOGUE = Path(__file__).with_name("sextractor_circles.csv")
DUAL = Path(__file__).with_name("sextractor_dual.npz")
SIZE = 160
SIGMA = 5.0
#: Diameters, as SExtractor takes them.
DIAMETERS = (4.0, 6.0, 7.3, 10.0)

#: Side and objects of the crowded fields: one frozen, one for where SExtractor is installed.
SMALL, LARGE = (280, 700), (640, 3600)
MASKS = ("NONE", "CORRECT", "BLANK")

SETTINGS = {
    "CATALOG_TYPE": "FITS_1.0",
    "DETECT_MINAREA": "5",
    "DETECT_THRESH": "2.0",
    "FILTER": "N",
    "BACK_TYPE": "MANUAL",
    "BACK_VALUE": "0.0",
    "MASK_TYPE": "NONE",
    "WEIGHT_TYPE": "MAP_RMS",
    "GAIN": "0.0",
    "PHOT_APERTURES": ",".join(str(d) for d in DIAMETERS),
    "VERBOSE_TYPE": "QUIET",
}
COLUMNS = (
    "X_IMAGE_DBL",
    "Y_IMAGE_DBL",
    f"FLUX_APER({len(DIAMETERS)})",
    f"FLUXERR_APER({len(DIAMETERS)})",
)


def _uniform(n: int, seed: int) -> np.ndarray:
    """Numbers in [0, 1) by splitmix64 (Steele et al. 2014), the same on every machine."""
    with np.errstate(over="ignore"):
        z = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64(seed)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) / 2.0**53


def make_frame() -> np.ndarray:
    """90 Moffat stars on noise of 5 per pixel without a background, float32, (160, 160)."""
    # The sum of twelve uniform numbers is normal enough, and exact.
    noise = _uniform(12 * SIZE * SIZE, 1).reshape(12, SIZE, SIZE).sum(axis=0) - 6.0
    image = SIGMA * noise
    row, column = np.mgrid[:SIZE, :SIZE].astype(np.float64)
    place = _uniform(3 * 90, 2).reshape(3, 90)
    for x, y, u in zip(*place, strict=True):
        r2 = (column - SIZE * x) ** 2 + (row - SIZE * y) ** 2
        image += 14.0 / (0.1 + u) / (1.0 + r2 / 12.25) ** 3
    return image.astype(np.float32)


def _run(
    command: str, images: dict[str, np.ndarray], columns: tuple[str, ...], settings: dict[str, str]
) -> tuple[np.ndarray, np.ndarray | None]:
    """SExtractor's catalogue of the first image (or first two), and its segmentation if asked."""
    from astropy.io import fits

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for key, image in images.items():
            fits.writeto(folder / f"{key}.fits", image)
        (folder / "columns.param").write_text("\n".join(columns) + "\n")
        every = {"CATALOG_NAME": "out.fits", "PARAMETERS_NAME": "columns.param"}
        every = SETTINGS | every | settings
        (folder / "run.sex").write_text("".join(f"{k} {v}\n" for k, v in every.items()))
        frames = ",".join(f"{key}.fits" for key in images if "rms" not in key)
        subprocess.run([command, frames, "-c", "run.sex"], cwd=folder, check=True)
        table = np.array(fits.getdata(folder / "out.fits", 1))
        segmentation = folder / "segmentation.fits"
        labels = fits.getdata(segmentation).astype(np.int32) if segmentation.exists() else None
    return table, labels


def run_sextractor(command: str) -> dict[str, np.ndarray]:
    """Measure the frame with SExtractor; positions 0-based, fluxes of shape (n_radius, n)."""
    images = {"frame": make_frame(), "rms": np.full((SIZE, SIZE), SIGMA, np.float32)}
    table, _ = _run(command, images, COLUMNS, {"WEIGHT_IMAGE": "rms.fits"})
    return {
        "x": table["X_IMAGE_DBL"].astype(np.float64) - 1.0,
        "y": table["Y_IMAGE_DBL"].astype(np.float64) - 1.0,
        "flux": table["FLUX_APER"].astype(np.float64).T,
        "error": table["FLUXERR_APER"].astype(np.float64).T,
    }


def read_frozen() -> dict[str, np.ndarray]:
    """The frozen catalogue, in the form that `run_sextractor` returns."""
    with CATALOGUE.open(newline="") as file:
        rows = [[float(v) for v in row] for row in list(csv.reader(file))[1:]]
    columns = np.array(rows).T
    n = len(DIAMETERS)
    return {
        "x": columns[0],
        "y": columns[1],
        "flux": columns[2 : 2 + n],
        "error": columns[2 + n : 2 + 2 * n],
    }


def make_field(side: int, n: int) -> dict[str, np.ndarray]:
    """Crowded field of stars and galaxies: a deep frame, a noisier one, and their sigmas."""
    draws = _uniform(6 * n, 3).reshape(6, n)
    truth = np.zeros((side, side))
    for x, y, brightness, size, flat, turn in draws.T:
        x, y = side * x, side * y
        # Half of them are stars; a galaxy is larger and elliptic, turned without sine or cosine.
        width = 2.2 if size < 0.5 else 2.2 + 4.0 * (size - 0.5)
        ratio = 1.0 if size < 0.5 else 0.5 + 0.5 * flat
        t = 2.0 * turn - 1.0
        c, s = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
        rows = slice(max(int(y) - 30, 0), int(y) + 32)
        columns = slice(max(int(x) - 30, 0), int(x) + 32)
        dx = np.arange(side)[None, columns] - x
        dy = np.arange(side)[rows, None] - y
        u, v = (c * dx + s * dy) / width, (c * dy - s * dx) / (width * ratio)
        r2 = u * u + v * v
        truth[rows, columns] += 3.0 / (0.03 + brightness) / (1.0 + r2) ** 3
    noise = _uniform(24 * side * side, 4).reshape(2, 12, side, side).sum(axis=1) - 6.0
    deep = np.full((side, side), 1.0)
    sigma = 3.0 + np.add.outer(np.arange(side), np.arange(side)) / side
    return {
        "deep": (truth + deep * noise[0]).astype(np.float32),
        "visit": (1.1 * truth + sigma * noise[1]).astype(np.float32),
        "deep_rms": deep.astype(np.float32),
        "visit_rms": sigma.astype(np.float32),
    }


def run_dual(command: str, field: dict[str, np.ndarray], mask: str) -> dict[str, np.ndarray]:
    """Objects of the deep frame measured on the other one, neighbours treated as ``mask`` says.

    The Kron radius is that of the deep frame; SExtractor writes 0 where the flux on the other one
    is negative. Fluxes and errors are of shape (2 + n_radius, n): AUTO, ISO, APER.
    """
    settings = {
        # Every pixel above the threshold is blanked for neighbours, also those of groups that are
        # too small or cleaned away, which no segmentation shows: here all are objects.
        "DETECT_THRESH": "4.0",
        "DETECT_MINAREA": "1",
        "CLEAN": "N",
        "WEIGHT_IMAGE": "deep_rms.fits,visit_rms.fits",
        "WEIGHT_TYPE": "MAP_RMS,MAP_RMS",
        "BACK_TYPE": "MANUAL,MANUAL",
        "BACK_VALUE": "0.0,0.0",
        "MASK_TYPE": mask,
        "PHOT_AUTOPARAMS": "2.5,3.5",
        "CHECKIMAGE_TYPE": "SEGMENTATION",
        "CHECKIMAGE_NAME": "segmentation.fits",
    }
    names = ("A_IMAGE", "B_IMAGE", "THETA_IMAGE", "KRON_RADIUS")
    fluxes = ("FLUX_AUTO", "FLUX_ISO", "FLUXERR_AUTO", "FLUXERR_ISO")
    table, labels = _run(command, field, (*COLUMNS, *names, *fluxes), settings)
    assert labels is not None
    return {
        "x": table["X_IMAGE_DBL"].astype(np.float64) - 1.0,
        "y": table["Y_IMAGE_DBL"].astype(np.float64) - 1.0,
        **{key: table[name] for key, name in zip(("a", "b", "theta", "kron"), names, strict=True)},
        **{
            key: np.vstack([table[f"{name}_AUTO"], table[f"{name}_ISO"], table[f"{name}_APER"].T])
            for key, name in (("flux", "FLUX"), ("error", "FLUXERR"))
        },
        "segmentation": labels.astype(np.uint16),
    }


def read_dual(mask: str) -> dict[str, np.ndarray]:
    """The frozen result of `run_dual` on the small field."""
    with np.load(DUAL, allow_pickle=False) as saved:
        return {name.split("/")[1]: saved[name] for name in saved.files if mask in name}


def freeze() -> None:
    command = shutil.which("source-extractor") or shutil.which("sex")
    if command is None:
        raise SystemExit("source-extractor is not installed")
    table = run_sextractor(command)
    names = ["x", "y"] + [f"{v}_d{d:g}" for v in ("flux", "error") for d in DIAMETERS]
    columns = np.vstack([table["x"], table["y"], table["flux"], table["error"]])
    with CATALOGUE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[repr(float(v)) for v in row] for row in columns.T])
    field = make_field(*SMALL)
    dual = {
        f"{mask}/{key}": array
        for mask in MASKS
        for key, array in run_dual(command, field, mask).items()
    }
    np.savez_compressed(DUAL, **dual)


if __name__ == "__main__":
    freeze()
