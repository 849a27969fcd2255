"""The pixels of one visit around one object: every kind of image, with the coadd behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import DEFAULT_MASK, Control, LightledgerError

from .frames_of import FrameFinder
from .outlines import Outline, outlines_of
from .skyimages import (
    Compass,
    FrameGone,
    coadd_plane,
    compass_of,
    image_of,
    place_on,
    places_on,
    reference_grid,
)

if TYPE_CHECKING:
    from lightledger.frames.parts import FrameFile

    from .reading import Reading

#: Half the side of a cut-out, reference pixels: least and most.
_HALF = (12.0, 120.0)
#: Stars that tell how much brighter a frame is than the coadd, and the fewest that do.
_STARS, _FEWEST = 24, 3
#: What each kind of image is called.
TITLES = {
    "sci": "image",
    "coadd": "coadd",
    "difference": "difference",
    "ratio": "ratio",
    "unc": "1 sigma",
    "std": "scatter",
    "cov": "coverage",
}


@dataclass(frozen=True)
class Patch:
    """One image of a cut-out.

    Attributes
    ----------
    kind : str
        Of `TITLES`.
    data : ndarray of float32, shape (ny, nx)
        nan where there is no value.
    matrix : ndarray of float64, shape (2, 3)
        Pixel (x, y, 1) of the reference to pixel of ``data``.
    unit : str
    level : float
        Background that tones are counted from.
    note : str
        Why there is no picture, or what is to be known of it.
    """

    kind: str
    data: np.ndarray
    matrix: np.ndarray
    unit: str = ""
    level: float = 0.0
    note: str = ""

    @property
    def n_blank(self) -> int:
        """Pixels without a value."""
        return int(np.count_nonzero(~np.isfinite(self.data)))


@dataclass(frozen=True)
class Surroundings:
    """What lies around an object on the reference; the same for all visits.

    Attributes
    ----------
    place : tuple of float
        The object, reference pixels.
    half : float
        Half the side of the cut-out, reference pixels.
    outlines : tuple of Outline
    labels : ndarray of int32, or None
        Piece of the segmentation, its first pixel at ``origin`` (x, y).
    label : int
        The object's own.
    neighbours : ndarray of int64
        Rows of other objects in the cut-out.
    """

    place: tuple[float, float]
    half: float
    outlines: tuple[Outline, ...]
    labels: np.ndarray | None
    origin: tuple[int, int]
    label: int
    neighbours: np.ndarray


@dataclass(frozen=True)
class Cutout:
    """A visit around an object.

    Attributes
    ----------
    index, row : int
        Object; visit in its band's table.
    band : str
    place : tuple of float
        The object on the frame, its 0-based pixels.
    around : Surroundings
    patches : tuple of Patch
    missing : str
        Name of the image when it is nowhere; '' otherwise.
    remarks : tuple of str
        What is wrong with the frames.
    compass : Compass or None
        Of the reference.
    """

    index: int
    row: int
    band: str
    place: tuple[float, float]
    around: Surroundings
    patches: tuple[Patch, ...] = ()
    missing: str = ""
    remarks: tuple[str, ...] = field(default=())
    compass: Compass | None = None


class Cutouts:
    """Makes cut-outs of one field; safe to ask from several threads."""

    def __init__(self, field: Reading, finder: FrameFinder) -> None:
        self._field, self.finder = field, finder
        self._scales: dict[tuple[str, int], tuple[float, int]] = {}

    @cached_property
    def _compass(self) -> Compass | None:
        return compass_of(reference_grid(self._field))

    def of(
        self, index: int, band: str, row: int, measurement: str, *, control: Control | None = None
    ) -> Cutout:
        """Everything there is of a visit around an object.

        Parameters
        ----------
        index : int
            Object, row of the catalogue.
        row : int
            Visit, row of the band's visit table.
        measurement : str
            Whose aperture decides how much is shown.

        Raises
        ------
        Cancelled
            What is wrong with frames is said in the result instead.
        """
        visits = self._field.visits(band)
        matrix = np.asarray(visits["transform"][row], np.float64)
        around = surroundings(self._field, index, band, row, measurement)
        place = place_on(self._field, band, row, index)
        cut = Cutout(index, row, band, place, around, compass=self._compass)
        behind = self._coadd(cut)
        if not (np.isfinite(place).all() and np.isfinite(matrix).all()):
            note = "it is not known where the object is on this frame"
            return replace(cut, patches=behind, remarks=(note,))
        try:
            name, file, doubt = image_of(self._field, self.finder, band, row)
        except FrameGone as error:
            return replace(cut, patches=behind, missing=str(error.file))
        except LightledgerError as error:
            return replace(cut, patches=behind, remarks=(str(error),))
        if control is not None:
            control.check()
        window = _Window.around(place, matrix, around)
        patches, remarks = self._frames(cut, file, window, name.name)
        if doubt:
            remarks.insert(0, f"{name.name}: {doubt}")
        if control is not None:
            control.check()
        made = self._compared(cut, file, window, patches)
        return replace(cut, patches=(*patches, *behind, *made), remarks=tuple(remarks))

    def _frames(
        self, cut: Cutout, image: FrameFile, window: _Window, first: str
    ) -> tuple[list[Patch], list[str]]:
        """What is in the visit's files, the image first; and what cannot be shown."""
        from lightledger.frames.parts import open_frame, read_part

        sky = float(self._field.visits(cut.band)["sky"][cut.row])
        patches, remarks = [], []
        shape = image.planes["sci"].shape
        for frame in self.finder.frames(cut.band, cut.row):
            try:
                if frame.name == first:
                    file = image
                else:
                    path = self.finder.path(frame.name)
                    if path is None:
                        remarks.append(f"{frame.name}: not here any more")
                        continue
                    file = open_frame(path, frame.name, self._field.recipe.measuring.template)
                    if doubt := self.finder.judge(frame, path):
                        remarks.append(f"{frame.name}: {doubt}")
                for kind, plane in file.planes.items():
                    if plane.shape != shape:
                        remarks.append(f"{frame.name}: its {kind} is of another shape")
                        continue
                    data = read_part(file, kind, window.rows, window.columns)
                    level = sky if kind == "sci" and math.isfinite(sky) else 0.0
                    unit = "" if kind == "cov" else file.unit(kind)
                    patches.append(Patch(kind, data, window.matrix, unit, level))
            except LightledgerError as error:
                remarks.append(str(error))
        return patches, remarks

    def _coadd(self, cut: Cutout) -> tuple[Patch, ...]:
        """The coadd in its own pixels."""
        plane = coadd_plane(self._field, cut.band)
        (x, y), half = cut.around.place, cut.around.half
        if plane is None or not (math.isfinite(x) and math.isfinite(y)):
            return ()
        data, (x0, y0) = piece_of(plane, x, y, math.ceil(half) + 1)
        matrix = np.array([[1.0, 0.0, -x0], [0.0, 1.0, -y0]])
        finite = data[np.isfinite(data)]
        level = float(np.median(finite)) if finite.size else 0.0
        return (Patch("coadd", data, matrix, "", level),)

    def _compared(
        self, cut: Cutout, file: FrameFile, window: _Window, patches: list[Patch]
    ) -> tuple[Patch, ...]:
        """The image less the scaled coadd, and the image divided by it."""
        sci = next((p for p in patches if p.kind == "sci"), None)
        flat = coadd_plane(self._field, cut.band, flat=True)
        if sci is None or flat is None:
            return ()
        coadd = sampled(flat, window.matrix, sci.data.shape)
        factor, n_star = self._scale(cut.band, cut.row, file, flat)
        if n_star < _FEWEST:
            note = "too few stars tell how bright the frame is"
            nothing = np.full(sci.data.shape, np.nan, np.float32)
            return (Patch("difference", nothing, window.matrix, sci.unit, note=note),)
        above = sci.data - np.float32(sci.level)
        less = (above - np.float32(factor) * coadd).astype(np.float32)
        words = f"image less its sky less coadd × {factor:.4g}, by {n_star} stars"
        made = [Patch("difference", less, window.matrix, sci.unit, note=words)]
        noise = _noise_of(self._field, cut.band)
        if noise is not None:
            least = self._field.recipe.measuring.ratio_sigma
            with np.errstate(invalid="ignore", divide="ignore"):
                sound = coadd > least * sampled(noise, window.matrix, sci.data.shape, 1)
                ratio = np.where(sound, above / coadd, np.nan).astype(np.float32)
            words = f"image less its sky over coadd, where that is above {least:g} sigma"
            made.append(Patch("ratio", ratio, window.matrix, "", factor, words))
        return tuple(made)

    def _scale(self, band: str, row: int, file: FrameFile, flat: np.ndarray) -> tuple[float, int]:
        """Median of frame over coadd in the cores of bright stars, and how many they were."""
        if (band, row) not in self._scales:
            self._scales[band, row] = _scale_of(self._field, band, row, file, flat)
        return self._scales[band, row]


