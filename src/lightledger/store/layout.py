"""Where everything stands in a store: names, paths, limits, types (see FORMAT.md)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from lightledger.domain import MeasurementName, parse_measurement

FORMAT = "lightledger"
#: Version of the layout; raised when a reader by the old text would read wrongly.
VERSION = 1
ALIGNMENT = 4096
#: Room for comparison stars of one measurement (their number is known only after the layout).
MEMBER_CAPACITY = 1000
#: Rows of the object table that share a checksum: damage costs these, not the column.
OBJECTS_PER_SUM = 16
#: Problem rows kept free for damage that is found while an older store is carried over.
PROBLEM_COLUMNS = ("what", "file", "advice", "severity", "visit", "band")
POSITION_PLANES = ("x", "y", "coverage")

#: What a reader accepts at most; anything above was not written by us.
MAX_ATTRIBUTE_BYTES = 1 << 20
MAX_ATTRIBUTES = 100
MAX_LINKS = 5_000
MAX_BANDS = 200
MAX_OBJECTS = 50_000_000
MAX_VISITS = 10_000_000
MAX_NAME = 1024

Scalar = str | int | float


@dataclass(frozen=True)
class Place:
    """Where the bytes of a dataset stand."""

    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def n_bytes(self) -> int:
        return self.dtype.itemsize * math.prod(self.shape)


class Tree(Protocol):
    """What a store's structure tells, be it HDF5's own or its outline."""

    path: Path
    file_size: int

    def children(self, path: str) -> list[str]: ...

    def exists(self, path: str) -> bool: ...

    def attributes(self, path: str) -> dict[str, Scalar]: ...

    def place(self, path: str) -> Place: ...


@dataclass(frozen=True)
class DatasetSpec:
    """One dataset of the skeleton.

    Attributes
    ----------
    path : str
        Absolute path in the file.
    dtype : numpy.dtype
        Little-endian; ``S<n>`` for text (fixed length, UTF-8, padded with zero bytes).
    shape : tuple of int
    step : int
        Bytes per checksum; 0: one checksum for the whole dataset.
    attributes : dict
        Text, whole numbers and floats.
    """

    path: str
    dtype: np.dtype
    shape: tuple[int, ...]
    step: int = 0
    attributes: dict[str, Scalar] = field(default_factory=dict)

    @property
    def n_bytes(self) -> int:
        return int(self.dtype.itemsize * np.prod(self.shape, dtype=np.int64))

    @property
    def n_sums(self) -> int:
        return sum_count(self.n_bytes, self.step)


#: Group of what visits are measured against.
REFERENCE = "/reference"


def sum_count(size: int, step: int) -> int:
    """Number of checksums of ``size`` bytes at ``step`` bytes each (0: all in one)."""
    if size == 0:
        return 0
    return -(-size // step) if step else 1


def band_path(band: str) -> str:
    return f"/bands/{band}"


def visits_path(band: str) -> str:
    return f"/bands/{band}/visits"


def record_path(measurement: str) -> str:
    name = parse_measurement(measurement)
    return f"/bands/{name.band}/measurements/{name.within_band}"


def zero_point_path(measurement: str) -> str:
    name = parse_measurement(measurement)
    return f"/bands/{name.band}/zeropoints/{name.within_band}"


def statistics_path(measurement: str, corrected: bool) -> str:
    name = parse_measurement(measurement)
    kind = "corrected" if corrected else "raw"
    return f"/bands/{name.band}/statistics/{name.within_band}/{kind}"


def position_path(band: str, plane: str) -> str:
    return f"/bands/{band}/positions/{plane}"


def full_name(band: str, within_band: str) -> str:
    """``band_image-method`` of a measurement named ``image-method`` inside its band.

    Raises
    ------
    ValueError
        When the two do not make a name that parses back into them.
    """
    name = parse_measurement(f"{band}_{within_band}")
    if name.band != band or name.within_band != within_band or re.search(r"[/\s]", str(name)):
        raise ValueError(f"{within_band!r} is not a measurement name such as 'sci-aper_r3'")
    return str(MeasurementName(*name))


def natural_key(name: str) -> tuple[tuple[int, float, str], ...]:
    """Sort key that puts ``aper_r3`` before ``aper_r10``; the order of bands and measurements."""
    parts = re.split(r"(\d+(?:\.\d+)?)", name)
    numbered = [(1, float(p), "") if i % 2 else (0, 0.0, p) for i, p in enumerate(parts)]
    return (*numbered, (2, 0.0, name))


def natural_sorted(names: Iterable[str]) -> tuple[str, ...]:
    """Names in natural order, each once."""
    return tuple(sorted(set(names), key=natural_key))


def beside(target: Path, suffix: str) -> Path:
    """``OUT.h5`` + ``suffix`` in the same folder: ``.staging``, ``.tmp``, ``.next``."""
    return target.with_name(target.name + suffix)
