"""What was said of the objects, as columns that are kept up act by act."""

from __future__ import annotations

import threading

import numpy as np

from .journal import Journal
from .rejections import Rejections


class Words:
    """Verdicts, tags and notes of a field as columns in catalogue order.

    A verdict changes one row: fifty thousand of them are not written anew for it.
    """

    def __init__(self, journal: Journal, rejections: Rejections, n_object: int) -> None:
        self._journal, self._row_of, self._n = journal, rejections.row_of, n_object
        self._columns: dict[str, np.ndarray] = {}
        self._known = 0
        self._lock = threading.Lock()

    def columns(self) -> dict[str, np.ndarray]:
        """What was said until now.

        Returns
        -------
        dict of str to ndarray, shape (n_object,)
            ``verdict`` and ``note`` (str, '' for none), ``tags`` (tuples of str, sorted) of
            objects, ``vetted`` (bool: has a verdict), ``period_d`` and ``period_epoch_mjd``
            (float64, nan for none). They follow the journal: copy what is
            to stay. What is said of objects that the store does not have is left out.
        """
        with self._lock:
            changed = self._journal.touched(self._known)
            self._known += len(changed)
            if not self._columns or "" in changed:
                self._begin()
            else:
                for name in set(changed):
                    self._write(name)
            return self._columns

    def _begin(self) -> None:
        n, state = self._n, self._journal.state
        tags = np.empty(n, object)
        tags.fill(())
        self._columns = {
            "verdict": np.full(n, "", object),
            "tags": tags,
            "note": np.full(n, "", object),
            "vetted": np.zeros(n, bool),
            "period_d": np.full(n, np.nan),
            "period_epoch_mjd": np.full(n, np.nan),
        }
        for name in {*state.verdicts, *state.tags, *state.notes, *state.periods}:
            self._write(name)

    def _write(self, name: str) -> None:
        row, state = self._row_of(name), self._journal.state
        if row < 0:
            return
        verdict = state.verdicts.get(name)
        self._columns["verdict"][row] = verdict.verdict if verdict else ""
        self._columns["vetted"][row] = verdict is not None
        self._columns["tags"][row] = tuple(sorted(state.tags.get(name, ())))
        self._columns["note"][row] = state.notes.get(name, "")
        period = state.periods.get(name)
        self._columns["period_d"][row] = period.period_d if period else np.nan
        self._columns["period_epoch_mjd"][row] = period.epoch_mjd if period else np.nan
