"""Problems as they happen, and again at the end: which file, what, what to do."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QWidget

from lightledger.domain import Problem

from .note_delegate import NoteDelegate, note_item
from .pieces import Card, label

#: Lines listed; the rest is counted.
_LISTED = 500


class ProblemList(Card):
    """A card with one wrapped entry for each problem; its title counts them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Problems", parent)
        self._count = self._remarks = 0
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setItemDelegate(NoteDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("problems")
        self.none = label("None so far", "muted")
        self.body.addWidget(self.none)
        self.body.addWidget(self.list, 1)
        self.body.addStretch(0)
        self.clear()

    @property
    def count(self) -> int:
        return self._count

    def clear(self, empty: str = "None so far") -> None:
        self._count = self._remarks = 0
        self.list.clear()
        self.none.setText(empty)
        self._show()

    def add(self, problem: Problem) -> None:
        self._count += 1
        self._remarks += problem.severity == "note"
        if self._count <= _LISTED:
            what = f"{problem.what}; {problem.advice}" if problem.advice else problem.what
            self.list.addTopLevelItem(note_item(problem.file or problem.visit, what))
        self._show()

    def _show(self) -> None:
        self.list.setVisible(self._count > 0)
        self.none.setVisible(self._count == 0)
        problems, more = self._count - self._remarks, ""
        if self._remarks:
            more += f", remarks: {self._remarks:,}"
        if self._count > _LISTED:
            more += f" (the first {_LISTED} are shown)"
        self.title.setText(f"Problems: {problems:,}{more}")
