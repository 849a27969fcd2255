"""The reference of a field: coadd, grid and objects, made once and then frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from lightledger.domain import Measuring, Problem
from lightledger.frames.grid import SkyGrid
from lightledger.photometry.apertures import circle_sums
from lightledger.photometry.coadd import Surface
from lightledger.photometry.geometry import Geometry

from .shapes import Columns


@dataclass(frozen=True)
class Reference:
    """What every visit is measured against.

    Attributes
    ----------
    source : str
        How it came about, in words.
    band : str
        Band of the coadd.
    grid_text : str
        WCS of the coadd as text; '' when the grid is the pixels of a frame without WCS.
    coadd : ndarray of float32, shape (ny, nx)
        nan where nothing was observed.
    flat, noise : ndarray of float32, shape (ny, nx)
        Coadd without its background, and the standard deviation of its sky; nan as the coadd.
    segmentation : ndarray of int32, shape (ny, nx)
        Which object each pixel belongs to, by its ``label``; 0 is sky.
    weight : ndarray of float32, shape (ny, nx), or None
        Of the coadd, as given or as stacked; proportional to the inverse variance.
    objects : dict of str to ndarray, each of shape (n_object,)
        ``id`` (object array of str), ``ra``, ``dec`` (degrees, ICRS; nan unknown), ``x``, ``y``
        (0-based pixels of the coadd), the columns of `shapes.SHAPE_UNITS`, ``blended`` and further
        ones, in catalogue order.
    units : dict of str to str
        Units of the columns.
    stars_x, stars_y : ndarray of float64
        Bright stars on the coadd, for matching frames without WCS.
    fwhm_px : float
        Median FWHM on the coadd.
    field_name : str
        OBJECT of the headers.
    field_ra_deg, field_dec_deg : float
        Centre, ICRS; nan unknown.
    sky : {'wcs', 'pointing', 'none'}
        Where the centre comes from.
    targets : tuple of str
        Ids of the objects that a person added.
    asked : tuple of str
        What the person asked for (`Target.text`).
    key : str
        Hash of what it was made from (see `sameness.reference_key`); '' unknown.
    problems : tuple of Problem
        Rows of the catalogue that were left out, and remarks.
    others : dict of str to ndarray
        ``flat_BAND`` and ``noise_BAND`` of further bands, as ``flat`` and ``noise``.
    """

    source: str
    band: str
    grid_text: str
    coadd: np.ndarray
    flat: np.ndarray
    noise: np.ndarray
    segmentation: np.ndarray
    weight: np.ndarray | None
    objects: dict[str, np.ndarray]
    units: dict[str, str]
    stars_x: np.ndarray
    stars_y: np.ndarray
    fwhm_px: float
    field_name: str = ""
    field_ra_deg: float = float("nan")
    field_dec_deg: float = float("nan")
    sky: str = "none"
    targets: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    key: str = ""
    problems: tuple[Problem, ...] = field(default=())
    others: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        ny, nx = self.coadd.shape
        return ny, nx

    @property
    def n_object(self) -> int:
        return int(self.objects["x"].size)

    def grid(self) -> SkyGrid | None:
        """A WCS of its own for the caller (one must never be shared by threads)."""
        return SkyGrid.from_text(self.grid_text, self.shape) if self.grid_text else None

    def geometry(self, measuring: Measuring) -> Geometry:
        """Ellipses and isophotes of the objects, in catalogue order.

        Kron radii that a catalogue gave are not below the recipe's ``kron_minimum`` either.
        """
        return geometry_of(self.objects, self.segmentation, measuring)

    def coadd_of(self, band: str) -> tuple[np.ndarray, np.ndarray]:
        """Flat coadd and noise that a band's visits are divided by: its own where there is one."""
        flat, noise = self.others.get(f"flat_{band}"), self.others.get(f"noise_{band}")
        if band == self.band or flat is None or noise is None:
            return self.flat, self.noise
        return flat, noise

    def scalars(self) -> dict[str, object]:
        """Everything but arrays and problems, JSON-able."""
        return {
            "source": self.source,
            "band": self.band,
            "grid_text": self.grid_text,
            "fwhm_px": self.fwhm_px,
            "field_name": self.field_name,
            "field_ra_deg": self.field_ra_deg,
            "field_dec_deg": self.field_dec_deg,
            "sky": self.sky,
            "targets": list(self.targets),
            "asked": list(self.asked),
            "key": self.key,
            "units": self.units,
        }


def geometry_of(objects: Columns, segmentation: np.ndarray, measuring: Measuring) -> Geometry:
    """Ellipses and isophotes of objects that have the columns of `shapes.SHAPE_UNITS`."""
    ny, nx = segmentation.shape
    return Geometry(
        x=objects["x"],
        y=objects["y"],
        a=objects["a_px"],
        b=objects["b_px"],
        theta=np.radians(objects["theta_deg"]),
        kron=np.maximum(objects["kron_radius"], measuring.kron_minimum),
        label=objects["label"],
        segmentation=segmentation,
        shape=(ny, nx),
    )


def core_flux(surface: Surface, x: np.ndarray, y: np.ndarray, fwhm_px: float) -> np.ndarray:
    """Light within a FWHM of each place on the coadd, its unit, float64."""
    radius = max(2.0, fwhm_px) if math.isfinite(fwhm_px) else 3.0
    flat = np.nan_to_num(surface.flat)
    return circle_sums(flat, None, surface.bad, x, y, np.array([radius])).flux[0]
