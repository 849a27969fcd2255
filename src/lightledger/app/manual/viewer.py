"""The manual's window: pages on the left, a page on the right, search over all of them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.theme import Themes
from lightledger.app.turns import in_turns

from . import pages
from .browser import ManualBrowser
from .search import search

_WHERE = Qt.ItemDataRole.UserRole
_LIST_WIDTH = 260


class SearchBox(QLineEdit):
    """Down goes to what was found, Escape forgets it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class ManualWindow(QWidget):
    """A window beside the main one; it stays usable while a dialog is open."""

    def __init__(self, themes: Themes) -> None:
        super().__init__()
        self.setObjectName("manual")
        self.setWindowTitle("Manual — Lightledger")
        self.resize(1140, 780)
        self.browser = ManualBrowser(themes, self)
        self.box = SearchBox(self)
        self.box.setPlaceholderText("Search the manual")
        self.box.setAccessibleName("Search the manual")
        self.box.setClearButtonEnabled(True)
        self.contents = _tree("Pages")
        self.hits = _tree("Found")
        self.nothing = QLabel("No page has all these words.")
        self.nothing.setProperty("muted", True)
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(8, 8, 8, 8)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._left = QStackedWidget(self)
        for each in (self.contents, self.hits, self.nothing):
            self._left.addWidget(each)
        self.back = _button("←", "Back  (Alt+Left)", self.browser.backward)
        self.forward = _button("→", "Forward  (Alt+Right)", self.browser.forward)
        self._items: list[QTreeWidgetItem] = []
        self._build()
        self._connect()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        home = _button("Contents", "All pages  (Alt+Home)", self.show_contents)
        for button in (self.back, self.forward, home):
            head.addWidget(button)
        head.addStretch(1)
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(8, 8, 0, 8)
        lines.setSpacing(8)
        lines.addLayout(head)
        lines.addWidget(self.box)
        lines.addWidget(self._left, 1)
        split = QSplitter()
        split.addWidget(side)
        split.addWidget(self.browser)
        split.setStretchFactor(1, 1)
        split.setSizes([_LIST_WIDTH, 880])
        split.setChildrenCollapsible(False)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)

    def _fill(self) -> None:
        """List the pages, once."""
        if self._items:
            return
        for title, names in pages.contents():
            group = QTreeWidgetItem([title])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = self.font()
            font.setBold(True)
            group.setFont(0, font)
            self.contents.addTopLevelItem(group)
            for name in names:
                item = QTreeWidgetItem([pages.page(name).title])
                item.setData(0, _WHERE, name)
                group.addChild(item)
                self._items.append(item)
        self.contents.expandAll()

    def _connect(self) -> None:
        self.browser.backwardAvailable.connect(self.back.setEnabled)
        self.browser.forwardAvailable.connect(self.forward.setEnabled)
        self.browser.shown.connect(self._follow)
        self.box.textChanged.connect(self._search)
        self.box.returnPressed.connect(self._next)
        self.box.left.connect(self._to_list)
        for tree in (self.contents, self.hits):
            tree.currentItemChanged.connect(lambda item, _: self._choose(item))
            tree.itemActivated.connect(lambda *_: self.browser.setFocus())
        for key, do in (
            ("Ctrl+F", self._to_box), ("/", self._to_box), ("F3", self._next),
            ("Alt+Left", self.browser.backward), ("Alt+Right", self.browser.forward),
            ("Alt+Home", self.show_contents), ("Ctrl+W", self.close), ("Esc", self._leave),
        ):  # fmt: skip
            QShortcut(QKeySequence(key), self, do)

    # -- pages

    def show_page(self, where: str) -> None:
        """Come to the front, and show a page, or a place of it."""
        in_turns(self, self._fill, lambda: self.browser.show_page(where or pages.CONTENTS))
        self.show()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        self.browser.setFocus()

    def show_contents(self) -> None:
        """The first page, which lists all."""
        self.box.clear()
        self.browser.show_page(pages.CONTENTS)

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        where = item.data(0, _WHERE) if item is not None else None
        if where:
            self.browser.show_page(where)

    def _follow(self, name: str) -> None:
        """The list shows where the page stands."""
        self.contents.blockSignals(True)
        self.contents.setCurrentIndex(QModelIndex())
        for item in self._items:
            if item.data(0, _WHERE) == name:
                self.contents.setCurrentItem(item)
        self.contents.blockSignals(False)

    # -- search

    def _search(self, text: str) -> None:
        found = search(text)
        self.hits.blockSignals(True)
        self.hits.clear()
        for hit in found:
            where = hit.title if hit.heading == hit.title else f"{hit.title} › {hit.heading}"
            item = QTreeWidgetItem([f"{where}\n{hit.snippet}"])
            item.setToolTip(0, hit.snippet)
            item.setData(0, _WHERE, f"{hit.page}#{hit.anchor}")
            self.hits.addTopLevelItem(item)
        self.hits.blockSignals(False)
        one = self.hits if found else self.nothing
        self._left.setCurrentWidget(one if text.strip() else self.contents)
        self.browser.mark(text)
        if found:
            self._to_hit(0)

    def _next(self) -> None:
        """The next place on the page, then the next hit, then the first one again."""
        n = self.hits.topLevelItemCount()
        if n and not self.browser.next_mark():
            self._to_hit((self.hits.currentIndex().row() + 1) % n)

    def _to_hit(self, row: int) -> None:
        self.hits.setCurrentIndex(self.hits.model().index(row, 0))

    def _to_box(self) -> None:
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def _to_list(self) -> None:
        shown = self._left.currentWidget()
        if shown is not None:
            shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave(self) -> None:
        if self.box.text():
            self.box.clear()
        else:
            self.close()

    def sizeHint(self) -> QSize:
        return QSize(1140, 780)


def _tree(name: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setAccessibleName(name)
    tree.setHeaderHidden(True)
    tree.setRootIsDecorated(False)
    tree.setItemsExpandable(False)
    tree.setIndentation(8)
    tree.setProperty("roomy", True)
    tree.setTextElideMode(Qt.TextElideMode.ElideRight)
    return tree


def _button(text: str, tip: str, do: object) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setEnabled(text not in "←→")
    button.clicked.connect(do)  # type: ignore[arg-type]
    return button
