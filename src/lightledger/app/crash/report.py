"""What a crash report says, and where reports are kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lightledger.app.log.reading import Record, read
from lightledger.app.log.writing import without_home
from lightledger.installation import places

from .watch import Ended, take_ended

_log = logging.getLogger("lightledger.crash")
#: The last lines of the log that say what was going on.
_LAST_LINES = 100
_MOST_REPORTS = 10


@dataclass(frozen=True)
class Report:
    """A report on this machine.

    Attributes
    ----------
    path : Path
    when : datetime
        UTC.
    cause, text : str
    """

    path: Path
    when: datetime
    cause: str
    text: str


def new_reports() -> list[Report]:
    """Reports of the windows that crashed since the last start, now in the folder of the log."""
    made = []
    crashed = [ended for ended in take_ended() if ended.words]
    records = read() if crashed else []
    for ended in crashed:
        path = places.log_folder() / f"crash-{ended.when:%Y%m%dT%H%M%S}-{ended.process}.txt"
        text = compose(ended, records)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            _log.warning("the crash report could not be kept: %s", error)
        _log.warning("the window of process %d crashed: %s", ended.process, ended.cause)
        made.append(Report(path, ended.when, ended.cause, text))
    if made:
        for old in sorted(places.log_folder().glob("crash-*.txt"))[:-_MOST_REPORTS]:
            old.unlink(missing_ok=True)
    return made


def compose(ended: Ended, records: list[Record]) -> str:
    """The report: what ran, how it went down, what the log said last, what is installed."""
    from lightledger.installation.notices import parts

    last = [r.whole for r in records if r.process == ended.process][-_LAST_LINES:]
    pieces = [
        f"Lightledger crashed: {ended.cause}",
        ended.head.strip() + f"\nended, UTC: {ended.when:%Y-%m-%d %H:%M:%S}",
        ended.words,
        "Last lines of the log\n" + ("\n".join(last) or "none"),
        "Installed\n" + "\n".join(f"{part.name} {part.version}" for part in parts()),
    ]
    return without_home("\n\n".join(pieces)) + "\n"
