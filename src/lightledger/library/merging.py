"""Two people's journals of one field: the acts of the other are added to ours.

The result is the union by act id; the state is the replay in order of time, so it does not
depend on who merged whom, how often, or in which order. Where two people contradict each other
the later act stands, and the conflict is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import LightledgerError, counted
from lightledger.store.reader import StoreReader

from .actlog import SUFFIX, journal_path
from .acts import Act, BadLine, parse_line
from .journalfile import whole_lines
from .verdicts import Conflict, conflicts

if TYPE_CHECKING:
    from .field import Field

#: The same object in two stores of one field; another field is degrees away.
_SAME_PLACE_ARCSEC = 3.0
_HDF5 = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Merged:
    """What came of a merge.

    Attributes
    ----------
    n_new, n_known : int
        Acts added, and those that were here already.
    n_skipped : int
        Lines of the other journal that are no acts; they stay there.
    people : tuple of str
        Whose acts were added.
    conflicts : tuple of Conflict
        Of the journal as it is now.
    remark : str
        Why both journals were taken to be of one field, where that is not certain; '' else.
    """

    n_new: int
    n_known: int
    n_skipped: int
    people: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    remark: str = ""


def merge(field: Field, other: Path | str) -> Merged:
    """Add the acts of another journal to this field's, durably, line by line as they are.

    Acts that came by a merge are never undone by `Journal.undo`: they are of another session.

    Parameters
    ----------
    other : Path or str
        A journal file, or a store with its journal beside it.

    Raises
    ------
    LightledgerError
        No journal there, or one of another field; ours cannot be written.
    """
    path, store = _both(Path(other))
    if path.exists() and field.journal.path.exists() and path.samefile(field.journal.path):
        raise LightledgerError("that is the journal of this field itself", path)
    found, n_skipped = _read(path)
    if not found:
        raise LightledgerError("no act is in it", path, "name a journal, or the store beside it")
    field.journal.follow()
    acts = [act for act, _ in found]
    remark = _same_field(field, acts, path, store)
    ours = {act.id for act in field.journal.acts}
    new = {act.id: (act, line) for act, line in found if act.id not in ours}
    if new:
        lines = [line for _, line in sorted(new.values(), key=lambda each: each[0].order)]
        field.journal.append(b"".join(lines))
    return Merged(
        n_new=len(new),
        n_known=len({act.id for act in acts}) - len(new),
        n_skipped=n_skipped,
        people=tuple(sorted({act.person or "unknown" for act, _ in new.values()})),
        conflicts=conflicts(field.journal.state),
        remark=remark,
    )


def _both(other: Path) -> tuple[Path, Path]:
    """The journal and the store that belong together; either may be named."""
    try:
        with other.open("rb") as file:
            is_store = file.read(len(_HDF5)) == _HDF5
    except OSError as error:
        raise LightledgerError(f"cannot be read ({error.strerror or error})", other) from None
    if not is_store:
        return other, other.with_name(other.name.removesuffix(SUFFIX))
    path = journal_path(other)
    if not path.is_file():
        raise LightledgerError(
            "a store without a journal beside it", other, f"where is {path.name}?"
        )
    return path, other


def _read(path: Path) -> tuple[list[tuple[Act, bytes]], int]:
    """Acts with their lines, known to this version or not, and how many lines are none."""
    found, n_skipped = [], 0
    try:
        with path.open("rb") as file:
            for line in whole_lines(file, to_the_end=True):
                if not line.strip():
                    continue
                try:
                    found.append((parse_line(line), line.strip() + b"\n"))
                except BadLine:
                    n_skipped += 1
    except OSError as error:
        raise LightledgerError(f"cannot be read ({error.strerror or error})", path) from None
    return found, n_skipped


def _same_field(field: Field, acts: list[Act], path: Path, store: Path) -> str:
    """Make sure that ids mean the same objects in both; '' when certain, else why it is likely.

    A common uuid of a store proves it. Without one (adding visits gives a store another uuid)
    the objects that are named must be here, and where the other store is at hand, at the same
    place.

    Raises
    ------
    LightledgerError
    """
    mine = {act.store for act in field.journal.acts} | {field.reader.uuid}
    theirs = {act.store for act in acts}
    named = sorted({act.object for act in acts} | {n for act in acts for n in act.objects})
    named = [name for name in named if name]
    strangers = [name for name in named if field.rejections.row_of(name) < 0]
    asked = named or list(field.object_ids[:20])  # it may name visits alone
    places = _places(store, asked) if store.is_file() and store != path else None
    if places is not None:
        theirs.add(places[0])
    if mine & theirs - {""}:
        return ""
    why = ""
    if strangers:
        some = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        why = f"{len(strangers)} of its {len(named)} objects are not here ({some})"
    elif places is not None and (far := _farthest(field, places[1])):
        why = far
    elif not (named or (places and places[1])):
        why = "it names no object that could be compared"
    if why:
        raise LightledgerError(
            f"a journal of another field: {why}", path, "merge journals of one field only"
        )
    if places is not None:
        return ""
    return (
        f"nothing in {path.name} says that it is of this field, but all that it names is here: "
        f"{counted(len(named), 'object')}"
    )


def _places(store: Path, named: list[str]) -> tuple[str, dict[str, tuple[float, float]]] | None:
    """Uuid of the other store, and where the objects are there; None when it cannot be read."""
    try:
        with StoreReader(store) as reader:
            ra, dec = (np.asarray(reader.objects[name]) for name in ("ra", "dec"))
            rows = {name: row for row, name in enumerate(reader.object_ids)}
            found = {
                name: (float(ra[rows[name]]), float(dec[rows[name]]))
                for name in named
                if name in rows
            }
            return reader.uuid, found
    except (LightledgerError, KeyError):
        return None


def _farthest(field: Field, places: dict[str, tuple[float, float]]) -> str:
    """An object that is elsewhere in the other store, in words; '' when none is."""
    for name, (ra, dec) in places.items():
        row = field.rejections.row_of(name)
        east = (ra - field.ra_deg[row] + 180) % 360 - 180
        away = 3600 * float(np.hypot(east * np.cos(np.radians(dec)), dec - field.dec_deg[row]))
        if away > _SAME_PLACE_ARCSEC:
            return f"its {name} is {away:,.0f} arcsec away from ours"
    return ""
