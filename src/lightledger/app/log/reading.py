"""A log as records: what the viewer shows and a crash report ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .writing import log_file, older_first

#: The last so many bytes are read; days, as a rule.
_MOST_BYTES = 1_000_000
_BEGINS = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})Z ([A-Z]+) (\S+) \[(\d+)\] (.*)", re.DOTALL
)
#: Levels from which the viewer may show, and the words for them.
FROM = {"DEBUG": "everything", "INFO": "what happened", "WARNING": "problems", "ERROR": "errors"}
_ORDER = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes
    ----------
    time : str
        UTC, to the millisecond.
    level : str
    source : str
        Name of the logger.
    process : int
        Which window wrote it.
    text : str
        Its first line.
    details : str
        The lines after it.
    """

    time: str
    level: str
    source: str
    process: int
    text: str
    details: str = ""

    @property
    def whole(self) -> str:
        """As it stands in the file."""
        head = f"{self.time}Z {self.level} {self.source} [{self.process}] {self.text}"
        return f"{head}\n{self.details}" if self.details else head

    def at_least(self, level: str) -> bool:
        """Whether it is as grave as a level, or graver."""
        own = _ORDER.index(self.level) if self.level in _ORDER else len(_ORDER)
        return own >= _ORDER.index(level)


def parse(lines: Iterable[str]) -> list[Record]:
    """Records of the lines of a log; lines before the first record are left out."""
    found: list[Record] = []
    more: list[list[str]] = []
    for line in lines:
        line = line.rstrip("\n")
        begins = _BEGINS.fullmatch(line)
        if begins:
            time, level, source, process, text = begins.groups()
            found.append(Record(time, level, source, int(process), text))
            more.append([])
        elif found:
            more[-1].append(line)
    return [
        Record(r.time, r.level, r.source, r.process, r.text, "\n".join(rest)) if rest else r
        for r, rest in zip(found, more, strict=True)
    ]


def read(file: Path | None = None, most_bytes: int = _MOST_BYTES) -> list[Record]:
    """The last records of the log, the oldest first; what cannot be read is left out."""
    pieces: list[str] = []
    left = most_bytes
    for path in reversed(older_first(file or log_file())):
        try:
            with path.open("rb") as stream:
                size = stream.seek(0, 2)
                stream.seek(max(0, size - left))
                pieces.append(stream.read().decode("utf-8", "replace"))
        except OSError:
            continue
        left -= size
        if left <= 0:
            break
    return parse("".join(reversed(pieces)).splitlines())
