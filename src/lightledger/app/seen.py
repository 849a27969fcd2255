"""Whether anybody looks: what is not seen need not follow."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def is_seen(widget: QWidget) -> bool:
    """Whether any part of a widget is on screen.

    A dock behind another tab counts as visible for Qt; it only lies outside of the window.
    """
    return not widget.visibleRegion().isEmpty()
