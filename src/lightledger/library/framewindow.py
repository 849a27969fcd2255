"""The part of an image that a cut-out shows, and the way from the reference to its pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .surroundings import Surroundings


@dataclass(frozen=True)
class Window:
    """The part of an image that a cut-out needs; ``matrix`` leads to its pixels."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    matrix: np.ndarray

    @classmethod
    def around(cls, place: tuple[float, float], matrix: np.ndarray, around: Surroundings) -> Window:
        """The square on the reference, wherever it falls on the frame.

        The matrix is moved so that the object is where it was measured, which on distorted
        frames the best affine one does not say to a pixel.
        """
        linear = matrix[:, :2]
        dx, dy = (math.ceil(around.half * float(np.abs(linear[k]).sum())) + 1 for k in (0, 1))
        x, y = place
        x0, y0 = round(x) - dx, round(y) - dy
        offset = np.array([x - x0, y - y0]) - linear @ np.array(around.place)
        return cls((y0, y0 + 2 * dy + 1), (x0, x0 + 2 * dx + 1), np.column_stack([linear, offset]))

    def on(self, shape: tuple[int, int]) -> Window | None:
        """What of it is on an image of this shape; None when nothing is."""
        (y0, y1), (x0, x1) = self.rows, self.columns
        rows, columns = (max(y0, 0), min(y1, shape[0])), (max(x0, 0), min(x1, shape[1]))
        if rows[0] >= rows[1] or columns[0] >= columns[1]:
            return None
        moved = np.array([[0.0, 0.0, columns[0] - x0], [0.0, 0.0, rows[0] - y0]])
        return Window(rows, columns, self.matrix - moved)
