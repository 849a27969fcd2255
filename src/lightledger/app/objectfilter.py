"""Which objects pass the filter: evaluated in a worker, remembered with its store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.domain import LightledgerError
from lightledger.workers import Job, Jobs

from .numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lightledger.library import Field

#: Letters that come together are evaluated once; a letter more takes back what still runs.
PAUSE_MS = 10


class ObjectFilter(QObject):
    """The filter that holds, and the one that is being asked for.

    The list never changes by itself: other numbers (another measurement, another range) do not
    evaluate it anew, `renew` does.

    Attributes
    ----------
    text : str
        The filter that holds; '' passes all.
    subset : str
        Named subset of the journal within which it holds; '' is the whole field.
    held : str
        Where a list of objects came from that is held instead of an expression; '' for none.
    keep : ndarray of bool, shape (n_object,), or None
        Who passes it.
    source : str
        Whose numbers decided that (`Numbers.source`).
    said : callable
        The journal's columns as they may be shown; None where none is hidden.
    """

    #: Another filter holds; whether a person meant it (Return) or is still typing.
    changed = Signal(bool)
    #: What was asked cannot be evaluated; the filter before holds on.
    refused = Signal(object, bool)

    def __init__(self, numbers: Numbers, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers, self._jobs = numbers, jobs
        self.text = self.subset = self.held = self.source = ""
        self.keep: np.ndarray | None = None
        self.said: Callable[[], Mapping[str, np.ndarray] | None] = lambda: None
        self._wanted = ""
        self._job: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(lambda: self._run(self._wanted, self.subset, False))
        numbers.session.words_changed.connect(self._follow)

    @property
    def holds(self) -> bool:
        """Whether anything is filtered."""
        return self.keep is not None

    @property
    def stale(self) -> bool:
        """Whether other numbers are shown than it was evaluated by; a list of ids never is."""
        fixed = self.held or self._frozen
        return self.holds and not fixed and self.source != self._numbers.source

    @property
    def _frozen(self) -> bool:
        """Whether it is nothing but a list of ids that the journal keeps."""
        kept = self._numbers.session.field.journal.state.subsets.get(self.subset)
        return not self.text and kept is not None and bool(kept.objects)

    @property
    def state(self) -> tuple[str, str]:
        """Text and subset, to be remembered."""
        return self.text, self.subset

    @property
    def words(self) -> str:
        """The filter as it may be said."""
        if self.held:
            return self.held
        inside = f"in {self.subset}" if self.subset else ""
        return f"{self.text} ({inside})" if self.text and inside else self.text or inside

    @property
    def n_pass(self) -> int:
        """Objects that pass, whatever else hides them."""
        return self._numbers.n_object if self.keep is None else int(np.count_nonzero(self.keep))

    def ask_soon(self, text: str) -> None:
        """Evaluate after a pause in typing."""
        self._wanted = text
        self._soon.start()

    def ask(self, text: str, subset: str = "", meant: bool = True) -> None:
        """Evaluate now."""
        self.give_up()
        self._run(text, subset, meant)

    def hold(self, keep: np.ndarray, words: str) -> None:
        """Let just these objects pass.

        Parameters
        ----------
        keep : ndarray of bool, shape (n_object,)
        words : str
            Where they came from.
        """
        self.give_up()
        self._set("", "", keep, self._numbers.source, words)
        self.changed.emit(True)

    def give_up(self) -> None:
        """Evaluate nothing more of what was asked; the filter that holds goes on."""
        self._soon.stop()
        if self._job is not None:
            self._job.cancel()
        self._job = None

    def _follow(self) -> None:
        """The subset may have been undone or deleted: who is listed stays, as a list."""
        if self.subset and self.subset not in self._numbers.session.field.journal.state.subsets:
            assert self.keep is not None
            self.give_up()
            self._set("", "", self.keep, self.source, f"{self.words}, kept no longer")
            self.changed.emit(False)

    def renew(self) -> None:
        """The same filter, by the numbers of now."""
        if self.holds and not self.held:
            self._run(self.text, self.subset, False)

    def _run(self, text: str, subset: str, meant: bool) -> None:
        text, source = text.strip(), self._numbers.source
        self.give_up()

        def done(keep: np.ndarray | None) -> None:
            self._set(text, subset, keep, source)
            self.changed.emit(meant)

        if not text and not subset:
            done(None)
            return
        numbers = self._numbers
        self._job = self._jobs.run(
            passing,
            numbers.session.field,
            text,
            numbers.measurement,
            numbers.corrected,
            numbers.statistics,
            subset,
            self.said(),
            done=done,
            failed=lambda error: self._refuse(error, meant),
        )

    def _set(
        self, text: str, subset: str, keep: np.ndarray | None, source: str, held: str = ""
    ) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self.text, self.subset, self.held = text, subset, held
        self.keep, self.source = keep, source

    def _refuse(self, error: LightledgerError, meant: bool) -> None:
        self._job = None
        self.refused.emit(error, meant)


def passing(
    field: Field,
    where: str,
    measurement: str,
    corrected: bool,
    statistics: Mapping[str, np.ndarray] | None,
    subset: str,
    said: Mapping[str, np.ndarray] | None,
) -> np.ndarray:
    """Who passes an expression, boolean, shape (n_object,); for a worker.

    Raises
    ------
    QueryError
    """
    from lightledger.library.find import find

    found = find(
        field, where, measurement, corrected, None, "", None, None, subset, statistics, said
    )
    keep = np.zeros(field.n_object, bool)
    keep[found.rows] = True
    return keep
