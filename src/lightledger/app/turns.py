"""Work for the window's thread in pieces: keys and paints come in between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def in_turns(owner: QObject, *steps: Callable[[], object]) -> None:
    """Take each step in a turn of the event loop of its own, while ``owner`` lives."""

    def take() -> None:
        steps[0]()
        in_turns(owner, *steps[1:])

    if steps:
        # 0 would be an event posted to this very turn.
        QTimer.singleShot(1, owner, take)