@dataclass(frozen=True)
class _Window:
    """The part of a frame that a cut-out needs."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    matrix: np.ndarray

    @classmethod
    def around(
        cls, place: tuple[float, float], matrix: np.ndarray, around: Surroundings
    ) -> _Window:
        """The square on the reference, wherever it falls on the frame.

        The matrix is moved so that the object is where it was measured, which on distorted
        frames the best affine one does not say to a pixel.
        """
        linear = matrix[:, :2]
        dx, dy = (math.ceil(around.half * float(np.abs(linear[k]).sum())) + 1 for k in (0, 1))
        x, y = place
        x0, y0 = round(x) - dx, round(y) - dy
        offset = np.array([x - x0, y - y0]) - linear @ np.array(around.place)
        return cls((y0, y0 + 2 * dy + 1), (x0, x0 + 2 * dx + 1), np.column_stack([linear, offset]))


def surroundings(field: Reading, index: int, band: str, row: int, measurement: str) -> Surroundings:
    """What is around an object on the reference, as far as a cut-out shows it."""
    visits = field.visits(band)
    matrix = np.asarray(visits["transform"][row], np.float64)
    scale = math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    fwhm = float(visits["fwhm_px"][row]) / scale if scale > 0 else math.nan
    outlines = outlines_of(field, index, measurement, fwhm)
    x, y = (np.asarray(field.objects[axis], np.float64) for axis in "xy")
    place = float(x[index]), float(y[index])
    reach = 1.35 * max([o.a for o in outlines] or [0.0])
    half = float(np.clip(reach + 4, *_HALF))
    labels, origin = None, (0, 0)
    segmentation = field.reader.reference().get("segmentation")
    if segmentation is not None and math.isfinite(place[0] + place[1]):
        labels, origin = piece_of(segmentation, *place, math.ceil(half) + 1)
    near = (np.abs(x - place[0]) <= half) & (np.abs(y - place[1]) <= half)
    near[index] = False
    label = int(field.objects["label"][index]) if "label" in field.objects else 0
    return Surroundings(place, half, outlines, labels, origin, label, np.flatnonzero(near))


def piece_of(
    plane: np.ndarray, x: float, y: float, half: int
) -> tuple[np.ndarray, tuple[int, int]]:
    """A square about a place, nan (0 for integers) off the plane; and its first pixel (x, y)."""
    ny, nx = plane.shape
    x0, y0 = round(x) - half, round(y) - half
    side = 2 * half + 1
    off = 0 if plane.dtype.kind in "iu" else np.nan
    piece = np.full((side, side), off, plane.dtype.newbyteorder("="))
    c0, c1, r0, r1 = max(x0, 0), min(x0 + side, nx), max(y0, 0), min(y0 + side, ny)
    if c0 < c1 and r0 < r1:
        piece[r0 - y0 : r1 - y0, c0 - x0 : c1 - x0] = plane[r0:r1, c0:c1]
    return piece, (x0, y0)


def sampled(
    plane: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...], order: int = 3
) -> np.ndarray:
    """The reference under the pixels of a patch, by cubic splines; nan off it, float32.

    ``matrix`` is that of the patch. Pixels beside nan are nan.
    """
    from scipy.ndimage import map_coordinates

    from .skyimages import to_reference

    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    x, y = to_reference(matrix, xx, yy)
    x, y = np.round(x, 6), np.round(y, 6)  # on the same grid exactly its pixels
    middle = float((x.min() + x.max()) / 2), float((y.min() + y.max()) / 2)
    half = math.ceil(max(np.ptp(x), np.ptp(y)) / 2) + 12
    local, (x0, y0) = piece_of(plane, *middle, half)
    at = np.array([y - y0, x - x0])
    blank = ~np.isfinite(local)
    off = map_coordinates(blank.astype(np.float32), at, order=1, cval=1.0) > 1e-6
    value: np.ndarray = map_coordinates(np.where(blank, 0, local), at, order=order)
    value[off] = np.nan
    return value.astype(np.float32)


def _noise_of(field: Reading, band: str) -> np.ndarray | None:
    arrays = field.reader.reference()
    found = arrays.get(f"noise_{band}")
    return arrays.get("noise") if found is None else found


def _scale_of(
    field: Reading, band: str, row: int, file: FrameFile, flat: np.ndarray
) -> tuple[float, int]:
    from lightledger.frames.parts import read_part

    objects, names = field.objects, field.reader.measurements(band)
    if "coadd_flux" not in objects or not names:
        return math.nan, 0
    flags = field.reader.planes(names[0])[2]
    bright = np.argsort(-np.nan_to_num(np.asarray(objects["coadd_flux"])), kind="stable")
    usable = bright[~field.blended[bright]][: 8 * _STARS]
    usable = usable[(flags[usable, row] & np.uint16(DEFAULT_MASK)) == 0][:_STARS]
    xs, ys = places_on(field, band, row)
    matrix = np.asarray(field.visits(band)["transform"][row], np.float64)
    fwhm = float(field.visits(band)["fwhm_px"][row])
    radius = 1.2 * (fwhm if math.isfinite(fwhm) else 3.0)
    half = math.ceil(3 * radius)
    ratios = []
    for i in usable:
        if not np.isfinite(xs[i] + ys[i]):
            continue
        x0, y0 = round(float(xs[i])) - half, round(float(ys[i])) - half
        side = 2 * half + 1
        sci = read_part(file, "sci", (y0, y0 + side), (x0, x0 + side))
        moved = matrix - np.array([[0, 0, x0], [0, 0, y0]])
        coadd = sampled(flat, moved, sci.shape)
        yy, xx = np.mgrid[:side, :side]
        away = np.hypot(xx - (xs[i] - x0), yy - (ys[i] - y0))
        sky, core = away > 2 * radius, away <= radius
        with np.errstate(invalid="ignore"):
            light = (sci - np.nanmedian(sci[sky]))[core]
            known = (coadd - np.nanmedian(coadd[sky]))[core]
        if np.isfinite(light).all() and np.isfinite(known).all() and known.sum() > 0:
            ratios.append(float(light.sum() / known.sum()))
    return (float(np.median(ratios)), len(ratios)) if ratios else (math.nan, 0)
