"""What the field is measured with elsewhere: SExtractor, astroscrappy, photutils, sep.

Each gives its CPU seconds for all that the full set takes from it, and what it was timed on.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError

from .ours import cpu_seconds

RADII, BOXES = (2.0, 3.0, 4.0, 5.0), (3, 7, 13, 20)
#: Share of the side of the frame that L.A.Cosmic is timed on.
COSMIC_SHARE = 0.5
#: Objects whose boxes are timed.
BOX_OBJECTS = 1000
_SEXTRACTOR = ("source-extractor", "sex", "sextractor")
_PARAMETERS = (
    "NUMBER", "X_IMAGE", "Y_IMAGE", "FLUX_AUTO", "FLUXERR_AUTO", "FLUX_ISO", "FLUXERR_ISO",
    "FLUX_APER(4)", "FLUXERR_APER(4)", "A_IMAGE", "B_IMAGE", "THETA_IMAGE", "KRON_RADIUS", "FLAGS",
)  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """One visit as arrays and files.

    Attributes
    ----------
    folder : Path
        For files of one's own.
    coadd, sci, unc : ndarray of float32, shape (ny, nx)
        As read, nan kept.
    ratio : ndarray of float32, shape (ny, nx)
        What the boxes are laid on, nan where it is not formed.
    x, y : ndarray of float64, shape (n_object,)
    """

    folder: Path
    coadd: np.ndarray
    sci: np.ndarray
    unc: np.ndarray
    ratio: np.ndarray
    x: np.ndarray
    y: np.ndarray


@dataclass
class Timed:
    """What one program took.

    Attributes
    ----------
    key, title : str
    does : str
        Which numbers of the full set come from it.
    on : str
        What it was timed on.
    cpu_s : float
        For the whole frame.
    seen : dict of str to ndarray
        What it found, for comparing.
    """

    key: str
    title: str
    does: str
    on: str
    cpu_s: float
    seen: dict[str, np.ndarray] = field(default_factory=dict)


def sextractor(inputs: Inputs) -> Timed:
    """SExtractor in dual-image mode, twice: the raw and the cleaned frame cost it the same."""
    program = next(filter(None, map(shutil.which, _SEXTRACTOR)))
    _write_for_sextractor(inputs)
    apertures = ",".join(f"{2 * r:g}" for r in RADII)
    options = {
        "PARAMETERS_NAME": "bench.param", "FILTER_NAME": "bench.conv", "CATALOG_TYPE": "FITS_1.0",
        "WEIGHT_TYPE": "NONE,MAP_RMS", "WEIGHT_IMAGE": "none,unc.fits", "DETECT_MINAREA": "5",
        "DETECT_THRESH": "5.0", "ANALYSIS_THRESH": "5.0", "BACK_SIZE": "64", "GAIN": "0",
        "PHOT_APERTURES": apertures, "MASK_TYPE": "CORRECT", "VERBOSE_TYPE": "QUIET",
        "PIXEL_SCALE": "1", "SEEING_FWHM": "3", "STARNNW_NAME": "default.nnw",
    }  # fmt: skip
    began = cpu_seconds()
    for run in ("raw", "clean"):
        words = [str(program), "coadd.fits,sci.fits", "-CATALOG_NAME", f"{run}.cat"]
        for name, value in options.items():
            words += [f"-{name}", value]
        done = subprocess.run(  # noqa: S603  found by its name on the path
            words, cwd=inputs.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr.strip() or "it said nothing").splitlines()[-1]
            raise LightledgerError(f"{program} failed ({said})")
    took = cpu_seconds() - began
    from astropy.io import fits

    with fits.open(inputs.folder / "raw.cat") as file:
        table = file[1].data  # type: ignore[attr-defined]
        columns = ("X_IMAGE", "Y_IMAGE", "FLUX_APER", "FLUXERR_APER", "FLAGS")
        seen = {name: np.array(table[name], np.float64) for name in columns}
    return Timed(
        "sextractor", "SExtractor x 2", "auto, iso, 4 apertures on sci and on clean",
        f"the whole frame, {len(seen['FLAGS']):,} objects", took, seen,
    )  # fmt: skip


def _write_for_sextractor(inputs: Inputs) -> None:
    from astropy.io import fits

    bad = ~(np.isfinite(inputs.sci) & np.isfinite(inputs.unc))
    planes = {
        "coadd": np.nan_to_num(inputs.coadd),
        "sci": np.where(bad, 0, inputs.sci),
        "unc": np.where(bad, 1e10, inputs.unc),
    }
    for name, image in planes.items():
        path = inputs.folder / f"{name}.fits"
        fits.PrimaryHDU(image.astype(">f4")).writeto(path, overwrite=True)
    (inputs.folder / "bench.param").write_text("\n".join(_PARAMETERS) + "\n")
    kernel = "CONV NORM\n1 2 1\n2 4 2\n1 2 1\n"
    (inputs.folder / "bench.conv").write_text(kernel)


def astroscrappy(inputs: Inputs) -> Timed:
    """L.A.Cosmic with its full medians."""
    from astroscrappy import detect_cosmics

    side = max(round(COSMIC_SHARE * inputs.sci.shape[0]), min(256, inputs.sci.shape[0]))
    part = slice(0, side), slice(0, side)
    bad = ~(np.isfinite(inputs.sci[part]) & np.isfinite(inputs.unc[part]))
    image = np.where(bad, 0, inputs.sci[part]).astype(np.float32)
    variance = np.where(bad, 1, inputs.unc[part] ** 2).astype(np.float32)
    began = cpu_seconds()
    mask, _ = detect_cosmics(
        image, inmask=bad, invar=variance, sigclip=4.5, sigfrac=0.3, objlim=5.0, gain=1.0,
        satlevel=np.inf, niter=4, sepmed=False, cleantype="medmask", fsmode="median",
    )  # fmt: skip
    took = cpu_seconds() - began
    scale = inputs.sci.size / image.size
    return Timed(
        "astroscrappy", "astroscrappy", "cosmic rays, full medians",
        f"{side} x {side} pixels x {scale:.3g}", took * scale, {"mask": mask},
    )  # fmt: skip


def photutils(inputs: Inputs) -> Timed:
    """Median and biweight location in boxes, each at its own object."""
    from astropy.stats import SigmaClip  # noqa: F401  loads what ApertureStats needs, untimed
    from photutils.aperture import ApertureStats, RectangularAperture

    n = min(BOX_OBJECTS, inputs.x.size)
    some = np.linspace(0, inputs.x.size - 1, n).astype(int)
    places = np.column_stack([inputs.x[some], inputs.y[some]])
    mask = ~np.isfinite(inputs.ratio)
    seen: dict[str, np.ndarray] = {"objects": some}
    began = cpu_seconds()
    for side in BOXES:
        boxes = RectangularAperture(places, w=side, h=side)
        stats = ApertureStats(inputs.ratio, boxes, mask=mask, sum_method="center")
        seen[f"median_{side}px"] = np.asarray(stats.median)
        seen[f"biweight_{side}px"] = np.asarray(stats.biweight_location)
    took = cpu_seconds() - began
    scale = inputs.x.size / n
    return Timed(
        "photutils", "photutils", "median and biweight in 4 boxes",
        f"{n:,} objects x {scale:.3g}", took * scale, seen,
    )  # fmt: skip


def sep(inputs: Inputs) -> Timed:
    """Background, circles and ellipses as a library does them, on two images."""
    import sep

    bad = ~(np.isfinite(inputs.sci) & np.isfinite(inputs.unc))
    image, sigma = np.where(bad, 0, inputs.sci), np.where(bad, 0, inputs.unc)
    one = np.ones(inputs.x.size)
    began = cpu_seconds()
    for _ in range(2):
        flat = image - sep.Background(image, mask=bad, bw=64, bh=64).back()
        for radius in RADII:
            sep.sum_circle(flat, inputs.x, inputs.y, radius, err=sigma, mask=bad, subpix=0)
        sep.sum_ellipse(
            flat, inputs.x, inputs.y, 5 * one, 4 * one, 0 * one, 1.0, err=sigma, mask=bad, subpix=0
        )
    took = cpu_seconds() - began
    return Timed(
        "sep", "sep", "background, auto and 4 apertures, twice; beside SExtractor",
        "the whole frame", took,
    )  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A program that may be here.

    Attributes
    ----------
    key, title : str
    run : callable
    counted : bool
        It belongs to what the full set is held against; else it stands beside.
    """

    key: str
    title: str
    run: Callable[[Inputs], Timed]
    counted: bool = True

    def missing(self) -> str:
        """Why it cannot run here; '' when it can."""
        if self.key == "sextractor":
            there = any(map(shutil.which, _SEXTRACTOR))
            return "" if there else "not installed (on Debian: apt install source-extractor)"
        try:
            there = importlib.util.find_spec(self.key) is not None
        except ValueError:  # made to look as if it were missing
            there = False
        return "" if there else f"not installed (pip install {self.key})"


PROGRAMS = (
    Program("sextractor", "SExtractor x 2", sextractor),
    Program("astroscrappy", "astroscrappy", astroscrappy),
    Program("photutils", "photutils", photutils),
    Program("sep", "sep", sep, counted=False),
)
