"""Images of a field to look at: the coadd of the store, and the frames of its visits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import Control, LightledgerError

if TYPE_CHECKING:
    from lightledger.frames.grid import SkyGrid
    from lightledger.frames.parts import FrameFile

    from .frames_of import FrameFinder, NamedFrame
    from .reading import Reading

UNKNOWN_UNIT = "image units"
UNPLACED = "it is not known where this frame lies on the sky"
IDENTITY = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


class FrameGone(LightledgerError):
    """A frame is nowhere; a person may know where it is. ``file`` is its name in the store."""


@dataclass(frozen=True)
class SkyImage:
    """One image and where its pixels are.

    Attributes
    ----------
    title : str
    data : ndarray of float32, shape (ny, nx)
    matrix : ndarray of float64, shape (2, 3)
        Pixel (x, y, 1) of the reference to pixel of this image.
    grid : SkyGrid or None
        Of its own pixels, for one thread alone; None without a WCS.
    unit : str
        '' unknown.
    note : str
        What is to be known of it.
    """

    title: str
    data: np.ndarray
    matrix: np.ndarray
    grid: SkyGrid | None = None
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Compass:
    """Directions and scale on the reference.

    Attributes
    ----------
    north, east : tuple of float
        Reference pixels per arcsec, in x and y.
    """

    north: tuple[float, float]
    east: tuple[float, float]

    @property
    def arcsec_per_px(self) -> float:
        (a, b), (c, d) = self.north, self.east
        return 1.0 / math.sqrt(abs(a * d - b * c))


def coadd_bands(field: Reading) -> tuple[str, ...]:
    """Bands of which the store keeps a coadd, that of the reference first; () for none."""
    arrays = field.reader.reference()
    first = str(field.reader.attributes_of_store.get("reference_band", ""))
    others = [name.removeprefix("flat_") for name in arrays if name.startswith("flat_")]
    return ((first,) if "coadd" in arrays else ()) + tuple(b for b in sorted(others) if b != first)


def coadd_plane(field: Reading, band: str, flat: bool = False) -> np.ndarray | None:
    """The coadd behind the frames of a band, a view on the store.

    Parameters
    ----------
    flat : bool
        Without its background, as visits are divided by it; that of bands other than the
        reference's is always.
    """
    arrays = field.reader.reference()
    if f"flat_{band}" in arrays:
        return arrays[f"flat_{band}"]
    return arrays.get("flat" if flat else "coadd")


def reference_grid(field: Reading) -> SkyGrid | None:
    """The WCS of the reference; a new one at each call, for one thread alone."""
    from lightledger.frames.grid import SkyGrid

    text = str(field.reader.attributes_of_store.get("reference_wcs", ""))
    plane = field.reader.reference().get("coadd")
    if not text or plane is None:
        return None
    ny, nx = plane.shape
    return SkyGrid.from_text(text, (ny, nx))


def coadd_unit(field: Reading, band: str) -> str:
    """Unit of a band's coadd; of bands other than the reference's it is not known."""
    first = str(field.reader.attributes_of_store.get("reference_band", ""))
    known = str(field.reader.object_units.get("coadd_flux", "")) if band == first else ""
    return known or UNKNOWN_UNIT


def coadd_image(field: Reading, band: str) -> SkyImage:
    """The coadd of a band.

    Raises
    ------
    LightledgerError
        The store keeps none.
    """
    plane = coadd_plane(field, band)
    if plane is None or band not in coadd_bands(field):
        raise LightledgerError("this store keeps no coadd", field.path)
    first = coadd_bands(field)[0]
    note = "" if band == first else "without its background"
    unit = coadd_unit(field, band)
    return SkyImage(f"coadd {band}", plane, IDENTITY, reference_grid(field), unit, note)


def compass_of(grid: SkyGrid | None) -> Compass | None:
    """Where north and east are in the middle of an image; None without a WCS."""
    if grid is None:
        return None
    ny, nx = grid.shape
    x, y = (nx - 1) / 2, (ny - 1) / 2
    ra, dec = grid.centre
    step = grid.pixel_scale_arcsec / 3600.0
    there_ra = np.array([ra, ra + step / math.cos(math.radians(dec))])
    px, py = grid.to_pixel(there_ra, np.array([dec + step, dec]))
    dx, dy = (px - x) / (step * 3600), (py - y) / (step * 3600)
    if not (np.isfinite(dx).all() and np.isfinite(dy).all()):
        return None
    return Compass((float(dx[0]), float(dy[0])), (float(dx[1]), float(dy[1])))


def image_of(
    field: Reading, finder: FrameFinder, band: str, row: int
) -> tuple[NamedFrame, FrameFile, str]:
    """The image of a visit: its name, its file, and what is wrong with the file's identity.

    Raises
    ------
    FrameGone
        The visit has no frame here.
    LightledgerError
        It cannot be read.
    """
    from lightledger.frames.parts import open_frame

    names = finder.frames(band, row)
    if not names:
        raise LightledgerError("the store does not say which frame this visit is from")
    path = finder.path(names[0].name)
    if path is None:
        raise FrameGone("this visit has no frame here any more", names[0].name)
    file = open_frame(path, names[0].name, field.recipe.measuring.template, names[0].row)
    if "sci" not in file.planes:
        raise LightledgerError("holds no image", names[0].name)
    return names[0], file, finder.judge(names[0], path)


def visit_image(
    field: Reading, finder: FrameFinder, band: str, row: int, *, control: Control | None = None
) -> SkyImage:
    """The whole image of a visit, as it was measured (no background taken off).

    Parameters
    ----------
    row : int
        Of the visit table.

    Raises
    ------
    LightledgerError
        Its frame is not here, or cannot be read.
    Cancelled
    """
    from lightledger.frames.grid import SkyGrid
    from lightledger.frames.parts import read_part

    _, file, doubt = image_of(field, finder, band, row)
    if control is not None:
        control.check()
    shape = file.planes["sci"].shape
    data = read_part(file, "sci", (0, shape[0]), (0, shape[1]))
    grid = SkyGrid.from_header(file.header("sci"), shape)
    title = f"{field.visits(band)['visit'][row]} {band}"
    matrix = matrix_of(field, band, row)
    notes = [doubt] * bool(doubt) + [UNPLACED] * (matrix is None)
    matrix = IDENTITY if matrix is None else matrix
    unit = file.unit("sci") or UNKNOWN_UNIT
    return SkyImage(title, data, matrix, grid, unit, ", ".join(notes))


def matrix_of(field: Reading, band: str, row: int) -> np.ndarray | None:
    """Reference pixel (x, y, 1) to pixel of a visit's frame, float64 (2, 3); None: not known."""
    matrix = np.asarray(field.visits(band)["transform"][row], np.float64)
    return matrix if np.isfinite(matrix).all() and side_of(matrix) > 0 else None


