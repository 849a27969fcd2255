"""A part of a visit's image without its cosmic rays, made by what measured the visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from lightledger.frames.parts import FrameFile

    from .framewindow import Window
    from .reading import Reading

#: A pixel further than this does not decide whether another is a cosmic: medians reach 2 + 5
#: pixels, at most `Measuring.cosmic_iterations` times, 4 as a rule.
_REACH = 32


class CleanPart(NamedTuple):
    """Arrays of the shape of the part.

    Attributes
    ----------
    data : ndarray of float32
        nan where a pixel enters no sum.
    cosmic : ndarray of bool
        Pixels that were replaced.
    """

    data: np.ndarray
    cosmic: np.ndarray


def clean_part(
    field: Reading, band: str, row: int, files: Mapping[str, FrameFile], window: Window
) -> CleanPart | None:
    """What `clean` is measured on, of one visit.

    Parameters
    ----------
    files : mapping of str to FrameFile
        Of the visit, by kind: 'sci', and 'unc', 'cov' where there are.

    Returns
    -------
    CleanPart or None
        The same pixels as of the whole frame; None where the noise is not known, by which
        cosmics are told.

    Raises
    ------
    LightledgerError
        A file cannot be read.
    """
    from lightledger.frames.parts import read_part
    from lightledger.frames.setups import detector_of
    from lightledger.photometry.apertures import NO_PLANE
    from lightledger.photometry.images import Planes, noise_of, prepare, without_cosmics
    from lightledger.photometry.sky import Sky
    from lightledger.photometry.spec import MeasureSpec

    file = files["sci"]
    image = file.planes["sci"]
    (y0, y1), (x0, x1) = window.rows, window.columns
    rows = max(y0 - _REACH, 0), min(y1 + _REACH, image.shape[0])
    columns = max(x0 - _REACH, 0), min(x1 + _REACH, image.shape[1])
    sci, sigma, coverage = (
        read_part(files[kind], kind, rows, columns) if kind in files else None
        for kind in ("sci", "unc", "cov")
    )
    assert sci is not None
    visits, measuring = field.visits(band), field.recipe.measuring
    cards = image.hdu.cards.over(file.first.cards)
    exposure = float(visits["exposure_s"][row]) / image.n_sub
    detector = detector_of(cards, file.unit("sci"), exposure, image.n_sub)
    spec = MeasureSpec(
        measuring,
        gain=measuring.gain or detector.gain or 0.0,
        read_noise=measuring.read_noise or detector.read_noise or 0.0,
    )
    visit = prepare(Planes(sci, sigma, coverage))
    level, scatter = float(visits["sky"][row]), float(visits["sky_rms"][row])
    noise = noise_of(visit, Sky(level, scatter, NO_PLANE, *(np.empty(0),) * 4), spec)
    if not noise.size:
        return None
    clean, _ = without_cosmics(visit, noise, spec)
    part = slice(y0 - rows[0], y1 - rows[0]), slice(x0 - columns[0], x1 - columns[0])
    data = clean.images[1][part].copy()
    data[clean.bad[part]] = np.nan
    return CleanPart(data, clean.cosmic[part].copy())
