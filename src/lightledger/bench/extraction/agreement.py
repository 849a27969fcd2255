"""Whether all programs gave the same numbers: ours from the staged file against theirs."""

from __future__ import annotations

import numpy as np

from lightledger.frames.read import read_image
from lightledger.ingest.task import VisitTask, reference_of
from lightledger.photometry.background import mesh_background
from lightledger.photometry.cosmics import remove_cosmics
from lightledger.photometry.ratio import ratio_plane
from lightledger.store.staged import read_staged

from .others import RADII, Inputs, Timed

#: Pixels within which a detection of SExtractor is our object at our position.
_SAME_PX = 0.03


def inputs_of(task: VisitTask) -> Inputs:
    """One visit as the others are given it."""
    reference = reference_of(task.reference)
    sci, unc = read_image(task.sci).data, read_image(task.companions["unc"]).data
    bad = ~(np.isfinite(sci) & np.isfinite(unc))
    flat = sci - mesh_background(sci, bad, task.measuring.mesh_px).level
    ratio = ratio_plane(flat, reference.flat, reference.noise, bad, task.measuring.ratio_sigma)
    folder = task.reference.parent / "others"
    folder.mkdir(exist_ok=True)
    x, y = reference.objects["x"], reference.objects["y"]
    return Inputs(folder, np.array(reference.coadd), sci, unc, np.asarray(ratio), x, y)


def agreement(task: VisitTask, inputs: Inputs, timed: Timed) -> str:
    """How well a program's numbers agree with ours, in words; '' where nothing is compared."""
    compare = {
        "sextractor": _with_sextractor,
        "astroscrappy": _with_astroscrappy,
        "photutils": _with_photutils,
    }.get(timed.key)
    return compare(task, inputs, timed) if compare else ""


def _with_sextractor(task: VisitTask, inputs: Inputs, timed: Timed) -> str:
    """A circle of 3 px; SExtractor's sub-pixels, background and treatment of gaps are its own."""
    from scipy.spatial import cKDTree

    seen = timed.seen
    there = np.column_stack([seen["X_IMAGE"] - 1, seen["Y_IMAGE"] - 1])
    distance, index = cKDTree(there).query(np.column_stack([inputs.x, inputs.y]))
    value, _, flags = read_staged(task.out).read("sci-aper_r3")
    column = RADII.index(3.0)
    theirs, sigma = seen["FLUX_APER"][index, column], seen["FLUXERR_APER"][index, column]
    # with neighbours, what is mirrored depends on each program's own segmentation
    alone = reference_of(task.reference).objects["neighbour_fraction"] == 0
    alone &= seen["FLAGS"][index] == 0
    same = (distance < _SAME_PX) & alone & (flags == 0) & np.isfinite(value) & (sigma > 0)
    if same.sum() < 5:
        return "too few objects in common"
    # both in sigma, so that the unit drops out: ours is stored in uJy
    factor = np.median(value[same] / theirs[same])
    off = np.abs(value[same] / factor - theirs[same]) / sigma[same]
    return f"aper_r3 of {same.sum():,} lone objects: 95 % within {np.percentile(off, 95):.2g} sigma"


def _with_astroscrappy(task: VisitTask, inputs: Inputs, timed: Timed) -> str:
    theirs = timed.seen["mask"]
    part = tuple(slice(0, n) for n in theirs.shape)
    sci, unc = inputs.sci[part], inputs.unc[part]
    bad = ~(np.isfinite(sci) & np.isfinite(unc))
    measuring = task.measuring
    ours = remove_cosmics(
        np.where(bad, 0, sci).astype(np.float32),
        np.where(bad, 1, unc).astype(np.float32),
        bad,
        threshold=measuring.cosmic_sigma,
        fraction=measuring.cosmic_fraction,
        contrast=measuring.cosmic_contrast,
        iterations=measuring.cosmic_iterations,
    ).mask
    both = (ours & theirs).sum()
    return f"cosmic pixels: {both / theirs.sum():.1%} of theirs, {both / ours.sum():.1%} of ours"


def _with_photutils(task: VisitTask, inputs: Inputs, timed: Timed) -> str:
    staged = read_staged(task.out)
    some = timed.seen["objects"]
    off = []
    for name, theirs in timed.seen.items():
        if f"ratio-{name}" in staged.measurements:
            ours = staged.read(f"ratio-{name}")[0][some]
            both = np.isfinite(ours) & np.isfinite(theirs)
            off.append(np.abs(ours[both] - theirs[both]) / np.maximum(np.abs(theirs[both]), 1))
    if not off:
        return "nothing in common"
    return f"ratios: 99.9 % within {np.percentile(np.concatenate(off), 99.9):.1g}"
