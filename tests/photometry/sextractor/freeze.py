"""The frame that SExtractor measured, and how its catalogue was frozen.

``python tests/photometry/sextractor/freeze.py`` makes ``catalogue.csv`` anew; it needs
``source-extractor`` (Debian) and is needed only when the frame changes.

The frame is made with integer arithmetic, additions, multiplications and divisions alone, so it
is the same to the last bit everywhere: a random generator's stream is not promised to be.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

CATALOGUE = Path(__file__).with_name("catalogue.csv")
SIZE = 160
SIGMA = 5.0
#: Diameters, as SExtractor takes them.
DIAMETERS = (4.0, 6.0, 7.3, 10.0)

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


def run_sextractor(command: str) -> dict[str, np.ndarray]:
    """Measure the frame with SExtractor; positions 0-based, fluxes of shape (n_radius, n)."""
    from astropy.io import fits

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fits.writeto(folder / "frame.fits", make_frame())
        fits.writeto(folder / "rms.fits", np.full((SIZE, SIZE), SIGMA, np.float32))
        (folder / "columns.param").write_text("\n".join(COLUMNS) + "\n")
        settings = SETTINGS | {
            "CATALOG_NAME": "out.fits",
            "PARAMETERS_NAME": "columns.param",
            "WEIGHT_IMAGE": "rms.fits",
        }
        (folder / "run.sex").write_text("".join(f"{k} {v}\n" for k, v in settings.items()))
        subprocess.run([command, "frame.fits", "-c", "run.sex"], cwd=folder, check=True)
        table = fits.getdata(folder / "out.fits", 1)
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


if __name__ == "__main__":
    freeze()
