"""Where the pixels of one grid lie on another, and what is known there.

A frame keeps its own pixels and their noise: labels and the coadd are looked up where they lie.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .apertures import plane


@dataclass(frozen=True)
class PixelMap:
    """Pixels of another grid for every ``step``-th pixel of this one; bilinear between them.

    Attributes
    ----------
    step : int
        Distance of the nodes: the first is the grid's first pixel, the last lies beyond its last.
    x, y : ndarray of float32, shape (n_row, n_column)
        0-based pixels of the other grid; nan where the way leads nowhere.

    Raises
    ------
    ValueError
        Arrays of different shapes, fewer than 2 x 2 nodes, or a step below 1.
    """

    step: int
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            object.__setattr__(self, name, plane(getattr(self, name)))
        if self.x.shape != self.y.shape or self.x.ndim != 2 or min(self.x.shape) < 2:
            raise ValueError(f"maps of shapes {self.x.shape} and {self.y.shape}")
        if self.step < 1:
            raise ValueError(f"nodes {self.step} pixels apart")

    @staticmethod
    def nodes(shape: tuple[int, int], step: int) -> tuple[np.ndarray, np.ndarray]:
        """Columns and rows of the nodes that a map of a grid of ``shape`` needs.

        >>> PixelMap.nodes((3, 9), 4)
        (array([ 0,  4,  8, 12]), array([0, 4]))
        """
        rows, columns = (np.arange(-(-n // step) + 1) * step for n in shape)
        return columns, rows

    @classmethod
    def of_affine(cls, matrix: np.ndarray, shape: tuple[int, int], step: int = 64) -> PixelMap:
        """From the matrix (2, 3) that takes pixels of a grid of ``shape`` to the other's."""
        matrix = np.asarray(matrix, np.float64)
        nodes = np.stack(np.meshgrid(*cls.nodes(shape, step)))
        x, y = np.tensordot(matrix[:, :2], nodes, 1) + matrix[:, 2, None, None]
        return cls(step, x, y)

    @classmethod
    def of_inverse(cls, matrix: np.ndarray, shape: tuple[int, int], step: int = 64) -> PixelMap:
        """From the matrix (2, 3) that takes the other's pixels to those of a grid of ``shape``.

        Raises
        ------
        ValueError
            The matrix cannot be inverted.
        """
        linear, offset = np.asarray(matrix, np.float64)[:, :2], np.asarray(matrix)[:, 2]
        if not np.isfinite(matrix).all() or np.linalg.det(linear) == 0:
            raise ValueError("the matrix of the frame cannot be inverted")
        back = np.linalg.inv(linear)
        return cls.of_affine(np.column_stack([back, -back @ offset]), shape, step)

    def covers(self, shape: tuple[int, int]) -> bool:
        """Whether the nodes reach beyond the last pixel of a grid of ``shape``."""
        return all((n - 1) * self.step >= m for n, m in zip(self.x.shape, shape, strict=True))


def sample_labels(
    segmentation: np.ndarray, pixel_map: PixelMap, shape: tuple[int, int]
) -> np.ndarray:
    """Label of the reference pixel under each pixel of a frame, by the map from it to there.

    Returns
    -------
    ndarray of int32, shape ``shape``
        Of the nearest reference pixel; 0 off the reference grid.

    Raises
    ------
    ValueError
        The map does not cover the frame.
    """
    from .kernels.sampling import nearest

    return _sampled(nearest, plane(segmentation, np.int32), pixel_map, np.empty(shape, np.int32))


def sample_image(
    coadd: np.ndarray,
    pixel_map: PixelMap,
    shape: tuple[int, int],
    cubic_from: float = -np.inf,
) -> np.ndarray:
    """Value of the coadd under each pixel of a frame, by the map from it to there.

    Parameters
    ----------
    cubic_from : float
        Pixels below this are interpolated linearly, which is four times faster and takes up to a
        tenth of the light out of the cores of well-focused stars.

    Returns
    -------
    ndarray of float32, shape ``shape``
        By cubic convolution, linear beside nan and the edge; nan off the reference grid and where
        one of the four pixels around is nan.

    Raises
    ------
    ValueError
        The map does not cover the frame.
    """
    from .kernels.sampling import interpolated

    out = np.empty(shape, np.float32)
    return _sampled(interpolated, plane(coadd), pixel_map, out, float(cubic_from))


def _sampled(
    kernel: object, of: np.ndarray, pixel_map: PixelMap, out: np.ndarray, *more: float
) -> np.ndarray:
    if not pixel_map.covers((out.shape[0], out.shape[1])):
        raise ValueError(f"the map does not cover a frame of shape {out.shape}")
    at = pixel_map.x, pixel_map.y, pixel_map.step
    kernel(of, *at, *more, out, 0, out.shape[0])  # type: ignore[operator]
    return out
