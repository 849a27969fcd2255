"""Asks which pages of a contact sheet are to be drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.buttons import answers, primary_button
from lightledger.domain import counted

from .sheetpages import A_PAGE, Pages, first_pages, list_words, pages_of


class SheetDialog(QDialog):
    """First and last page, and what that is of the whole."""

    def __init__(self, n_object: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_object = n_object
        self.setWindowTitle("Contact sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        whole = QLabel(f"{list_words(n_object)}, {A_PAGE} on each")
        start, n_page = first_pages(n_object), pages_of(n_object)
        self.first, self.last = QSpinBox(), QSpinBox()
        line = QHBoxLayout()
        for box, words, value in (
            (self.first, "Pages", start.first), (self.last, "to", start.last)
        ):  # fmt: skip
            box.setRange(1, n_page)
            box.setValue(value)
            box.setGroupSeparatorShown(True)
            box.setAccessibleName("First page" if box is self.first else "Last page")
            line.addWidget(QLabel(words))
            line.addWidget(box, 1)
        self.words = QLabel()
        self.words.setProperty("muted", True)
        self.draw = primary_button("Draw…")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 24, 24, 16)
        lines.setSpacing(12)
        lines.addWidget(whole)
        lines.addLayout(line)
        lines.addWidget(self.words)
        lines.addWidget(answers(self, self.draw))
        self.first.valueChanged.connect(self._follow)
        self.last.valueChanged.connect(self._follow)
        self._follow()

    @property
    def pages(self) -> Pages:
        """What is chosen."""
        return Pages(self._n_object, self.first.value(), self.last.value())

    def _follow(self) -> None:
        self.last.setMinimum(self.first.value())
        pages = self.pages
        n = pages.last - pages.first + 1
        some = f"{len(pages.places):,} of {self._n_object:,} objects"
        self.words.setText(f"{counted(n, 'picture')}, {some}")
