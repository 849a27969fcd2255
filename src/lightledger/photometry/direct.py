"""Apertures evaluated for one frame: on any grid, or of this frame's own size."""

from __future__ import annotations

import numpy as np

from lightledger.domain.methods import Method

from .apertures import CleanPlanes, Sums, plane
from .footprints import FootprintSpec, axes_of
from .geometry import Geometry
from .shapes import Members, Shapes

#: Circles whose image has axes that are equal to this stay circles.
ROUND = 1e-3


class DirectApertures:
    """The apertures of `Footprints` where frames are rotated, scaled, shifted or distorted.

    Ellipses are mapped through the local affine; isophotes and neighbours are those of the labels
    at the frame's pixels. On the reference grid itself (``matrix`` the identity) they are those of
    W, bit for bit.

    Parameters
    ----------
    geometry : Geometry
        On the reference grid.
    spec : FootprintSpec
    x, y : ndarray, shape (n_object,)
        0-based pixels of the frame; nan is nowhere.
    matrix : ndarray, shape (2, 2)
        Offsets on the reference grid to offsets on the frame.
    labels : ndarray of int32, shape (ny, nx), or None
        Segmentation at the frame's pixels (`onframe.sample_labels`); without it there are neither
        isophotes nor neighbours.
    fwhm_circles : sequence of float
        Radii in pixels of the frame; their rows follow those of ``spec.methods``.
    """

    def __init__(
        self,
        geometry: Geometry,
        spec: FootprintSpec,
        x: np.ndarray,
        y: np.ndarray,
        matrix: np.ndarray,
        labels: np.ndarray | None,
        fwhm_circles: tuple[float, ...] = (),
    ) -> None:
        self._geometry = geometry
        self._x, self._y = (plane(np.atleast_1d(v), np.float64) for v in (x, y))
        self._matrix = plane(np.asarray(matrix, np.float64)[:2, :2], np.float64)
        self._labels = None if labels is None else plane(labels, np.int32)
        self._neighbours = spec.neighbours
        circle = spec.kind_of(Method("aper_f"))
        kinds = [spec.kind_of(m) for m in spec.methods] + [circle] * len(fwhm_circles)
        self._kinds = np.array(kinds, np.int64)
        axes = [self._mapped(*axes_of(geometry, m), m.is_circle) for m in spec.methods]
        same = np.ones(geometry.n_object)
        axes += [(r * same, r * same, 0 * same) for r in fwhm_circles]
        stacked = np.array(axes, np.float64).reshape(len(axes), 3, geometry.n_object)
        self._major, self._minor, self._theta = stacked.swapaxes(0, 1)

    def _mapped(
        self, a: np.ndarray, b: np.ndarray, theta: np.ndarray, circle: bool
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Image of ellipses under the local affine."""
        if np.array_equal(self._matrix, np.eye(2)):
            return a, b, theta
        c, s = np.cos(theta), np.sin(theta)
        ax, ay = self._matrix @ np.array([a * c, a * s])
        bx, by = self._matrix @ np.array([-b * s, b * c])
        # Eigenvalues of the symmetric matrix of second moments of the ellipse's edge.
        xx, yy, xy = ax**2 + bx**2, ay**2 + by**2, ax * ay + bx * by
        major = np.sqrt(0.5 * (xx + yy) + np.hypot(0.5 * (xx - yy), xy))
        minor = a * b * abs(np.linalg.det(self._matrix)) / np.where(major > 0, major, 1.0)
        if circle and np.all(major[a > 0] <= minor[a > 0] * (1 + ROUND)):
            major = minor = np.sqrt(major * minor)
        return major, minor, 0.5 * np.arctan2(2 * xy, xx - yy)

    def sums(self, planes: CleanPlanes, linear_error: bool = False) -> Sums:
        """Sums over the apertures on this frame; areas in its pixels.

        Raises
        ------
        ValueError
            When the labels are not of the planes' shape.
        """
        geometry = self._geometry
        if self._labels is not None and self._labels.shape != planes.shape:
            raise ValueError(f"labels {self._labels.shape}, image {planes.shape}")
        label, outside = geometry.label, np.zeros(geometry.n_object)
        members = Members.none(geometry.largest_label)
        if self._labels is None:
            label = np.zeros_like(label)
        elif self._has_isophotes:
            members = Members.of(self._labels, geometry.largest_label)
            outside = self._outside(planes.shape)
        shapes = Shapes(
            self._x, self._y, self._kinds, self._major, self._minor, self._theta,
            label, self._labels, members, self._neighbours, outside, planes.shape,
        )  # fmt: skip
        return shapes.sums(planes, linear_error)

    @property
    def _has_isophotes(self) -> bool:
        from .kernels.rows import ISOPHOTE

        return ISOPHOTE in self._kinds

    def _outside(self, shape: tuple[int, int]) -> np.ndarray:
        """Area of each isophote that is not on the frame, pixels of the frame."""
        from .kernels.rows import count_outside

        geometry = self._geometry
        out = np.zeros(geometry.n_object)
        count_outside(
            geometry.members.starts, geometry.members.pixels, geometry.label, geometry.shape[1],
            geometry.x, geometry.y, self._x, self._y, self._matrix, *shape, out, 0, out.size,
        )  # fmt: skip
        return out * abs(np.linalg.det(self._matrix))
