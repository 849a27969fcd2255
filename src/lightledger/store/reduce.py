"""What the store has others compute: zero points and statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lightledger.domain import ZeroPoints

from .layout import Scalar

#: Value, error, flags.
Planes = tuple[np.ndarray, np.ndarray, np.ndarray]
#: Statistics of some objects by column.
Table = dict[str, np.ndarray]


@dataclass(frozen=True)
class Block:
    """Consecutive objects of one measurement.

    Attributes
    ----------
    measurement : str
        Full name.
    visits : dict of str to ndarray
        The visit table of its band.
    value, error, flags : ndarray of float32, float32, uint16, shape (n_object, n_visit)
        Strided views, not to be written to; damaged records are blank.
    zero_points : ZeroPoints
    """

    measurement: str
    visits: dict[str, np.ndarray]
    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    zero_points: ZeroPoints


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

    def statistics(self, first_object: int, blocks: Sequence[Block]) -> list[tuple[Table, Table]]:
        """Raw and corrected columns of the same objects in each block; from any thread.

        ``blocks`` are one image-method in every band that has it, so that visits of two bands
        can be paired; ``first_object`` is the catalogue row of their first object.
        """
        ...

    def finish(self, measurement: str, raw: Table, corrected: Table) -> None:
        """Change the full columns in place, once all objects are known."""
        ...

    def measurement_attributes(self, measurement: str) -> dict[str, Scalar]:
        """quantity, unit, zero_point, magnitude_system, aperture, meaning."""
        ...
