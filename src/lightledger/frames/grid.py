"""Where a frame's pixels lie on the sky."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io.fits import Header
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

from lightledger.domain import LightledgerError

from .sip import Sip
from .sphere import rotated, rotation_to_icrs, separation, through
from .wcs_keywords import NoSkyGrid, repair_wcs

__all__ = ["SkyGrid", "repair_wcs"]

#: What is said of a frame of another part of the sky.
NO_OVERLAP = "the frame does not overlap with the reference"
_ARCSEC = 3600.0
#: A distorted solution is believed within this many half-diagonals of the centre: polynomials fold
#: the far sky back into the frame.
_TRUSTED = 1.5
#: A pixel and its neighbours: offsets in x and y.
_CROSS = np.array([[0.0, 1.0, 0.0, -1.0, 0.0], [0.0, 0.0, 1.0, 0.0, -1.0]])


class SkyGrid:
    """Pixels of one image and ICRS positions, both ways.

    Pixel coordinates are 0-based, the centre of the first pixel is (0, 0). Wraps one astropy WCS
    and must not be shared by threads: build one per task, from `header_text` where that is at hand.
    """

    def __init__(self, header: Header, shape: tuple[int, int], notes: tuple[str, ...] = ()) -> None:
        """Prefer `from_header`; raises `NoSkyGrid` where that returns None."""
        self.shape = (int(shape[0]), int(shape[1]))
        self.notes = notes
        self._text = header.tostring(sep="\n", endcard=False, padding=False)
        # What was written is what counts: the text and the header give the same grid, to the bit.
        self._set_up(Header.fromstring(self._text, sep="\n"))
        self._check()

    @classmethod
    def from_header(cls, header: Header, shape: tuple[int, int]) -> Self | None:
        """Grid of an image, or None when the header has no usable celestial WCS.

        Parameters
        ----------
        header : astropy.io.fits.Header
            Of the image; of a cube, the first two axes count. Never modified.
        shape : tuple of int
            (ny, nx) of the 2-D image.
        """
        try:
            plain, notes = repair_wcs(header)
            return cls(plain, shape, notes) if plain else None
        except Exception:  # whatever wcslib dislikes: this header places nothing on the sky
            return None

    @classmethod
    def from_text(cls, text: str, shape: tuple[int, int]) -> Self:
        """Grid from `header_text`.

        Raises
        ------
        LightledgerError
            When the text is not one of a usable grid.
        """
        grid = cls.from_header(Header.fromstring(text, sep="\n"), shape)
        if grid is None:
            raise LightledgerError("the stored WCS is damaged", advice="ingest the frames anew")
        return grid

    def header_text(self) -> str:
        """FITS cards, one a line, that give this grid again."""
        return self._text

    def _set_up(self, header: Header) -> None:
        wcs = WCS(naxis=2)
        ctype = [str(header[f"CTYPE{axis}"]) for axis in (1, 2)]
        wcs.wcs.ctype = [name.removesuffix("-SIP") for name in ctype]
        wcs.wcs.cunit = ["deg", "deg"]
        wcs.wcs.crval = [header["CRVAL1"], header["CRVAL2"]]
        wcs.wcs.crpix = [header["CRPIX1"], header["CRPIX2"]]
        wcs.wcs.cd = [[header[f"CD{i}_{j}"] for j in (1, 2)] for i in (1, 2)]
        for key in ("LONPOLE", "LATPOLE"):
            if key in header:
                setattr(wcs.wcs, key.lower(), header[key])
        wcs.wcs.radesys = header.get("RADESYS", "")
        if "EQUINOX" in header:
            wcs.wcs.equinox = header["EQUINOX"]
        terms = [(int(key[2]), int(key[4:]), header[key]) for key in header if key.startswith("PV")]
        if terms:
            wcs.wcs.set_pv(terms)
        wcs.wcs.set()
        self._wcs = wcs
        self._longitude_first = wcs.wcs.lng == 0
        self._frame = wcs_to_celestial_frame(wcs)
        self._to_icrs = rotation_to_icrs(self._frame)
        sip = ctype[0].endswith("-SIP")
        self._sip = Sip.from_header(header, wcs.wcs.crpix - 1) if sip else None
        self._distorted = self._sip is not None or ctype[0].endswith("TPV")
        self._reach_deg = math.inf

    def _check(self) -> None:
        ny, nx = self.shape
        if ny < 1 or nx < 1:
            raise NoSkyGrid("the image is empty")
        xc, yc = (nx - 1) / 2, (ny - 1) / 2
        x, y = xc + _CROSS[0], yc + _CROSS[1]
        ra, dec = self.to_sky(x, y)
        if not (np.isfinite(ra).all() and np.isfinite(dec).all()):
            raise NoSkyGrid("the centre of the image is not on the sky")
        back = np.array(self.to_pixel(ra, dec)) - (x, y)
        if not np.abs(back).max() < 1e-3:
            raise NoSkyGrid("the WCS does not lead back to the pixel it came from")
        dx, dy = _steps(ra, dec)
        self.pixel_area_arcsec2 = float(abs(dx[0] * dy[1] - dx[1] * dy[0]))
        self.pixel_scale_arcsec = math.sqrt(self.pixel_area_arcsec2)
        self.position_angle_deg = math.degrees(math.atan2(dy[0], dy[1]))
        self.centre = (float(ra[0]), float(dec[0]))
        if not 1e-5 < self.pixel_scale_arcsec < 10 * _ARCSEC:
            raise NoSkyGrid(f"pixels of {self.pixel_scale_arcsec:.3g} arcsec are not believable")
        if self._distorted:
            half = math.hypot(nx, ny) / 2 * self.pixel_scale_arcsec / _ARCSEC
            self._reach_deg = min(_TRUSTED * half + 20 * self.pixel_scale_arcsec / _ARCSEC, 60.0)

    @property
    def distorted(self) -> bool:
        """Whether its pixels differ in size by more than a projection makes them."""
        return self._distorted

    def pixel_areas(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Solid angle of a pixel at each place, arcsec^2; nan where there is no sky.

        Parameters
        ----------
        x, y : ndarray of float, shape (n,)
            0-based pixels.
        """
        cross_x, cross_y = _CROSS
        here = self.to_sky(np.add.outer(cross_x, x), np.add.outer(cross_y, y))
        dx, dy = _steps(*here)
        area: np.ndarray = np.abs(dx[0] * dy[1] - dx[1] * dy[0])
        return area

    def to_sky(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ICRS positions of pixels.

        Parameters
        ----------
        x, y : array_like of float
            0-based pixel coordinates, of one shape.

        Returns
        -------
        ra_deg, dec_deg : ndarray of float64
            Of the same shape; nan where the projection has no sky.
        """
        x, y = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
        pixel = np.column_stack([x.ravel(), y.ravel()])
        if self._sip is not None:
            pixel = pixel + self._sip.offset(pixel)
        world = np.full(pixel.shape, np.nan)
        finite = np.isfinite(pixel).all(axis=1)
        if finite.any():
            world[finite] = self._wcs.wcs.p2s(pixel[finite], 0)["world"]
        longitude, latitude = world.T if self._longitude_first else world.T[::-1]
        ra, dec = self._icrs(longitude, latitude)
        return ra.reshape(x.shape), dec.reshape(x.shape)

    def to_pixel(self, ra_deg: np.ndarray, dec_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels of ICRS positions.

        Parameters
        ----------
        ra_deg, dec_deg : array_like of float
            Of one shape.

        Returns
        -------
        x, y : ndarray of float64
            0-based, of the same shape; nan where the projection does not reach, and, of a distorted
            grid, far outside the frame, where its polynomials mean nothing.
        """
        ra, dec = np.broadcast_arrays(np.asarray(ra_deg, np.float64), np.asarray(dec_deg))
        flat_ra, flat_dec = ra.ravel(), dec.ravel().astype(np.float64)
        usable = np.isfinite(flat_ra) & np.isfinite(flat_dec) & (np.abs(flat_dec) <= 90)
        if math.isfinite(self._reach_deg):
            usable &= separation(flat_ra, flat_dec, *self.centre) <= self._reach_deg
        pixel = np.full((flat_ra.size, 2), np.nan)
        if usable.any():
            longitude, latitude = self._native(flat_ra[usable], flat_dec[usable])
            order = (longitude, latitude) if self._longitude_first else (latitude, longitude)
            plane = self._wcs.wcs.s2p(np.column_stack(order), 0)["pixcrd"]
            pixel[usable] = plane if self._sip is None else self._sip.invert(plane)
        return pixel[:, 0].reshape(ra.shape), pixel[:, 1].reshape(ra.shape)

    def _icrs(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self._to_icrs is None:
            return through(SkyCoord(longitude, latitude, unit="deg", frame=self._frame), "icrs")
        return rotated(self._to_icrs, longitude, latitude)

    def _native(self, ra: np.ndarray, dec: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self._to_icrs is None:
            return through(SkyCoord(ra, dec, unit="deg", frame="icrs"), self._frame)
        return rotated(self._to_icrs.T, ra, dec)

    def _probes(self) -> tuple[np.ndarray, np.ndarray]:
        """Corners, middles of the edges, and centre."""
        ny, nx = self.shape
        x, y = np.meshgrid([0, (nx - 1) / 2, nx - 1], [0, (ny - 1) / 2, ny - 1])
        return x.ravel(), y.ravel()

    def same_as(self, other: SkyGrid, tolerance_px: float = 0.02) -> bool:
        """Whether the images have the same shape and their pixels the same places on the sky."""
        if self.shape != other.shape:
            return False
        x, y = self._probes()
        there_x, there_y = other.to_pixel(*self.to_sky(x, y))
        apart = np.hypot(there_x - x, there_y - y)
        return bool((apart <= tolerance_px).all())

    def affine_from(self, reference: SkyGrid) -> np.ndarray:
        """Best affine matrix from pixels of another grid to pixels of this one.

        Returns
        -------
        ndarray of float64, shape (2, 3)
            ``frame = matrix[:, :2] @ reference + matrix[:, 2]``, least squares over what the two
            images share.

        Raises
        ------
        LightledgerError
            When they do not overlap.
        """
        ny, nx = reference.shape
        mesh = np.meshgrid(np.linspace(0, nx - 1, 17), np.linspace(0, ny - 1, 17))
        x, y = (plane.ravel() for plane in mesh)
        here_x, here_y = self.to_pixel(*reference.to_sky(x, y))
        ny, nx = self.shape
        with np.errstate(invalid="ignore"):
            shared = (here_x >= -0.5) & (here_x <= nx - 0.5)
            shared &= (here_y >= -0.5) & (here_y <= ny - 0.5)
        if np.count_nonzero(shared) < 6:  # a sliver: use all that can be placed
            shared = np.isfinite(here_x) & np.isfinite(here_y)
            if np.count_nonzero(shared) < 6 or any(
                here[shared].max() < -0.5 or here[shared].min() > n - 0.5
                for here, n in ((here_x, nx), (here_y, ny))
            ):
                raise LightledgerError(NO_OVERLAP)
        design = np.column_stack([x, y, np.ones_like(x)])[shared]
        target = np.column_stack([here_x, here_y])[shared]
        return np.linalg.lstsq(design, target, rcond=None)[0].T.copy()


def _steps(ra: np.ndarray, dec: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Jacobian in the tangent plane by central differences over two pixels, arcsec.

    East and north of one step in x, and of one in y; ``ra, dec`` are of `_CROSS`, along axis 0.
    """
    east = ((ra - ra[0] + 180) % 360 - 180) * np.cos(np.radians(dec[0])) * _ARCSEC
    north = (dec - dec[0]) * _ARCSEC
    dx = np.array([east[1] - east[3], north[1] - north[3]]) / 2
    dy = np.array([east[2] - east[4], north[2] - north[4]]) / 2
    return dx, dy
