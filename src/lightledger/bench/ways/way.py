"""What every way of keeping light curves does alike."""

from __future__ import annotations

import importlib
import importlib.metadata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from lightledger.bench.made import Feed, Size

#: Value (f4), error (f4), flags (u2) of one light curve, of many, or of one visit.
Points = tuple[np.ndarray, np.ndarray, np.ndarray]

#: What is asked of the ways; the names of methods, and keys in JSON.
ONE, HUNDRED, VISIT, SCAN = "one", "hundred", "visit", "scan"


class Way(ABC):
    """One way to keep light curves and read them again.

    Attributes
    ----------
    key, title : str
        In JSON; for people.
    container : str
        Ways of the same container read the same files, which are written once.
    requires : mapping of str to int
        Packages that must be installed, and the least major version of each.
    point_bytes : float
        Bytes that a point takes at most on the disk, while writing; for the room needed.
    tasks : tuple of str
        What it can be asked.
    how : str
        How it was written and read, for the footnotes.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    container: ClassVar[str]
    requires: ClassVar[Mapping[str, int]] = MappingProxyType({})
    point_bytes: ClassVar[float]
    tasks: ClassVar[tuple[str, ...]] = (ONE, HUNDRED, VISIT, SCAN)
    how: ClassVar[str]

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder = folder
        self.size = size

    @classmethod
    def missing(cls) -> str:
        """Why it cannot run here; '' when it can."""
        for package, least in cls.requires.items():
            try:
                importlib.import_module(package)
            except ImportError:
                return f"{package} is not installed"
            version = importlib.metadata.version(package)
            if int(version.partition(".")[0]) < least:
                return f"{package} {version} is too old; it takes {least} or newer"
        return ""

    @abstractmethod
    def write(self, feed: Feed) -> None:
        """Write every point into ``folder``, in bounded memory; the caller syncs the files."""

    @abstractmethod
    def open(self) -> None:
        """Open what was written; everything that a reader would keep open stays open."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the files."""

    @abstractmethod
    def one(self, index: int, measurement: int) -> Any:
        """One light curve, whose `points` are (n_visit,) each."""

    def hundred(self, indices: np.ndarray, measurement: int) -> Points:
        """Light curves of some objects, (n, n_visit) each."""
        curves = [self.points(self.one(i, measurement)) for i in indices.tolist()]
        value, error, flags = (np.stack(planes) for planes in zip(*curves, strict=True))
        return value, error, flags

    def visit(self, visit: int, measurement: int) -> Points:
        """One visit of every object, (n_object,) each."""
        raise NotImplementedError

    def scan(self, measurement: int) -> np.ndarray:
        """Mean of the numbers (NaN left out) of every object, (n_object,) f8."""
        raise NotImplementedError

    def points(self, got: Any) -> Points:
        """What `one` gave, as arrays."""
        return got
