"""The way through the wizard: its pages in order, another one for images than for catalogues."""

from __future__ import annotations

from dataclasses import dataclass

from .pieces import Page


@dataclass(frozen=True)
class Route:
    """Pages of one kind of input; the last two are the run and its end.

    Attributes
    ----------
    names : tuple of str
        Of all pages but the last.
    pages : tuple of Page
    """

    names: tuple[str, ...]
    pages: tuple[Page, ...]

    @property
    def start(self) -> int:
        """The page with the Start button."""
        return len(self.pages) - 3

    @property
    def run(self) -> int:
        return len(self.pages) - 2

    @property
    def end(self) -> int:
        return len(self.pages) - 1
