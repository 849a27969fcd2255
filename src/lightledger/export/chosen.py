"""What an export takes from a field: light curves one by one, or blocks of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from .rows import Piece


@dataclass(frozen=True)
class Block:
    """Light curves of one measurement; all arrays have shape (n, n_slot).

    Attributes
    ----------
    value, error : ndarray of float32 or float64
    flags : ndarray of uint16
    keep : ndarray of bool, optional
        Which slots pass the filters; None: all.
    hidden : mapping of str to int
        How many slots of the visits do not pass, by reason.
    crc32 : ndarray of uint32, shape (n,), optional
        Of each record as stored; all bits turned where the record is damaged. None where the
        light curves are not those of the store.
    damaged : tuple of int
        Rows (counted from the first of the block) whose record fails its checksum.
    """

    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    keep: np.ndarray | None = None
    hidden: Mapping[str, int] = field(default_factory=dict)
    crc32: np.ndarray | None = None
    damaged: tuple[int, ...] = ()


class Chosen(Protocol):
    """Objects, measurements, times and what is written of them.

    Attributes
    ----------
    header : mapping
        Where the numbers come from and what was filtered, for a person.
    reasons : sequence of str
        Why points may be hidden.
    n_curves : int
        Objects times measurements.
    ids : sequence of str
        Objects, in the order in which they go out.
    ra_deg, dec_deg : ndarray of float64, shape (n_object,)
    measurements : sequence of str
        Full names; those of a band need not stand together.
    as_magnitude : bool
    value_dtype : numpy.dtype
        Of the values and errors that `block` gives.
    options : mapping
        What only one format asks for.
    """

    header: Mapping[str, object]
    reasons: Sequence[str]
    n_curves: int
    ids: Sequence[str]
    ra_deg: np.ndarray
    dec_deg: np.ndarray
    measurements: Sequence[str]
    as_magnitude: bool
    value_dtype: np.dtype
    options: Mapping[str, Any]

    def pieces(self) -> Iterator[Piece]:
        """Light curves one by one, object by object, with only the slots that pass."""
        ...

    def visits(self, band: str) -> Mapping[str, np.ndarray]:
        """The visit table of a band, within the chosen times; its rows are the slots."""
        ...

    def attributes(self, measurement: str) -> Mapping[str, str | int | float]:
        """unit, zero_point, magnitude_system, aperture, ... of the values that go out; also
        ``flux_unit``, and ``filter`` and ``wavelength_m`` of a known instrument."""
        ...

    def block(self, measurement: str, first: int, last: int) -> Block:
        """Light curves of the objects ``[first, last)`` of `ids`."""
        ...

    def bjd_tdb(self, band: str, first: int, last: int) -> np.ndarray:
        """BJD(TDB), float64, shape (last - first, n_slot)."""
        ...

    def place_names(self, band: str) -> Sequence[str]:
        """Which of x, y, coverage are stored for each object and visit."""
        ...

    def places(self, band: str, first: int, last: int) -> Mapping[str, np.ndarray]:
        """Those planes, float32, each of shape (last - first, n_slot)."""
        ...

    def tables(self) -> Mapping[str, Mapping[str, np.ndarray]]:
        """Small tables by name, each of columns: ``objects``, ``store`` and ``problems``."""
        ...

    def object_units(self) -> Mapping[str, str]:
        """Units of the columns of ``objects``."""
        ...

    def whole(self) -> bytes | None:
        """All of the store but its light curves (`lightledger.export.whole`), from which it can
        be made again; None where the light curves are not whole records."""
        ...
