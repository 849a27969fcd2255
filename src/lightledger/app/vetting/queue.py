"""A list to be vetted: ids frozen in their order, how far it is, and what a second look says."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import LightledgerError

from .verdictset import UNSURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lightledger.library import Field
    from lightledger.library.state import Subset

#: Names of second looks begin with this; the journal has no other word for them.
SECOND = "second look: "
#: Of the objects that somebody was sure of, so many are looked at again.
PART_AGAIN = 0.05


@dataclass(frozen=True)
class Queue:
    """A frozen list.

    Attributes
    ----------
    subset : Subset
        What the journal keeps of it.
    rows : ndarray of int64
        Rows of its objects in the catalogue, in the frozen order.
    n_gone : int
        Ids that this store does not have.
    earlier : dict of int to str
        Of a second look, the verdicts before it; they are hidden until there is another one.
    """

    subset: Subset
    rows: np.ndarray
    n_gone: int = 0
    earlier: dict[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.subset.name

    @property
    def is_second(self) -> bool:
        """Whether it is a second look."""
        return self.name.startswith(SECOND)

    def done(self, of: Field) -> np.ndarray:
        """Which of the objects are vetted, boolean, in the order of ``rows``."""
        vetted = of.words.columns()["vetted"][self.rows]
        if self.is_second:
            verdicts, ids = of.journal.state.verdicts, of.object_ids
            again = [verdicts[ids[row]].at_utc > self.subset.at_utc for row in self.rows[vetted]]
            vetted[vetted] = again
        return vetted

    def agreement(self, of: Field) -> tuple[int, int]:
        """Of a second look: how many verdicts are as before, of how many."""
        words, again = of.words.columns()["verdict"], self.rows[self.done(of)]
        same = sum(words[row] == self.earlier.get(int(row)) for row in again)
        return same, len(again)


def load(of: Field, name: str) -> Queue | None:
    """The list that the journal keeps under a name; None where it keeps no ids of it."""
    subset = of.journal.state.subsets.get(name)
    if subset is None or not subset.objects:
        return None
    found = of.rejections.rows_of(subset.objects)
    rows = found[found >= 0]
    earlier = _earlier(of, subset) if name.startswith(SECOND) else {}
    return Queue(subset, rows, int(found.size - rows.size), earlier)


def latest(of: Field) -> str:
    """Name of the list that was frozen last, '' for none."""
    frozen = [s for s in of.journal.state.subsets.values() if s.objects]
    return max(frozen, key=lambda s: s.at_utc).name if frozen else ""


def same_list(of: Field, ids: Sequence[str]) -> str:
    """Name of the list of just these objects in this order, '' for none."""
    wanted = tuple(ids)
    subsets = of.journal.state.subsets.values()
    return next((s.name for s in subsets if s.objects == wanted), "")


def for_second_look(of: Field, queue: Queue, verdicts: Sequence[str]) -> list[str]:
    """Ids for a second look: all that nobody was sure of and 5 % of the rest, mixed.

    The choice is random, but the same for the same list and verdicts.

    Raises
    ------
    LightledgerError
        Nothing of the list is vetted yet.
    """
    words = of.words.columns()["verdict"]
    vetted = queue.rows[queue.done(of)]
    if not vetted.size:
        raise LightledgerError("there is nothing to look at again: nothing is vetted yet")
    unsure = np.array([words[row] == verdicts[UNSURE] for row in vetted], bool)
    rest = vetted[~unsure]
    draw = np.random.default_rng(zlib.crc32(f"{queue.name} {vetted.size}".encode()))
    again = draw.choice(rest, int(np.ceil(PART_AGAIN * rest.size)), replace=False)
    return [of.object_ids[row] for row in draw.permutation(np.concatenate([vetted[unsure], again]))]


def _earlier(of: Field, subset: Subset) -> dict[int, str]:
    """The last verdict of each object before a list was frozen."""
    asked, found = set(subset.objects), {}
    journal = of.journal
    for act in sorted(journal.acts, key=lambda act: act.order):
        if act.at_utc < subset.at_utc and act.object in asked and journal.holds(act):
            if act.act == "set_verdict":
                found[act.object] = act.verdict
            elif act.act == "clear_verdict":
                found.pop(act.object, None)
    return {of.rejections.row_of(name): verdict for name, verdict in found.items()}
