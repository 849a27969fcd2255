"""What was vetted: the table of verdicts, tags and notes, and who contradicts whom."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import lightledger
from lightledger.export.rows import comment, text_cell
from lightledger.export.stream import TextStream

from .journal import BETWEEN_TAGS
from .state import State, Verdict

if TYPE_CHECKING:
    from .field import Field

#: The set to begin with; a journal takes any other short name too.
VERDICTS = (
    "variable",
    "transient",
    "agn",
    "periodic",
    "blend",
    "instrument",
    "moving",
    "unsure",
    "constant",
)
COLUMNS = (
    "object,ra_deg,dec_deg,verdict,tags,note,by,at_utc,looks,agree,"
    "measurement,corrected,mjd_from,mjd_to,excess"
)


@dataclass(frozen=True)
class Conflict:
    """People whose last words on an object differ.

    Attributes
    ----------
    object, what : str
        ``what`` is 'verdict' or 'note'.
    said : tuple of (person, word)
        The last word of each; '' where she took it back.
    holds : str
        What stands: the later act.
    """

    object: str
    what: str
    said: tuple[tuple[str, str], ...]
    holds: str

    def __str__(self) -> str:
        words = ", ".join(f"{who}: {_word(word)}" for who, word in self.said)
        return f"{self.object}, {self.what}: {words}; the later one stands: {_word(self.holds)}"


@dataclass(frozen=True)
class Vetted:
    """What a table of verdicts holds.

    Attributes
    ----------
    n_row, n_elsewhere : int
        Rows, and those of objects that this store does not have (their position is nan).
    counts : dict of str to int
        Objects by verdict.
    n_tagged, n_noted : int
    conflicts : tuple of Conflict
    """

    n_row: int
    n_elsewhere: int
    counts: dict[str, int]
    n_tagged: int
    n_noted: int
    conflicts: tuple[Conflict, ...]


def conflicts(state: State) -> tuple[Conflict, ...]:
    """Objects on which two people's last words differ, by object; the later act stands."""
    found = []
    for (what, name), said in state.last_words.items():
        if len(set(said.values())) > 1:
            verdict = state.verdicts.get(name)
            stands = verdict.verdict if verdict else ""
            holds = stands if what == "verdict" else state.notes.get(name, "")
            found.append(Conflict(name, what, tuple(sorted(said.items())), holds))
    return tuple(sorted(found, key=lambda each: (each.object, each.what)))


def vetted(field: Field) -> Vetted:
    """Counts of what `lines` writes."""
    state = field.journal.state
    names = _named(state)
    row = field.rejections.row_of
    return Vetted(
        n_row=len(names),
        n_elsewhere=sum(row(name) < 0 for name in names),
        counts=dict(Counter(v.verdict for v in state.verdicts.values()).most_common()),
        n_tagged=len(state.tags),
        n_noted=len(state.notes),
        conflicts=conflicts(state),
    )


def lines(field: Field) -> Iterator[str]:
    """The table as CSV: comment lines, a header, a row for each object with a word on it.

    Catalogue order, then objects that the store does not have. ``by`` is who gave the verdict
    that stands, followed by those who said otherwise: ``Vera; Karl: blend``. Without a verdict it
    is who tagged or noted last. ``corrected`` is yes, no, or empty where it was not told.
    """
    state, reader = field.journal.state, field.reader
    what = vetted(field)
    disputed = {each.object: each for each in what.conflicts if each.what == "verdict"}
    header = {
        "lightledger": "verdicts, tags and notes, one row per object",
        "store": reader.path.name,
        "store uuid": reader.uuid,
        "software": f"Lightledger {lightledger.__version__}; store by {reader.software}",
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "time scale": "mjd_from and mjd_to are MJD, UTC (nan: open); at_utc is when it was said",
        "looks": "verdicts given to the object; agree: how many say what stands",
        "rows": what.n_row,
        "rows without an object in this store": what.n_elsewhere,
        "conflicts": len(what.conflicts),
    }
    yield from (comment(key, value) for key, value in header.items())
    yield from (comment("conflict", each) for each in what.conflicts)
    yield COLUMNS + "\n"
    row = field.rejections.row_of
    # objects that the store does not have: last, by name
    places = {name: (at if (at := row(name)) >= 0 else field.n_object) for name in _named(state)}
    for name in sorted(places, key=lambda name: (places[name], name)):
        yield _row(field, state, name, places[name], disputed.get(name))


def write(field: Field, path: Path) -> Vetted:
    """Write the table; a file of that name is replaced only by a whole one.

    Raises
    ------
    LightledgerError
        The file cannot be written.
    """
    with TextStream(path) as out:
        for line in lines(field):
            out.write(line)
        out.commit()
    return vetted(field)


def _row(field: Field, state: State, name: str, at: int, conflict: Conflict | None) -> str:
    here = at < field.n_object
    verdict = state.verdicts.get(name)
    seen = verdict or Verdict("", *state.last_act.get(name, ("", "")), looks=0, agree=0)
    by = seen.by
    if conflict is not None:
        others = (f"{who}: {_word(w)}" for who, w in conflict.said if w != conflict.holds)
        by = "; ".join((by, *others))
    cells = (
        text_cell(name),
        _number(float(field.ra_deg[at]) if here else None),
        _number(float(field.dec_deg[at]) if here else None),
        text_cell(seen.verdict),
        text_cell(_joined(state.tags.get(name, ()))),
        text_cell(state.notes.get(name, "")),
        text_cell(by),
        text_cell(seen.at_utc),
        str(seen.looks),
        str(seen.agree),
        text_cell(seen.measurement),
        "" if seen.corrected is None else ("no", "yes")[seen.corrected],
        _number(seen.mjd_from),
        _number(seen.mjd_to),
        _number(seen.excess),
    )
    return ",".join(cells) + "\n"


def _named(state: State) -> set[str]:
    return {*state.verdicts, *state.tags, *state.notes}


def _joined(tags: Iterable[str]) -> str:
    return BETWEEN_TAGS.join(sorted(tags))


def _word(word: str) -> str:
    return word or "none"


def _number(value: float | None) -> str:
    return repr(math.nan if value is None else float(value))
