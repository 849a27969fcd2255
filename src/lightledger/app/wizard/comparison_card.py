"""Comparison stars: suggested ones, added and removed ones."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from .picture import Found
from .pieces import Card, button, label


class _List(QListWidget):
    """Takes what the other cards leave, and never makes the column scroll."""

    def sizeHint(self) -> QSize:
        return QSize(200, 72)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 72)


class ComparisonCard(Card):
    """A list with a tick for each star; clicks in the picture add while "Pick" is down.

    Kept by position: ids of detections change with the threshold, stars do not move.
    """

    changed = Signal()
    picking = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Comparison stars", parent)
        self._found: Found | None = None
        self._suggested: tuple[int, ...] = ()
        self._added: list[tuple[float, float]] = []
        self._removed: list[tuple[float, float]] = []
        self.pick = button("Pick in picture")
        self.pick.setCheckable(True)
        self.pick.setToolTip("Click stars in the picture to add or remove them")
        self.pick.toggled.connect(self.picking)
        self.head.addWidget(self.pick)
        self.list = _List()
        self.list.setAccessibleName("comparison stars")
        self.list.itemChanged.connect(self._ticked)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(
            label(
                "Suggested by brightness. The run keeps those whose light curves are constant; "
                "a star you add is always used, one you untick never.",
                "muted",
                wrap=True,
            )
        )

    @property
    def is_picking(self) -> bool:
        return self.pick.isChecked()

    def set_found(self, found: Found, suggested: tuple[int, ...]) -> None:
        """New detections; what was added and removed by hand stays, by position."""
        self._found, self._suggested = found, suggested
        self._fill()

    def clear(self) -> None:
        """No picture, no stars; what was chosen by hand comes back with the next one."""
        self._found, self._suggested = None, ()
        self._fill()

    def toggle(self, index: int) -> None:
        """Add a star, or remove it when it is on the list."""
        if self._found is None:
            return
        place = (float(self._found.x[index]), float(self._found.y[index]))
        on = index in self._chosen()
        for stars in (self._added, self._removed):
            stars[:] = [p for p in stars if not _same(p, place)]
        if on and index in self._suggested:
            self._removed.append(place)
        elif not on and index not in self._suggested:
            self._added.append(place)
        self._fill()

    def added(self) -> tuple[str, ...]:
        return self._ids(self._added)

    def removed(self) -> tuple[str, ...]:
        return self._ids(self._removed)

    def positions(self) -> tuple[np.ndarray, np.ndarray]:
        """Pixels of the stars that are ticked."""
        if self._found is None:
            return np.empty(0), np.empty(0)
        chosen = sorted(self._chosen())
        return self._found.x[chosen], self._found.y[chosen]

    def _indices(self, places: list[tuple[float, float]]) -> list[int]:
        if self._found is None:
            return []
        near = [self._found.nearest(x, y, 2.0) for x, y in places]
        return [i for i in near if i is not None]

    def _ids(self, places: list[tuple[float, float]]) -> tuple[str, ...]:
        found = self._found
        return tuple(found.ids[i] for i in self._indices(places)) if found else ()

    def _chosen(self) -> set[int]:
        removed = set(self._indices(self._removed))
        return (set(self._suggested) | set(self._indices(self._added))) - removed

    def _fill(self) -> None:
        found = self._found
        self.list.blockSignals(True)
        self.list.clear()
        if found is not None:
            added = set(self._indices(self._added))
            chosen = self._chosen()
            for i in sorted(set(self._suggested) | added):
                word = "added" if i in added else "suggested"
                item = QListWidgetItem(
                    f"{found.ids[i]}   x {found.x[i]:.0f}, y {found.y[i]:.0f}   {word}"
                )
                item.setData(Qt.ItemDataRole.UserRole, i)
                state = Qt.CheckState.Checked if i in chosen else Qt.CheckState.Unchecked
                item.setCheckState(state)
                self.list.addItem(item)
        self.list.blockSignals(False)
        self.changed.emit()

    def _ticked(self, item: QListWidgetItem) -> None:
        self.toggle(int(item.data(Qt.ItemDataRole.UserRole)))


def _same(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return abs(a[0] - b[0]) < 2 and abs(a[1] - b[1]) < 2
