"""Where the objects are on the reference grid, what shape they have and which pixels are theirs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from .shapes import Members

#: Pixels are listed by label: memory grows with the largest.
MAX_LABEL = 1 << 24

_COLUMNS = {
    "x": np.float64,
    "y": np.float64,
    "a": np.float64,
    "b": np.float64,
    "theta": np.float64,
    "kron": np.float64,
    "label": np.int32,
}


@dataclass(frozen=True)
class Geometry:
    """Objects on the reference grid; every array is of shape (n_object,), in catalogue order.

    Arrays are made C-contiguous, of the dtype below and read-only.

    Attributes
    ----------
    x, y : ndarray of float64
        0-based pixels; nan is nowhere: such an object has empty footprints.
    a, b : ndarray of float64
        Semi-axes of the second moments, pixels (SExtractor's A_IMAGE, B_IMAGE).
    theta : ndarray of float64
        Angle of the major axis, radians, from x towards y.
    kron : ndarray of float64
        Kron radius in units of ``a``, with the recipe's factor, minimum and cap applied
        (SExtractor's KRON_RADIUS): the AUTO ellipse has semi-axes ``kron * a`` and ``kron * b``.
    label : ndarray of int32
        Value of the object's pixels in the segmentation; 0 for none: the object has no isophote.
    segmentation : ndarray of int32, shape (ny, nx), or None
        Which object each pixel belongs to; 0 is sky.
    shape : (ny, nx)
        Of the reference grid.

    Raises
    ------
    ValueError
        Arrays of different lengths, a segmentation of another shape or with negative labels, or an
        ellipse that is none (an axis or Kron radius not finite and positive) where there is an
        object.
    """

    x: np.ndarray
    y: np.ndarray
    a: np.ndarray
    b: np.ndarray
    theta: np.ndarray
    kron: np.ndarray
    label: np.ndarray
    segmentation: np.ndarray | None
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        for name, dtype in _COLUMNS.items():
            self._set(name, _frozen(getattr(self, name), dtype))
            if getattr(self, name).shape != self.x.shape or self.x.ndim != 1:
                raise ValueError(f"{name} is of shape {getattr(self, name).shape}, not (n_object,)")
        ny, nx = (int(v) for v in self.shape)
        if ny < 1 or nx < 1:
            raise ValueError(f"a reference grid of {nx} x {ny} pixels is none")
        self._set("shape", (ny, nx))
        if self.segmentation is not None:
            self._set("segmentation", _frozen(self.segmentation, np.int32))
            if self.segmentation.shape != self.shape:
                raise ValueError(f"segmentation {self.segmentation.shape}, grid {self.shape}")
            if self.segmentation.min() < 0:
                raise ValueError("the segmentation has negative labels")
        with np.errstate(invalid="ignore"):
            ellipse = np.isfinite(self.theta)
            for axis in (self.a, self.b, self.kron):
                ellipse &= np.isfinite(axis) & (axis > 0)
        wrong = np.isfinite(self.x) & np.isfinite(self.y) & ~ellipse
        if wrong.any():
            raise ValueError(
                f"{int(wrong.sum())} objects have no ellipse (first: {wrong.argmax()})"
            )
        if self.label.min(initial=0) < 0:
            raise ValueError("an object has a negative label")
        if self.largest_label > max(ny * nx, MAX_LABEL):
            raise ValueError(f"label {self.largest_label} is larger than any number of objects")

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def n_object(self) -> int:
        return int(self.x.size)

    @property
    def largest_label(self) -> int:
        """Of all objects."""
        return int(self.label.max(initial=0))

    @cached_property
    def members(self) -> Members:
        """Pixels of each object's isophote, listed once."""
        return Members.of(self.segmentation, self.largest_label)

    @classmethod
    def of_positions(
        cls, x: np.ndarray, y: np.ndarray, shape: tuple[int, int], radius: float = 1.0
    ) -> Geometry:
        """Round objects that nothing but a position is known of: enough for circles.

        Their AUTO ellipse is a circle of SExtractor's smallest Kron radius, ``3.5 * radius``, and
        they have no isophote.
        """
        x = np.atleast_1d(np.asarray(x, np.float64))
        same = np.full(x.shape, float(radius))
        return cls(
            x=x,
            y=np.atleast_1d(y),
            a=same,
            b=same,
            theta=np.zeros(x.shape),
            kron=np.full(x.shape, 3.5),
            label=np.zeros(x.shape, np.int32),
            segmentation=None,
            shape=shape,
        )

    def take(self, rows: np.ndarray) -> Geometry:
        """The objects of ``rows`` (indices or a mask) alone, on the same segmentation."""
        columns = {name: getattr(self, name)[rows] for name in _COLUMNS}
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _COLUMNS}
        return Geometry(**columns, **rest)


def _frozen(array: np.ndarray, dtype: type) -> np.ndarray:
    """C-contiguous, native, read-only view or copy."""
    view: np.ndarray = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
