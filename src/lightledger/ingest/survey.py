"""A first look at frames: stars, seeing and sky, before anything is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Control, LightledgerError, Progress, Report, silent
from lightledger.frames.frame import Frame
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import match_stars
from lightledger.frames.read import read_image
from lightledger.photometry.background import mesh_background
from lightledger.photometry.stars import Stars, find_stars, median_fwhm

from .submit import Submitter
from .wcscheck import AGREED, Correction, correction_of


@dataclass(frozen=True)
class Look:
    """What one frame looks like.

    Attributes
    ----------
    frame : Frame
    stars : Stars
        Brightest first, pixels of the frame.
    fwhm_px, sky, sky_rms : float
        Median FWHM of the stars; background and its scatter per pixel, unit of the frame.
    grid_text : str
        Its WCS as text; '' without one.
    """

    frame: Frame
    stars: Stars
    fwhm_px: float
    sky: float
    sky_rms: float
    grid_text: str


def look_at(frame: Frame) -> Look:
    """Find the stars of one frame."""
    image = read_image(frame)
    bad = ~np.isfinite(image.data)
    background = mesh_background(image.data, bad)
    stars = find_stars(image.data, bad)
    grid = SkyGrid.from_header(image.header, frame.shape) if frame.has_wcs else None
    return Look(
        frame,
        stars,
        median_fwhm(stars),
        background.median,
        background.rms,
        grid.header_text() if grid else "",
    )


def survey(
    frames: Sequence[Frame],
    submitter: Submitter,
    control: Control,
    report: Report = silent,
) -> list[Look]:
    """Look at several frames, in the order given; frames that cannot be read are left out."""
    futures = [submitter.submit(_look_or_none, frame, control) for frame in frames]
    looks = []
    for n, future in enumerate(futures, 1):
        look = future.result()
        if look is not None:
            looks.append(look)
        report(Progress("looking at the frames", n, len(frames)))
    control.check()
    return looks


def _look_or_none(frame: Frame, control: Control) -> Look | None:
    if control.cancelled:
        return None
    try:
        return look_at(frame)
    except Exception:  # a frame that cannot be read is refused by name when it is measured
        return None


def spread(frames: Sequence[Frame], n: int) -> list[Frame]:
    """At most ``n`` of the frames, evenly spread, the first always among them."""
    if len(frames) <= n:
        return list(frames)
    return [frames[i] for i in np.unique(np.linspace(0, len(frames) - 1, n).round().astype(int))]


@dataclass(frozen=True)
class Way:
    """From pixels of the reference frame to those of another.

    Attributes
    ----------
    matrix : ndarray of float64, shape (2, 3)
        Affine.
    correction : Correction
        Of the frame's WCS, where both have one.
    """

    matrix: np.ndarray
    correction: Correction = AGREED


def ways(looks: Sequence[Look], reference: Look) -> list[Way | None]:
    """The way from a reference frame to each of the others; None where stars do not match."""
    base = (
        SkyGrid.from_text(reference.grid_text, reference.frame.shape)
        if reference.grid_text
        else None
    )
    return [_way(look, reference, base) for look in looks]


def _way(look: Look, reference: Look, base: SkyGrid | None) -> Way | None:
    if look is reference:
        return Way(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    s, r = look.stars, reference.stars
    try:
        if base is None or not look.grid_text:
            return Way(match_stars(s.x, s.y, r.x, r.y).matrix)
        grid = SkyGrid.from_text(look.grid_text, look.frame.shape)
        off = correction_of(s, grid, base, r.x, r.y)
        if off.match is not None:
            return Way(off.match.matrix, off)
        shift = np.array([[0.0, 0.0, off.dx], [0.0, 0.0, off.dy]])
        return Way(grid.affine_from(base) + shift, off)
    except LightledgerError:
        return None


def choose_reference(looks: Sequence[Look]) -> tuple[Look, list[Way | None]]:
    """The earliest frame that most of the others match, and how they match it.

    Its pixels are the reference grid, so positions can be checked against a file one can name.
    Frames with a WCS are asked first: theirs gives every object its place on the sky; one whose WCS
    most of the others contradict is not taken.
    """
    typical = float(np.median([look.stars.x.size for look in looks]))
    best: tuple[Look, list[Way | None]] | None = None
    most = (-1, -1)
    for look in sorted(looks, key=lambda look: not look.grid_text)[:8]:
        if look.stars.x.size < 0.5 * typical:
            continue
        found = ways(looks, look)
        reached = [way for way in found if way is not None]
        n = sum(not way.correction.needed for way in reached), len(reached)
        if n > most:
            best, most = (look, found), n
        if n[0] >= 0.9 * len(looks):
            break
    if best is None:
        best = (looks[0], ways(looks, looks[0]))
    return best
