"""Radii and boxes as a person types them."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QLineEdit

from lightledger.domain import radius_text

#: Most of one kind; each is a light curve per object.
_MOST = 20
_LARGEST = 1000


def parse_radii(text: str) -> tuple[float, ...] | None:
    """Radii of a list that a person typed, sorted; None when it is not one.

    >>> parse_radii("3, 2 4.5"), parse_radii(""), parse_radii("2, x")
    ((2.0, 3.0, 4.5), (), None)
    """
    try:
        radii = sorted({float(part) for part in re.split(r"[,;\s]+", text.strip()) if part})
    except ValueError:
        return None
    fine = all(0 < r <= _LARGEST for r in radii) and len(radii) <= _MOST
    return tuple(radii) if fine else None


def parse_boxes(text: str) -> tuple[int, ...] | None:
    """Sides of boxes, whole pixels; None when it is no list of them.

    >>> parse_boxes("7, 3"), parse_boxes("2.5")
    ((3, 7), None)
    """
    sides = parse_radii(text)
    if sides is None or any(side != int(side) for side in sides):
        return None
    return tuple(int(side) for side in sides)


def listed(sizes: tuple[float, ...] | tuple[int, ...]) -> str:
    """Sizes as they are typed."""
    return ", ".join(radius_text(size) for size in sizes)


def size_line(name: str, tip: str, placeholder: str = "") -> QLineEdit:
    """A line for a list of sizes."""
    line = QLineEdit()
    line.setAccessibleName(name)
    line.setToolTip(tip)
    line.setPlaceholderText(placeholder)
    return line
