"""What a folder of images holds: frames, what was left out and what was refused.

Plain frozen dataclasses of numbers and texts, so that they travel to worker processes as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

from lightledger.domain import Problem

#: Kinds of a frame: the image, its 1-sigma map, scatter of its inputs, frames per pixel.
KINDS: tuple[str, ...] = ("sci", "unc", "std", "cov")


@dataclass(frozen=True)
class FrameTime:
    """When a frame was exposed.

    Attributes
    ----------
    mjd_utc_start, mjd_utc_mid, mjd_utc_end : float
        MJD, UTC, at the observer.
    exposure_s : float
        Summed exposure time, seconds; nan where the header gives none.
    note : str
        Which keywords gave the time, and those that disagree.
    """

    mjd_utc_start: float
    mjd_utc_mid: float
    mjd_utc_end: float
    exposure_s: float
    note: str = ""


@dataclass(frozen=True)
class Observer:
    """Where the observer was in the middle of a frame.

    Attributes
    ----------
    x_km, y_km, z_km : float
        Barycentric, ICRS, km.
    tdb_minus_utc_s : float
        TDB - UTC, seconds.
    note : str
        Where the position comes from.
    site : tuple of float or None
        Longitude (degrees, east positive), latitude (degrees), height (m); None in space and where
        it is not known.
    """

    x_km: float
    y_km: float
    z_km: float
    tdb_minus_utc_s: float
    note: str = ""
    site: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Circumstances:
    """How a frame came about, column by column of the visit table (`lightledger.domain.visits`).

    Attributes
    ----------
    phase : str
        'cryogenic' or 'warm'; '' of other missions.
    frame_time_s : float
        Of one exposure; nan unknown.
    aorkey, creator : str
        Observation request and pipeline; '' unknown.
    """

    phase: str = ""
    frame_time_s: float = math.nan
    aorkey: str = ""
    creator: str = ""


@dataclass(frozen=True)
class Cell:
    """A frame that is no image of a file but a cell of one of its tables.

    Attributes
    ----------
    row : int
        0-based.
    flags : int
        `lightledger.domain.Flag` that its quality bits mean, for every object on it.
    note : str
        Names of these bits; '' without.
    sky_removed : bool
        The background was taken off by those who made the file.
    """

    row: int
    flags: int = 0
    note: str = ""
    sky_removed: bool = False


@dataclass(frozen=True)
class Frame:
    """One usable image of a visit and band.

    Attributes
    ----------
    path, name : str
        Absolute path; name relative to the dropped folder ('/' between parts; prefixed by the
        folder's name when several were dropped).
    hdu : int
        Index of the HDU that holds the image.
    visit, band, band_original, kind : str
        ``kind`` is one of `KINDS`; ``band`` is cleaned, ``band_original`` as found.
    shape : tuple of int
        (ny, nx) of the 2-D image.
    n_sub : int
        Sub-frames of a cube; 1 for a plain image.
    size, mtime_ns : int
        Of the file, to tell whether it changed.
    time, observer : FrameTime, Observer or None
        None only for kinds other than 'sci'.
    setup : str
        Instrument, phase, frame time and calibration; a change of it is a step.
    unit : str
        BUNIT as found, trimmed; '' where unknown.
    pointing : tuple of float or None
        Right ascension and declination that the header states, degrees; None where unknown.
    object_name : str
        OBJECT of the header.
    saturate, gain, read_noise : float or None
        In the unit of the frame; electrons per unit; electrons.
    airmass_header : float
        nan where unknown.
    has_wcs : bool
        The header has a usable celestial WCS (after repair).
    notes : tuple of str
        Remarks: what was repaired, chosen or assumed.
    circumstances : Circumstances
    cell : Cell or None
        Where it is in the table of a target-pixel file; None of images.
    """

    path: str
    name: str
    hdu: int
    visit: str
    band: str
    band_original: str
    kind: str
    shape: tuple[int, int]
    n_sub: int
    size: int
    mtime_ns: int
    time: FrameTime | None
    observer: Observer | None
    setup: str
    unit: str
    pointing: tuple[float, float] | None
    object_name: str
    saturate: float | None
    gain: float | None
    read_noise: float | None
    airmass_header: float
    has_wcs: bool
    notes: tuple[str, ...] = ()
    circumstances: Circumstances = Circumstances()
    cell: Cell | None = None

    @property
    def full_name(self) -> str:
        """Name of the file and, of a cell, its row: 'kplr012644769_lpd-targ.fits#12'."""
        return self.name if self.cell is None else f"{self.name}#{self.cell.row}"

    @property
    def value_exposure_s(self) -> float:
        """Seconds that one pixel value stands for: of one sub-frame, as a cube is averaged."""
        return float("nan") if self.time is None else self.time.exposure_s / self.n_sub


@dataclass(frozen=True)
class LeftOut:
    """A file that was understood and is not measured: a bias, a copy, a coadd."""

    name: str
    reason: str


@dataclass(frozen=True)
class Inventory:
    """Everything found in the dropped folders.

    ``n_files == n_used + len(left_out) + n_refused``: every FITS file found is in one of them. One
    file may give several frames (a multi-extension file), hence the counts are of files.

    Attributes
    ----------
    roots : tuple of str
        The folders.
    template : str
        The file-name template that was used.
    frames : tuple of Frame
        Used ones, sorted by band, time, visit, kind.
    left_out : tuple of LeftOut
        One per file.
    problems : tuple of Problem
        Refused files (severity 'refused') and remarks (severity 'note').
    coadds, weights, segmentations, catalogues : dict of str to str
        Band to path of the deep stack, its weight map, its segmentation, its catalogue.
    n_files, n_used, n_refused : int
        Counts of files.
    n_ignored : int
        Files of other kinds (texts, pictures, hidden ones), which were not looked at.
    """

    roots: tuple[str, ...]
    template: str
    frames: tuple[Frame, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]
    coadds: dict[str, str] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    segmentations: dict[str, str] = field(default_factory=dict)
    catalogues: dict[str, str] = field(default_factory=dict)
    n_files: int = 0
    n_used: int = 0
    n_refused: int = 0
    n_ignored: int = 0

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands with at least one image, sorted."""
        return tuple(sorted({frame.band for frame in self.frames if frame.kind == "sci"}))

    def sci(self, band: str) -> tuple[Frame, ...]:
        """Images of a band, in order of time."""
        return tuple(f for f in self.frames if f.kind == "sci" and f.band == band)

    def companions(self, frame: Frame) -> dict[str, Frame]:
        """The other kinds of the visit and band of ``frame``, by kind."""
        found = self._by_visit.get((frame.band, frame.visit), {})
        return {kind: other for kind, other in found.items() if kind != frame.kind}

    @cached_property
    def _by_visit(self) -> dict[tuple[str, str], dict[str, Frame]]:
        table: dict[tuple[str, str], dict[str, Frame]] = {}
        for frame in self.frames:
            table.setdefault((frame.band, frame.visit), {})[frame.kind] = frame
        return table
