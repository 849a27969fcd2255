"""Frames without a WCS: which star is which, by the shapes of triangles.

Triangles of neighbouring stars keep their shape under shift, rotation, scale and mirroring. Those
that look alike in two lists each propose a similarity; proposals that agree are tried on all
stars; the best is refined to an affine matrix and accepted only when chance cannot explain it.
The idea is that of Groth (1986, AJ 91, 1244) and of astroalign (Beroiz et al. 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError, counted

from .triangles import best_voted, proposals_of, similarities

#: Fewer stars than this are never matched.
MIN_STARS = 5
#: A matched pair may be this far apart before the refinement, pixels of the frame.
_NEAR_PX = 3.0
#: Highest believable chance that a match is accidental, over all proposals tried.
_MAX_CHANCE = 1e-4


class MatchError(LightledgerError):
    """The stars of a frame could not be identified; the message says why."""


@dataclass(frozen=True)
class Match:
    """How pixels of the reference map to pixels of a frame.

    Attributes
    ----------
    matrix : ndarray of float64, shape (2, 3)
        ``frame = matrix[:, :2] @ reference + matrix[:, 2]``.
    rms_px : float
        Root mean square distance of the matched stars, in pixels of the frame.
    n_matched : int
        Stars that agree.
    mirrored : bool
        Whether the frame is a mirror image of the reference.
    """

    matrix: np.ndarray
    rms_px: float
    n_matched: int
    mirrored: bool = False


def apply_affine(matrix: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions through an affine matrix of shape (2, 3)."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    return (
        matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2],
        matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2],
    )


def match_stars(
    x: np.ndarray,
    y: np.ndarray,
    x_ref: np.ndarray,
    y_ref: np.ndarray,
    *,
    n_brightest: int = 60,
    max_scale: float = 1.08,
    mirror: bool = True,
) -> Match:
    """Identify the stars of a frame with those of a reference.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Stars of the frame, brightest first; spurious ones are borne with.
    x_ref, y_ref : ndarray of float64, shape (m,)
        Stars of the reference, brightest first.
    n_brightest : int
        Stars of either list from which triangles are made; the refinement uses all.
    max_scale : float
        Largest ratio of the pixel scales, either way.
    mirror : bool
        Whether a mirror image is allowed.

    Returns
    -------
    Match

    Raises
    ------
    MatchError
        Too few stars, no common pattern, or an agreement that chance could explain.
    """
    frame, reference = _points(x, y), _points(x_ref, y_ref)
    for stars, where in ((frame, "in the frame"), (reference, "in the reference")):
        if len(stars) < MIN_STARS:
            raise MatchError(
                f"{counted(len(stars), 'star')} found {where}, matching needs {MIN_STARS}"
            )
    near = min(_NEAR_PX, 0.25 * _typical_distance(frame))
    proposals = proposals_of(frame[:n_brightest], reference[:n_brightest], max_scale, mirror)
    if not len(proposals):
        raise MatchError("no pattern of stars is common to the frame and the reference")

    tree, bright = cKDTree(frame), reference[:n_brightest]
    best, best_chance = None, math.inf
    for matrix in best_voted(proposals, reference, near):
        found = _refine(matrix, frame, tree, reference, bright, near)
        if found is None or not _believable(found.matrix, max_scale, mirror):
            continue
        chance = _chance(found, frame, reference) + math.log10(len(proposals))
        if chance < best_chance:
            best, best_chance = found, chance
        if chance < -12:
            break
    if best is None or best_chance > math.log10(_MAX_CHANCE):
        n = 0 if best is None else best.n_matched
        raise MatchError(
            f"the star patterns do not agree: at best {n} of {min(len(frame), len(reference))} "
            "stars coincide, as chance would have it",
            advice="the frame may show another field, be trailed, or have too few stars",
        )
    return best


@dataclass(frozen=True)
class Shift:
    """Common offset of two lists of the same places, pixels; nan without common stars."""

    dx: float
    dy: float
    n_common: int


def common_shift(
    x: np.ndarray, y: np.ndarray, x_ref: np.ndarray, y_ref: np.ndarray, near_px: float = 4.0
) -> Shift:
    """How far stars of a frame lie, in the median, from where a catalogue puts them.

    For catalogues and WCS that disagree by a little. The peak of the histogram of all offsets up
    to ``near_px``, then the median of those within a pixel of it.

    Returns
    -------
    Shift
        To be added to ``x_ref``, ``y_ref``.
    """
    here, there = _points(x, y), _points(x_ref, y_ref)
    if not len(here) or not len(there):
        return Shift(math.nan, math.nan, 0)
    pairs = cKDTree(there).sparse_distance_matrix(cKDTree(here), near_px, output_type="ndarray")
    offsets = here[pairs["j"]] - there[pairs["i"]]
    if not len(offsets):
        return Shift(math.nan, math.nan, 0)
    tree = cKDTree(offsets)
    peak = offsets[int(np.argmax(tree.query_ball_point(offsets, 0.7, return_length=True)))]
    group = offsets[np.hypot(*(offsets - peak).T) <= 1.0]
    dx, dy = np.median(group, axis=0)
    return Shift(float(dx), float(dy), len(group))


def _points(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    points = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    return points[np.isfinite(points).all(axis=1)]


def _typical_distance(points: np.ndarray) -> float:
    """Median distance to the nearest neighbour."""
    return float(np.median(cKDTree(points).query(points, k=2)[0][:, 1]))


def _refine(
    matrix: np.ndarray,
    frame: np.ndarray,
    tree: cKDTree,
    reference: np.ndarray,
    bright: np.ndarray,
    near: float,
) -> Match | None:
    """Pair, fit, pair again closer: first the bright stars, then all."""
    mirrored = bool(np.linalg.det(matrix[:, :2]) < 0)
    for source, reach, affine in (
        (bright, 4.0 * near, False),
        (bright, 2.0 * near, False),
        (bright, near, False),
        (reference, near, True),
        (reference, near, True),
    ):
        pairs = _pairs(matrix, tree, source, reach)
        if len(pairs) < 4:
            return None
        matrix = _fit(source[pairs[:, 0]], frame[pairs[:, 1]], mirrored, affine)
    # Clip what the scatter of the others does not allow, then count.
    for _ in range(6):
        pairs = _pairs(matrix, tree, reference, near)
        if len(pairs) < 4:
            return None
        apart = _apart(matrix, reference[pairs[:, 0]], frame[pairs[:, 1]])
        allowed = max(3.0 * 1.2 * float(np.median(apart)), 0.05)
        kept = pairs[apart <= allowed]
        if len(kept) < 4:
            return None
        matrix = _fit(reference[kept[:, 0]], frame[kept[:, 1]], mirrored, True)
    apart = _apart(matrix, reference[kept[:, 0]], frame[kept[:, 1]])
    return Match(matrix, float(np.sqrt(np.mean(apart**2))), len(kept), mirrored)


def _pairs(matrix: np.ndarray, tree: cKDTree, source: np.ndarray, reach: float) -> np.ndarray:
    """Indices (n, 2) of reference and frame stars that are each other's nearest."""
    placed = np.column_stack(apply_affine(matrix, source[:, 0], source[:, 1]))
    apart, nearest = tree.query(placed, distance_upper_bound=reach)
    (candidates,) = np.nonzero(np.isfinite(apart))
    order = candidates[np.argsort(apart[candidates], kind="stable")]
    _, first = np.unique(nearest[order], return_index=True)  # the closest claims the star
    kept = np.sort(order[first])
    return np.column_stack([kept, nearest[kept]])


