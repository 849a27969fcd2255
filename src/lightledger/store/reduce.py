"""What the store has others compute: zero points and statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from lightledger.domain import ZeroPoints

from .layout import Scalar

#: Value, error, flags.
Planes = tuple[np.ndarray, np.ndarray, np.ndarray]


class Reduce(Protocol):
    """What the store has computed for it; it computes no statistics itself.

    Attributes
    ----------
    statistic_columns : tuple of (name, dtype, unit)
        Stored twice: raw and corrected.
    """

    statistic_columns: tuple[tuple[str, str, str], ...]

    def zero_points(
        self,
        measurement: str,
        visits: dict[str, np.ndarray],
        read: Callable[[np.ndarray], Planes],
    ) -> ZeroPoints:
        """Zero points; ``read(indices)`` gives value, error, flags (n, n_visit) of objects."""
        ...

    def statistics(
        self,
        measurement: str,
        visits: dict[str, np.ndarray],
        first_object: int,
        value: np.ndarray,
        error: np.ndarray,
        flags: np.ndarray,
        zero_points: ZeroPoints,
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Raw and corrected columns of some objects; the planes are (n, n_visit), strided."""
        ...

    def finish(
        self, measurement: str, raw: dict[str, np.ndarray], corrected: dict[str, np.ndarray]
    ) -> None:
        """Change the full columns in place, once all objects are known."""
        ...

    def measurement_attributes(self, measurement: str) -> dict[str, Scalar]:
        """quantity, unit, zero_point, magnitude_system, aperture, meaning."""
        ...
