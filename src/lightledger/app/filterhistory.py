"""What was asked of the objects before: walked through by Up and Down, as in a shell."""

from __future__ import annotations

from collections.abc import Iterable

#: So many are remembered.
MOST = 50


class FilterHistory:
    """Filters that held, the latest last, each once.

    >>> history = FilterHistory(["mag < 18", "excess > 3"])
    >>> history.step(-1, "half ty"), history.step(-1, "")
    ('excess > 3', 'mag < 18')
    >>> history.step(-1, "") is None
    True
    >>> history.step(1, ""), history.step(1, "")
    ('excess > 3', 'half ty')
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = list(texts)[-MOST:]
        self._draft = ""
        self._place: int | None = None

    def add(self, text: str) -> None:
        """A filter that held; the walk is over."""
        self._place = None
        if text:
            self.texts = [*(t for t in self.texts if t != text), text][-MOST:]

    def step(self, by: int, now: str) -> str | None:
        """What stands ``by`` further; None where nothing does.

        Parameters
        ----------
        now : str
            What stands in the box: it comes back after the latest.
        """
        if self._place is None:
            self._draft, self._place = now, len(self.texts)
            if self.texts and self.texts[-1] == now:
                self._place -= 1
        place = self._place + by
        if not 0 <= place <= len(self.texts):
            return None
        self._place = place
        return self.texts[place] if place < len(self.texts) else self._draft
