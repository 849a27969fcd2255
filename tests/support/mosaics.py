"""A few small mosaics on the grid of a deep coadd, written as FITS."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from astropy.io import fits

SHAPE = (120, 130)
SIGMA = 0.01
SKY = 0.1
#: Electrons per MJy/sr.
ELECTRONS = 3000.0


@dataclass(frozen=True)
class Mosaics:
    """Visits ``gr1`` and on in two bands, 20 stars that are constant and as bright in both.

    Attributes
    ----------
    n_visit : int
    bands : tuple of str
    kinds : tuple of str
        Companions that are written.
    seed : int
    """

    n_visit: int = 3
    bands: tuple[str, ...] = ("ch1", "ch2")
    kinds: tuple[str, ...] = ("unc", "cov")
    seed: int = 3
    model: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        row, column = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
        model = np.zeros(SHAPE)
        for i in range(20):
            x, y = 18 + 24 * (i % 5) + rng.uniform(-2, 2), 15 + 28 * (i // 5) + rng.uniform(-2, 2)
            star = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * 1.5**2))
            model += 10 ** rng.uniform(-0.5, 0.5) * star
        object.__setattr__(self, "model", model)

    def header(self, visit: int, band: str) -> fits.Header:
        header = fits.Header()
        for axis, (name, value) in enumerate((("RA", 265.0), ("DEC", 69.0)), 1):
            header[f"CTYPE{axis}"] = f"{name:-<5}TAN"
            header[f"CRVAL{axis}"] = value
            header[f"CRPIX{axis}"] = SHAPE[2 - axis] / 2
            header[f"CDELT{axis}"] = 0.6 / 3600 * (-1 if axis == 1 else 1)
            header[f"CUNIT{axis}"] = "deg"
        header["RADESYS"] = "ICRS"
        header["TELESCOP"], header["INSTRUME"] = "Spitzer", "IRAC"
        header["CHNLNUM"] = int(band[-1])
        header["BUNIT"] = "MJy/sr"
        header["MJD_OBS"] = 54000.0 + 20 * visit
        header["EXPTIME"], header["FRAMTIME"] = 1000.0, 100.0
        return header

    def planes(self, visit: int, band: str) -> dict[str, np.ndarray]:
        """The images of a visit by kind; one cosmic ray on the first star of odd visits."""
        rng = np.random.default_rng([self.seed, visit, self.bands.index(band)])
        unc = np.sqrt(SIGMA**2 + self.model / ELECTRONS)
        sci = SKY + self.model + unc * rng.normal(size=SHAPE)
        if visit % 2:
            y, x = np.unravel_index(self.model[:30, :30].argmax(), (30, 30))
            sci[y + 3, x + 3] += 3.0
        return {"sci": sci, "unc": unc, "std": unc, "cov": np.full(SHAPE, 12.0)}

    def write(self, folder: Path) -> Path:
        """Write coadds and visits; the same bytes every time."""
        folder.mkdir(parents=True, exist_ok=True)
        for band in self.bands:
            noise = np.random.default_rng([self.seed, 99, self.bands.index(band)])
            coadd = self.model + noise.normal(0, SIGMA / 20, SHAPE)
            self.put(folder / f"coadd_{band}.fits", coadd, self.header(0, band))
            for visit in range(1, self.n_visit + 1):
                planes = self.planes(visit, band)
                for kind in ("sci", *self.kinds):
                    path = self.path(folder, visit, band, kind)
                    self.put(path, planes[kind], self.header(visit, band))
        return folder

    @staticmethod
    def path(folder: Path, visit: int, band: str, kind: str) -> Path:
        return folder / f"IDF_gr{visit}_{band}_{kind}.fits"

    @staticmethod
    def put(path: Path, image: np.ndarray, header: fits.Header) -> None:
        fits.writeto(path, image.astype("f4"), header, overwrite=True)