def side_of(matrix: np.ndarray) -> float:
    """Frame pixels in a reference pixel, along a side; nan where the matrix is."""
    (a, b), (c, d) = matrix[:, :2].tolist()
    return math.sqrt(abs(a * d - b * c))


def places_on(field: Reading, band: str, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Where all objects are on a visit's frame, its 0-based pixels, float64 (n_object,)."""
    x, y = (np.asarray(field.objects[axis], np.float64) for axis in "xy")
    matrix = field.visits(band)["transform"][row]
    stored = field.reader.stored_planes(band)
    return tuple(  # type: ignore[return-value]
        np.asarray(field.reader.object_plane(band, axis)[:, row], np.float64)
        if axis in stored
        else matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2]
        for k, axis in enumerate("xy")
    )


def place_on(field: Reading, band: str, row: int, index: int) -> tuple[float, float]:
    """Where one object is on a visit's frame; nan where that is not known."""
    x, y = (float(field.objects[axis][index]) for axis in "xy")
    matrix = field.visits(band)["transform"][row]
    stored = field.reader.stored_planes(band)
    found = (
        float(field.reader.object_plane(band, axis)[index, row])
        if axis in stored
        else float(matrix[k] @ (x, y, 1.0))
        for k, axis in enumerate("xy")
    )
    return next(found), next(found)


def to_reference(matrix: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of an image as pixels of the reference, by the inverse of its matrix."""
    back = np.linalg.inv(matrix[:, :2])
    dx, dy = x - matrix[0, 2], y - matrix[1, 2]
    return back[0, 0] * dx + back[0, 1] * dy, back[1, 0] * dx + back[1, 1] * dy