def _fit(source: np.ndarray, target: np.ndarray, mirrored: bool, affine: bool) -> np.ndarray:
    """Affine with eight pairs or more, else a similarity, which few pairs cannot bend."""
    if affine and len(source) >= 8:
        design = np.column_stack([source, np.ones(len(source))])
        return np.linalg.lstsq(design, target, rcond=None)[0].T.copy()
    return similarities(source[None], target[None], np.array([mirrored]))[0]


def _apart(matrix: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    x, y = apply_affine(matrix, source[:, 0], source[:, 1])
    return np.hypot(x - target[:, 0], y - target[:, 1])


def _believable(matrix: np.ndarray, max_scale: float, mirror: bool) -> bool:
    """Pixels stay nearly square, and of the size allowed."""
    stretch = np.linalg.svd(matrix[:, :2], compute_uv=False)
    fits = stretch[0] <= max_scale * 1.01 and stretch[1] >= 1 / (max_scale * 1.01)
    square = stretch[0] / max(stretch[1], 1e-9) < 1.05
    return bool(fits and square and (mirror or np.linalg.det(matrix[:, :2]) > 0))


def _chance(found: Match, frame: np.ndarray, reference: np.ndarray) -> float:
    """log10 of the Poisson chance of so many coincidences between unrelated lists.

    Each reference star inside the frame meets a frame star by accident within r with probability
    density * pi r^2; the fit has had three stars for free (four of an affine fit).
    """
    low, high = frame.min(axis=0), frame.max(axis=0)
    area = max(float(np.prod(high - low)), 1.0)
    x, y = apply_affine(found.matrix, reference[:, 0], reference[:, 1])
    inside = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    reach = max(3.0 * found.rms_px, 0.3)
    expected = max(float(np.count_nonzero(inside)), 1.0) * len(frame) / area * math.pi * reach**2
    more = found.n_matched - (4 if found.n_matched >= 8 else 3)
    if more <= expected:
        return 0.0
    # Poisson tail, bounded by Chernoff: exp(-m) (e m / k)^k
    return (-expected + more + more * math.log(expected / more)) / math.log(10)
