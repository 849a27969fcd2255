"""Folders of made catalogues, one for each visit of a made field with a known variable star."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

RA, DEC = 52.0, -28.0
FIRST_MJD = 58000.0


@dataclass(frozen=True)
class MadeField:
    """Stars at known places with known fluxes; star 3 varies as a sine of 30 %."""

    n_star: int = 40
    n_visit: int = 8
    seed: int = 1

    @property
    def sky(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(self.seed)
        side = int(np.ceil(np.sqrt(self.n_star)))
        k = np.arange(self.n_star)
        jitter = rng.uniform(-5, 5, (2, self.n_star))
        east, north = (k % side) * 30 + jitter[0], (k // side) * 30 + jitter[1]
        return RA + east / 3600 / np.cos(np.radians(DEC)), DEC + north / 3600

    @property
    def mean_flux(self) -> np.ndarray:
        return np.geomspace(100_000.0, 2_000.0, self.n_star)

    def flux(self, visit: int) -> np.ndarray:
        flux = self.mean_flux.copy()
        flux[3] *= 1 + 0.3 * np.sin(2 * np.pi * visit / 8)
        return flux

    def mjd(self, visit: int) -> float:
        return FIRST_MJD + 0.1 * visit

    def rows(self, visit: int) -> Table:
        """Rows of a visit in an order of its own; NUMBER is the row, truth the star."""
        rng = np.random.default_rng([self.seed, visit])
        ra, dec = self.sky
        order = rng.permutation(self.n_star)
        noise = rng.normal(0, 0.1 / 3600, (2, self.n_star))
        flux = self.flux(visit)
        table = Table(
            {
                "NUMBER": np.arange(1, self.n_star + 1),
                "ALPHA_J2000": (ra + noise[0])[order],
                "DELTA_J2000": (dec + noise[1])[order],
                "X_IMAGE": 1 + ((ra - RA) * 3600 * np.cos(np.radians(DEC)))[order] + visit,
                "Y_IMAGE": 1 + ((dec - DEC) * 3600)[order] - 2 * visit,
                "FLUX_AUTO": flux[order],
                "FLUXERR_AUTO": np.full(self.n_star, 20.0),
                "FLAGS": np.zeros(self.n_star, np.int16),
                "truth": order + 1,
            }
        )
        for name in ("ALPHA_J2000", "DELTA_J2000"):
            table[name].unit = "deg"
        table["FLUX_AUTO"].unit = "adu"
        return table

    def header(self, visit: int) -> dict[str, object]:
        return {"MJD-OBS": self.mjd(visit), "EXPTIME": 10.0, "FILTER": "r"}

    def write(self, folder: Path, kind: str = "ecsv", visits: range | None = None) -> Path:
        """A folder of catalogues ``v0.ecsv``, ..."""
        folder.mkdir(exist_ok=True)
        for visit in visits or range(self.n_visit):
            write_table(self.rows(visit), self.header(visit), folder / f"v{visit}.{kind}", kind)
        return folder


def write_table(table: Table, header: dict[str, object], path: Path, kind: str) -> None:
    """A table with its header in any of the formats."""
    if kind == "ecsv":
        table.meta.update(header)
        table.write(path, format="ascii.ecsv", overwrite=True)
    elif kind == "csv":
        lines = [f"# {key} = {value}" for key, value in header.items()]
        path.write_text("\n".join(lines) + "\n")
        with path.open("a") as file:
            table.write(file, format="ascii.csv")
    elif kind == "fits":
        hdu = fits.table_to_hdu(table)
        hdu.header.update(header)
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, overwrite=True)
    elif kind == "xml":
        from astropy.io.votable import from_table
        from astropy.io.votable.tree import Info

        source = from_table(table)
        for key, value in header.items():
            source.resources[0].infos.append(Info(name=key, value=str(value)))
        source.to_xml(str(path))
    elif kind == "ldac":
        image = fits.Header({"SIMPLE": True, "BITPIX": -32, "NAXIS": 0, **header, "BUNIT": "ADU"})
        cards = np.array([[str(card) for card in image.cards] + [f"{'END':80}"]])
        column = fits.Column("Field Header Card", f"{cards.size * 80}A", dim=f"(80,{cards.size})",
                             array=np.array(cards))  # fmt: skip
        heads = fits.BinTableHDU.from_columns([column], name="LDAC_IMHEAD")
        rows = fits.table_to_hdu(table)
        rows.name = "LDAC_OBJECTS"
        fits.HDUList([fits.PrimaryHDU(), heads, rows]).writeto(path, overwrite=True)
    elif kind == "cat":  # ASCII_HEAD: no header at all
        names = [f"# {k:3d} {name:20s} text [{table[name].unit or ''}]"
                 for k, name in enumerate(table.colnames, 1)]  # fmt: skip
        lines = [" ".join(repr(value) for value in row.as_void().tolist()) for row in table]
        path.write_text("\n".join([*names, *lines]) + "\n")
    else:
        raise ValueError(kind)
