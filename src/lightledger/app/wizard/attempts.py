"""Runs of one wizard, one after the other: what may go on, and what has to start afresh."""

from __future__ import annotations

from .state import Choices


class Attempts:
    """Remembers what the last run was made with."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._last: tuple[object, ...] = ()

    def begin(self) -> None:
        """A run begins; visits that an attempt with other settings staged are of no use to it.

        A published store is never left behind like that: there the person has to say so.
        """
        c = self._choices
        stale = c.unfinished and self._last != self._settings()
        if stale and c.output is not None and not c.output.exists():
            c.remeasure = True
        self._last = self._settings()
        c.unfinished = True

    def _settings(self) -> tuple[object, ...]:
        """What decides the numbers of a run."""
        c = self._choices
        return (
            c.recipe().measuring,
            c.catalogues,
            c.source,
            c.coadd,
            c.catalogue,
            tuple(c.targets),
            c.output,
        )
