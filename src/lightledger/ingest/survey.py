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

#: Fewer common stars than this are no match.
FEWEST_STARS = 3


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


def matches(looks: Sequence[Look], reference: Look) -> list[np.ndarray | None]:
    """Affine matrices (2, 3), reference pixel to frame pixel; None where stars do not match."""
    base = (
        SkyGrid.from_text(reference.grid_text, reference.frame.shape)
        if reference.grid_text
        else None
    )
    return [_match(look, reference, base) for look in looks]


def _match(look: Look, reference: Look, base: SkyGrid | None) -> np.ndarray | None:
    if look is reference:
        return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    try:
        if base is not None and look.grid_text:
            return SkyGrid.from_text(look.grid_text, look.frame.shape).affine_from(base)
        s, r = look.stars, reference.stars
        return match_stars(s.x, s.y, r.x, r.y).matrix
    except LightledgerError:
        return None


def choose_reference(looks: Sequence[Look]) -> tuple[Look, list[np.ndarray | None]]:
    """The earliest frame that most of the others match, and how they match it.

    Its pixels are the reference grid, so positions can be checked against a file one can name.
    Frames with a WCS are asked first: theirs gives every object its place on the sky.
    """
    typical = float(np.median([look.stars.x.size for look in looks]))
    best: tuple[Look, list[np.ndarray | None]] | None = None
    for look in sorted(looks, key=lambda look: not look.grid_text)[:8]:
        if look.stars.x.size < 0.5 * typical:
            continue
        found = matches(looks, look)
        n = sum(m is not None for m in found)
        if best is None or n > sum(m is not None for m in best[1]):
            best = (look, found)
        if n >= 0.9 * len(looks):
            break
    if best is None:
        best = (looks[0], matches(looks, looks[0]))
    return best
