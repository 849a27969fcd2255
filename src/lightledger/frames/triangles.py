"""Triangles of stars that look alike, and the similarities they propose.

Groth (1986, AJ 91, 1244): ratios of sides do not change under shift, rotation, scale and mirroring.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy.spatial import cKDTree

#: Triangles are alike when both ratios of sides agree to this.
_SHAPE = 0.03
_NEIGHBOURS = 6
_BRIGHT_ALL = 12
_MAX_PROPOSALS = 40_000
_TRIED = 60


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


def proposals_of(
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
    return similarities(reference[tri_r[j]], frame[tri_f[i]], mirrored)


def similarities(source: np.ndarray, target: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
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


def best_voted(proposals: np.ndarray, reference: np.ndarray, near: float) -> np.ndarray:
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
