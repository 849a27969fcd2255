"""The pixels of one visit around one object: every kind of image, with the coadd behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import Control, LightledgerError, counted

from .cleaned import clean_part
from .frames_of import FrameFinder
from .framescale import sampled, scale_of
from .framewindow import Window
from .skyimages import (
    IDENTITY,
    UNKNOWN_UNIT,
    Compass,
    FrameGone,
    coadd_plane,
    coadd_unit,
    compass_of,
    image_of,
    matrix_of,
    place_on,
    reference_grid,
)
from .surroundings import Surroundings, surroundings

if TYPE_CHECKING:
    from lightledger.frames.parts import FrameFile

    from .reading import Reading

#: Stars that must tell how much brighter a frame is than the coadd.
_FEWEST = 3
#: What each kind of image is called.
TITLES = {
    "sci": "image",
    "clean": "clean",
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
    marked : ndarray of bool, shape (ny, nx), or None
        Pixels that are not as observed.
    """

    kind: str
    data: np.ndarray
    matrix: np.ndarray
    unit: str = ""
    level: float = 0.0
    note: str = ""
    marked: np.ndarray | None = None

    @property
    def n_blank(self) -> int:
        """Pixels without a value."""
        return int(np.count_nonzero(~np.isfinite(self.data)))


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


def prepare() -> None:
    """Load what cut-outs are made with; half a second at first."""
    import scipy.ndimage  # noqa: F401

    import lightledger.frames.parts
    import lightledger.photometry.images
    import lightledger.photometry.kernels.cosmics
    import lightledger.photometry.kernels.laplacian  # noqa: F401


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
        matrix = matrix_of(self._field, band, row)
        around = surroundings(self._field, index, band, row, measurement)
        place = place_on(self._field, band, row, index)
        cut = Cutout(index, row, band, place, around, compass=self._compass)
        behind = self._coadd(cut)
        if matrix is None or not np.isfinite(place).all():
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
        window = Window.around(place, matrix, around).on(file.planes["sci"].shape)
        if window is None:
            note = "the object is outside this frame"
            return replace(cut, patches=behind, remarks=(note,))
        patches, remarks, files = self._frames(cut, file, window, name.name)
        patches += self._clean(cut, files, window, remarks)
        if doubt:
            remarks.insert(0, f"{name.name}: {doubt}")
        if control is not None:
            control.check()
        made = self._compared(cut, file, window, patches, remarks)
        return replace(cut, patches=(*patches, *behind, *made), remarks=tuple(remarks))

    def _frames(
        self, cut: Cutout, image: FrameFile, window: Window, first: str
    ) -> tuple[list[Patch], list[str], dict[str, FrameFile]]:
        """What is in the visit's files, the image first; what cannot be shown; files by kind."""
        from lightledger.frames.parts import open_frame, read_part

        sky = float(self._field.visits(cut.band)["sky"][cut.row])
        patches, remarks, files = [], [], {}
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
                    unit = "" if kind == "cov" else file.unit(kind) or UNKNOWN_UNIT
                    patches.append(Patch(kind, data, window.matrix, unit, level))
                    files[kind] = file
            except LightledgerError as error:
                remarks.append(str(error))
        return patches, remarks, files

    def _clean(
        self, cut: Cutout, files: dict[str, FrameFile], window: Window, remarks: list[str]
    ) -> list[Patch]:
        """The image without cosmic rays, where they can be told."""
        sci = files.get("sci")
        try:
            part = clean_part(self._field, cut.band, cut.row, files, window) if sci else None
        except LightledgerError as error:
            remarks.append(str(error))
            return []
        if part is None or sci is None:
            return []
        sky = float(self._field.visits(cut.band)["sky"][cut.row])
        n = int(np.count_nonzero(part.cosmic))
        words = f"without cosmic rays: {counted(n, 'pixel')} replaced"
        level = sky if math.isfinite(sky) else 0.0
        unit = sci.unit("sci") or UNKNOWN_UNIT
        return [Patch("clean", part.data, window.matrix, unit, level, words, part.cosmic)]

    def _coadd(self, cut: Cutout) -> tuple[Patch, ...]:
        """The coadd in its own pixels."""
        plane = coadd_plane(self._field, cut.band)
        around = cut.around
        if plane is None or not np.isfinite(around.place).all():
            return ()
        window = Window.around(around.place, IDENTITY, around).on((plane.shape[0], plane.shape[1]))
        if window is None:
            return ()
        data = np.array(plane[slice(*window.rows), slice(*window.columns)])
        matrix = window.matrix
        finite = data[np.isfinite(data)]
        level = float(np.median(finite)) if finite.size else 0.0
        return (Patch("coadd", data, matrix, coadd_unit(self._field, cut.band), level),)

    def _compared(
        self,
        cut: Cutout,
        file: FrameFile,
        window: Window,
        patches: list[Patch],
        remarks: list[str],
    ) -> tuple[Patch, ...]:
        """The image less the scaled coadd, and the image divided by it."""
        sci = next((p for p in patches if p.kind == "sci"), None)
        flat = coadd_plane(self._field, cut.band, flat=True)
        if sci is None or flat is None:
            return ()
        coadd = sampled(flat, window.matrix, sci.data.shape)
        factor, n_star = self._scale(cut.band, cut.row, file, flat)
        if n_star < _FEWEST:
            remarks.append("no difference: too few stars tell how bright this frame is")
            return ()
        above = sci.data - np.float32(sci.level)
        less = (above - np.float32(factor) * coadd).astype(np.float32)
        words = f"image less its sky less coadd × {factor:.4g}, by {counted(n_star, 'star')}"
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
            self._scales[band, row] = scale_of(self._field, band, row, file, flat)
        return self._scales[band, row]


def _noise_of(field: Reading, band: str) -> np.ndarray | None:
    arrays = field.reader.reference()
    found = arrays.get(f"noise_{band}")
    return arrays.get("noise") if found is None else found
