"""A field of stars and galaxies that SExtractor detected, and how its catalogue was frozen.

``python -m tests.photometry.frozen.detecting`` makes ``detection.npz`` anew; it needs
``source-extractor`` (Debian). The frame is made with exact arithmetic, see ``sextractor.py``.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from tests.photometry.frozen.sextractor import _uniform as uniform

FROZEN = Path(__file__).with_name("detection.npz")
SIZE = 320
N_SOURCE = 260
SIGMA = 5.0
#: Of the filtered image for `detect`; SExtractor counts in sigma of the unfiltered one.
THRESHOLD = 5.0
#: Root of the sum of squares of the 3 x 3 filter (1 2 1, 2 4 2, 1 2 1) / 16.
FILTER_NOISE = 0.375

SETTINGS = {
    "CATALOG_TYPE": "FITS_1.0",
    "CATALOG_NAME": "out.fits",
    "PARAMETERS_NAME": "columns.param",
    "DETECT_MINAREA": "5",
    "DETECT_THRESH": str(THRESHOLD * FILTER_NOISE),
    "ANALYSIS_THRESH": str(THRESHOLD * FILTER_NOISE),
    "FILTER": "Y",
    "FILTER_NAME": "filter.conv",
    "DEBLEND_NTHRESH": "32",
    "DEBLEND_MINCONT": "0.005",
    "CLEAN": "Y",
    "CLEAN_PARAM": "1.0",
    "BACK_SIZE": "64",
    "BACK_FILTERSIZE": "3",
    "MASK_TYPE": "CORRECT",
    "GAIN": "0.0",
    "PHOT_AUTOPARAMS": "2.5,3.5",
    "CHECKIMAGE_TYPE": "SEGMENTATION",
    "CHECKIMAGE_NAME": "seg.fits",
    "VERBOSE_TYPE": "QUIET",
}
COLUMNS = (
    "NUMBER", "XWIN_IMAGE", "YWIN_IMAGE", "A_IMAGE", "B_IMAGE", "THETA_IMAGE", "KRON_RADIUS",
    "FLUX_ISO", "FLUXERR_ISO", "ISOAREA_IMAGE", "FLAGS",
)  # fmt: skip
FILTER = "CONV NORM\n1 2 1\n2 4 2\n1 2 1\n"


def make_field() -> np.ndarray:
    """Moffat profiles, half of them elongated, on noise of 5 and a sky of 100, float32."""
    noise = uniform(12 * SIZE * SIZE, 11).reshape(12, SIZE, SIZE).sum(axis=0) - 6.0
    image = 100.0 + SIGMA * noise
    row, column = np.mgrid[:SIZE, :SIZE].astype(np.float64)
    for x, y, bright, half, flat, wide in uniform(6 * N_SOURCE, 12).reshape(6, N_SOURCE).T:
        slope = 4.0 * half - 1.0
        cosine, sine = (1 - slope * slope) / (1 + slope * slope), 2 * slope / (1 + slope * slope)
        long, short = (7.0 * (1 + wide), 5.0 * (0.4 + flat)) if half < 0.5 else (7.0, 7.0)
        dx, dy = column - SIZE * x, row - SIZE * y
        u, v = dx * cosine + dy * sine, dy * cosine - dx * sine
        image += 18.0 / (0.02 + bright * bright) / (1.0 + u * u / long + v * v / short) ** 3
    return image.astype(np.float32)


def run_sextractor(command: str) -> dict[str, np.ndarray]:
    """SExtractor's columns and its segmentation."""
    from astropy.io import fits

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fits.writeto(folder / "frame.fits", make_field())
        (folder / "columns.param").write_text("\n".join(COLUMNS) + "\n")
        (folder / "filter.conv").write_text(FILTER)
        (folder / "run.sex").write_text("".join(f"{k} {v}\n" for k, v in SETTINGS.items()))
        subprocess.run([command, "frame.fits", "-c", "run.sex"], cwd=folder, check=True)
        table = fits.getdata(folder / "out.fits", 1)
        found = {column: np.array(table[column], np.float64) for column in COLUMNS}
        return found | {"segmentation": fits.getdata(folder / "seg.fits").astype(np.int32)}


def read_frozen() -> dict[str, np.ndarray]:
    with np.load(FROZEN, allow_pickle=False) as saved:
        return {name: saved[name] for name in saved.files}


def freeze() -> None:
    command = shutil.which("source-extractor") or shutil.which("sex")
    if command is None:
        raise SystemExit("source-extractor is not installed")
    found = run_sextractor(command)
    small = {k: v.astype("i2" if k == "segmentation" else "f4") for k, v in found.items()}
    np.savez_compressed(FROZEN, **small)  # type: ignore[arg-type]


if __name__ == "__main__":
    freeze()
