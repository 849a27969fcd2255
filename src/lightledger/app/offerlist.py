"""Completions beneath the filter box: a list inside the window, which never takes the focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeView, QWidget

from .completion import Offer
from .theme import small_font

_WIDTH, _MOST_ROWS = 480, 10


class OfferList(QTreeView):
    """Names and meanings. No popup window: those take focus and keys on some systems."""

    chosen = Signal(object)

    def __init__(self, box: QWidget) -> None:
        super().__init__(box)
        self._box = box
        self._offers: list[Offer] = []
        self._items = QStandardItemModel(0, 2, self)
        self.setModel(self._items)
        self.setAccessibleName("Names that fit")
        self.setFrameShape(QFrame.Shape.Box)
        self.setProperty("floating", True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setRootIsDecorated(False)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFont(small_font())
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        self.clicked.connect(lambda index: self.chosen.emit(self._offers[index.row()]))
        self.hide()

    @property
    def names(self) -> list[str]:
        """What is offered now."""
        return [offer.insert.strip("`") for offer in self._offers] if self.isVisible() else []

    def show_offers(self, offers: Sequence[Offer], left: int) -> None:
        """Show offers under the box, ``left`` pixels from its edge; none: hide."""
        self._offers = list(offers)
        self._items.removeRows(0, self._items.rowCount())
        if not offers:
            self.hide()
            return
        for offer in offers:
            name, meaning = QStandardItem(offer.insert.strip("`")), QStandardItem(offer.meaning)
            meaning.setToolTip(offer.meaning)
            self._items.appendRow([name, meaning])
        window = self._box.window()
        self.setParent(window)
        row = max(self.sizeHintForRow(0), 1)
        self.resize(_WIDTH, row * min(len(offers), _MOST_ROWS) + 2 * self.frameWidth() + 2)
        where = self._box.mapTo(window, QPoint(left, self._box.height() + 2))
        self.move(max(0, min(where.x(), window.width() - _WIDTH)), where.y())
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """Select the next or previous offer."""
        row = self.currentIndex().row() + by if self.currentIndex().isValid() else max(by - 1, -1)
        self.setCurrentIndex(self._items.index(row % len(self._offers), 0))

    def current(self, first: bool = False) -> Offer | None:
        """The selected offer; ``first``: the first one where none is selected."""
        if not self.isVisible():
            return None
        if self.currentIndex().isValid():
            return self._offers[self.currentIndex().row()]
        return self._offers[0] if first else None
