"""Frames without a WCS: which star is which, by the shapes of triangles.

Triangles of neighbouring stars keep their shape under shift, rotation, scale and mirroring. Those
that look alike in two lists each propose a similarity; proposals that agree are tried on all
stars; the best is refined to an affine matrix and accepted only when chance cannot explain it.
The idea is that of Groth (1986, AJ 91, 1244) and of astroalign (Beroiz et al. 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError

#: Fewer stars than this are never matched.
MIN_STARS = 5
#: A matched pair may be this far apart before the refinement, pixels of the frame.
_NEAR_PX = 3.0
#: Highest believable chance that a match is accidental, over all proposals tried.
_MAX_CHANCE = 1e-4
#: Triangles are alike when both ratios of sides agree to this.
_SHAPE = 0.03
_NEIGHBOURS = 6
_BRIGHT_ALL = 12
_MAX_PROPOSALS = 40_000
_TRIED = 60


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
            raise MatchError(f"{len(stars)} stars found {where}, matching needs {MIN_STARS}")
    near = min(_NEAR_PX, 0.25 * _typical_distance(frame))
    proposals = _proposals(frame[:n_brightest], reference[:n_brightest], max_scale, mirror)
    if not len(proposals):
        raise MatchError("no pattern of stars is common to the frame and the reference")

    tree, bright = cKDTree(frame), reference[:n_brightest]
    best, best_chance = None, math.inf
    for matrix in _by_votes(proposals, reference, near):
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


def _triangles(points: np.ndarray) -> np.ndarray:
    """Indices (n, 3): among the nearest neighbours of each star, and among the brightest."""
    k = min(_NEIGHBOURS, len(points))
    _, near = cKDTree(points).query(points, k=k)
    pick = np.array(list(combinations(range(k), 3)))
    local = near[:, pick].reshape(-1, 3)
    brightest = np.array(list(combinations(range(min(_BRIGHT_ALL, len(points))), 3)))
    return np.unique(np.sort(np.vstack([local, brightest]), axis=1), axis=0)


def _shapes(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, ...]:
    """Ordered corners, ratios of sides, sense of rotation and size of each triangle.

    Corners are ordered by the length of the opposite side, so corners of like triangles
    correspond; nearly isosceles or flat triangles, whose order noise could change, are left out.
    """
    corners = points[triangles]
    sides = np.linalg.norm(corners[:, [1, 2, 0]] - corners[:, [2, 0, 1]], axis=2)
    order = np.argsort(sides, axis=1)
    triangles = np.take_along_axis(triangles, order, axis=1)
    sides = np.take_along_axis(sides, order, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.column_stack([sides[:, 1] / sides[:, 2], sides[:, 0] / sides[:, 2]])
    a, b, c = (points[triangles[:, i]] for i in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        thick = np.abs(turn) / sides[:, 2] ** 2
    good = (ratios[:, 1] > 0.1) & (ratios[:, 0] < 0.985) & (thick > 0.04)
    good &= ratios[:, 0] - ratios[:, 1] > 0.015
    return triangles[good], ratios[good], np.sign(turn[good]), sides[good, 2]


def _proposals(
    frame: np.ndarray, reference: np.ndarray, max_scale: float, mirror: bool
) -> np.ndarray:
    """Similarities (n, 2, 3) that take a triangle of the reference to one of the frame."""
    tri_f, ratio_f, turn_f, size_f = _shapes(frame, _triangles(frame))
    tri_r, ratio_r, turn_r, size_r = _shapes(reference, _triangles(reference))
    if not len(tri_f) or not len(tri_r):
        return np.empty((0, 2, 3))
    # The scale is nearly known, so the size is a third coordinate of the shape.
    span = math.log(max_scale)
    keys_f = np.column_stack([ratio_f, np.log(size_f) * (_SHAPE / span)])
    keys_r = np.column_stack([ratio_r, np.log(size_r) * (_SHAPE / span)])
    pairs = cKDTree(keys_f).sparse_distance_matrix(
        cKDTree(keys_r), _SHAPE, p=np.inf, output_type="ndarray"
    )
    i, j = pairs["i"], pairs["j"]
    mirrored = turn_f[i] != turn_r[j]
    if not mirror:
        i, j, mirrored = i[~mirrored], j[~mirrored], mirrored[~mirrored]
    if len(i) > _MAX_PROPOSALS:  # the most alike ones
        apart = np.abs(ratio_f[i] - ratio_r[j]).sum(axis=1)
        keep = np.sort(np.argsort(apart, kind="stable")[:_MAX_PROPOSALS])
        i, j, mirrored = i[keep], j[keep], mirrored[keep]
    return _similarities(reference[tri_r[j]], frame[tri_f[i]], mirrored)


def _similarities(source: np.ndarray, target: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
    """Least-squares similarities (n, 2, 3) from (n, k, 2) points to (n, k, 2) points.

    In complex numbers: target = a source + b, of a mirrored one target = a conj(source) + b.
    """
    z = source[..., 0] + 1j * source[..., 1]
    z = np.where(mirrored[:, None], z.conj(), z)
    w = target[..., 0] + 1j * target[..., 1]
    z0, w0 = z.mean(axis=1), w.mean(axis=1)
    dz = z - z0[:, None]
    a = (dz.conj() * (w - w0[:, None])).sum(axis=1) / (np.abs(dz) ** 2).sum(axis=1)
    b = w0 - a * z0
    sign = np.where(mirrored, -1.0, 1.0)
    matrices = np.empty((len(a), 2, 3))
    matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 0, 2] = a.real, -sign * a.imag, b.real
    matrices[:, 1, 0], matrices[:, 1, 1], matrices[:, 1, 2] = a.imag, sign * a.real, b.imag
    return matrices


def _by_votes(proposals: np.ndarray, reference: np.ndarray, near: float) -> np.ndarray:
    """The proposals that most others agree with, one of each group, best first."""
    centre, spread = np.median(reference, axis=0), np.ptp(reference, axis=0).max() / 2
    # Where a proposal takes three places of the reference says all about it.
    places = centre + spread * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    keys = np.einsum("nij,kj->nki", proposals[:, :, :2], places) + proposals[:, None, :, 2]
    tree = cKDTree(keys.reshape(len(keys), 6))
    radius = max(4.0 * near, 0.05 * spread)
    votes = tree.query_ball_point(tree.data, radius, return_length=True)
    order = np.argsort(-votes, kind="stable")
    chosen: list[int] = []
    taken = np.zeros(len(keys), bool)
    for index in order:
        if taken[index]:
            continue
        group = tree.query_ball_point(tree.data[index], radius)
        taken[group] = True
        # The middle of a group lies closer to the truth than one small triangle does.
        middle = np.median(tree.data[group], axis=0)
        apart = np.linalg.norm(tree.data[group] - middle, axis=1)
        chosen.append(int(group[int(np.argmin(apart))]))
        if len(chosen) == _TRIED:
            break
    return proposals[chosen]


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
        pairs = _pairs(matrix, frame, tree, source, reach)
        if len(pairs) < 4:
            return None
        matrix = _fit(source[pairs[:, 0]], frame[pairs[:, 1]], mirrored, affine)
    # Clip what the scatter of the others does not allow, then count.
    for _ in range(6):
        pairs = _pairs(matrix, frame, tree, reference, near)
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


def _pairs(
    matrix: np.ndarray, frame: np.ndarray, tree: cKDTree, source: np.ndarray, reach: float
) -> np.ndarray:
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
    return _similarities(source[None], target[None], np.array([mirrored]))[0]


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
