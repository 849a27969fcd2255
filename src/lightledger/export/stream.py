"""A file that grows piece by piece and appears under its name only when it is complete."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from lightledger.domain import LightledgerError

#: Room for a count that is known only at the end.
_SLOT = 20


T = TypeVar("T")


def one_ahead(things: Iterator[T]) -> Generator[T, None, None]:
    """The same things, each made in a thread while the one before it is used.

    What is made, and what is raised in making it, is the same; close it when it is left early.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="export") as thread:
        coming = thread.submit(next, things, None)
        while (thing := coming.result()) is not None:
            coming = thread.submit(next, things, None)
            yield thing


class WholeFile:
    """Context manager: writes ``.NAME.part`` beside the target and renames it by `commit`.

    Leaving without `commit` (an error, a cancel) removes what was written and leaves an older
    file of that name untouched.

    Raises
    ------
    LightledgerError
        When the folder is missing or cannot be written, or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self.path.is_dir():
            raise LightledgerError("that is a folder, not a file", self.path, "name a file in it")
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise self._refused(error) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # it may try once more to write to a full disk
                self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)

    def append(self, content: bytes | memoryview) -> int:
        """Write bytes at the end; how many."""
        try:
            return self._open().write(content)
        except OSError as error:
            raise self._refused(error) from None

    def tell(self) -> int:
        """How many bytes there are."""
        return self._open().tell()

    def rewrite(self, place: int, content: bytes) -> None:
        """Write over what stands at ``place``."""
        file = self._open()
        end = file.tell()
        file.seek(place)
        self.append(content)
        file.seek(end)

    def commit(self) -> None:
        """Make it the file of that name, durably."""
        file = self._open()
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            self._part.replace(self.path)
        except OSError as error:
            raise self._refused(error) from None
        self._file = None

    def _open(self) -> BinaryIO:
        if self._file is None:
            raise RuntimeError("the stream is not open")
        return self._file

    def _refused(self, error: OSError) -> LightledgerError:
        why = error.strerror or str(error)
        return LightledgerError(
            f"cannot write the export ({why})", self.path, "choose another folder or free some room"
        )


class TextStream(WholeFile):
    """A `WholeFile` of text, with room for counts that are known only at the end."""

    def write(self, text: str) -> None:
        self.append(text.encode())

    def reserve(self, before: str) -> int:
        """Write ``before`` and room for a number to `fill` in later; returns the place."""
        self.write(before)
        place = self.tell()
        self.write(" " * _SLOT + "\n")
        return place

    def fill(self, place: int, number: int) -> None:
        """Write a number where room was reserved, right-aligned."""
        self.rewrite(place, f"{number:>{_SLOT}d}".encode())


class ByteStream(WholeFile):
    """A `WholeFile` that libraries write to as to any binary file; they cannot close it."""

    closed = False

    def write(self, content: bytes | memoryview) -> int:
        if self._file is None:  # given up: what a library still writes when it is let go
            return len(content)
        return self.append(content)

    def flush(self) -> None:
        """Nothing to do before `commit`."""

    def close(self) -> None:
        """Only `commit` closes it."""
