"""What publishing needs of light curves that exist already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from lightledger.domain import Problem

#: What becomes of a damaged row: kept as it is, its sum never valid again; or left blank.
Damage = Literal["keep", "blank"]


class Past(Protocol):
    """An older store, or whatever else has visits to carry over.

    `lightledger.store.reader.StoreReader` is one. Rows stand in the order of `object_ids`, which
    are the first of the objects that are published.

    Attributes
    ----------
    path : Path
        For messages.
    bands : tuple of str
    band_original : mapping of str to str
        Name of each band as the frames have it.
    object_ids : list of str
    """

    path: Path
    bands: tuple[str, ...]
    band_original: dict[str, str]

    @property
    def object_ids(self) -> Sequence[str]: ...

    def visits(self, band: str) -> dict[str, np.ndarray]:
        """The visit table of a band, in time order."""
        ...

    def measurements(self, band: str | None = None) -> Sequence[str]:
        """Full names of the measurements of a band, or of all."""
        ...

    def stored_planes(self, band: str) -> Sequence[str]:
        """Which of x, y, coverage it has."""
        ...

    def has(self, path: str) -> bool:
        """Whether it has the dataset at ``path`` (`layout.record_path`, `position_path`)."""
        ...

    def rows(self, path: str, first: int, n: int) -> tuple[np.ndarray, list[int]]:
        """Rows ``[first, first + n)`` of a dataset, and which are damaged, from ``first``.

        Records of shape (n,), or f4 of shape (n, n_visit). Called in order of ``first``, with
        ``first + n`` never beyond the number of its objects.
        """
        ...

    def reference(self) -> Mapping[str, np.ndarray]:
        """What visits are measured against."""
        ...

    def problems(self) -> Sequence[Problem]:
        """Problems; those of severity 'damaged' stay listed."""
        ...

    def unsound_tables(self) -> Sequence[str]:
        """Paths of tables of objects, visits and reference that are damaged."""
        ...
