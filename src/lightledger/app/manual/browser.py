"""Shows pages of the manual, and nothing that does not come with the program."""

from __future__ import annotations

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from lightledger.app.theme import Themes, color

from . import pages
from .dressing import dress, fit_pictures

#: A line of text is read easily up to this width, pixels; and the space beside it.
WIDEST, BESIDE = 820, 28
_FOUND_ALPHA = 0.35


class ManualBrowser(QTextBrowser):
    """Pages by the name of their file, ``periods.md#aliases``; the history is QTextBrowser's.

    Notes
    -----
    What it may load are the pages that the contents list, and pictures of the shipped resources;
    everything else, also on this machine, is nothing.
    """

    #: Another page, or another place of it, is shown: name, anchor.
    shown = Signal(str, str)

    def __init__(self, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._page = ""
        self._words = ""
        self._allowed = pages.folder().parent.resolve()
        self.setAccessibleName("Page of the manual")
        self.setOpenExternalLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() + 0.5)
        self.document().setDefaultFont(font)
        themes.changed.connect(self._redraw)

    @property
    def page(self) -> str:
        """Name of the page shown."""
        return self._page

    def show_page(self, where: str) -> None:
        """Show a page such as ``flags.md`` or a place of it, ``flags.md#saturated``."""
        self.setSource(QUrl(where))

    # -- loading

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures below the resources; None for everything else."""
        url = QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value or not url.isRelative():
            return None
        path = (pages.folder() / url.path()).resolve()
        inside = path.is_relative_to(self._allowed) and path.suffix == ".png"
        return QImage(str(path)) if inside and path.is_file() else None

    def doSetSource(self, name: QUrl | str, type: object = None) -> None:
        """Show a page that the contents list; other links lead nowhere."""
        url = QUrl(name)
        wanted, place = url.path() or self._page, url.fragment()
        if not url.isRelative():
            return
        try:
            found = pages.page(wanted)
        except FileNotFoundError:
            return
        if wanted != self._page:
            self._page = wanted
            self._fill(found)
        self._go_to(place)
        self.shown.emit(wanted, place)

    def _fill(self, page: pages.Page) -> None:
        document = self.document()
        document.setMarkdown(page.source, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        document.setBaseUrl(QUrl())
        dress(document, self._themes.current)
        self._fit()
        self.mark(self._words)

    def _redraw(self) -> None:
        """The same place in the colours of the theme now in use."""
        if self._page:
            at = self.verticalScrollBar().value()
            self._fill(pages.page(self._page))
            self.verticalScrollBar().setValue(at)

    # -- places

    def _go_to(self, place: str) -> None:
        block = self._heading(place) if place else None
        if block is None:
            self.verticalScrollBar().setValue(0)
            self.moveCursor(QTextCursor.MoveOperation.Start)
            return
        self.setTextCursor(QTextCursor(block))
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top) - 8)

    def _heading(self, place: str) -> QTextBlock | None:
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and pages.anchor(block.text()) == place:
                return block
            block = block.next()
        return None

    # -- words that are looked for

    def mark(self, words: str) -> int:
        """Mark every place of these words on the page; how many there are."""
        self._words = words
        marks = []
        for word in words.split():
            cursor = self.document().find(word)
            while not cursor.isNull():
                one = QTextEdit.ExtraSelection()
                one.cursor = cursor
                one.format.setBackground(color(self._themes.current.accent, _FOUND_ALPHA))
                one.format.setForeground(QColor(self._themes.current.text))
                marks.append(one)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(marks)
        return len(marks)

    def next_mark(self) -> bool:
        """Go to the next marked place on the page; False where there is none below."""
        here = self.textCursor().selectionEnd()
        places = sorted(one.cursor.selectionStart() for one in self.extraSelections())
        later = [place for place in places if place > here]
        if not later:
            return False
        cursor = self.textCursor()
        cursor.setPosition(later[0])
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        return True

    # -- room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """Margins that leave a readable column, and pictures as wide as it is."""
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        beside = max(BESIDE, (room - WIDEST) // 2)
        self.setViewportMargins(beside, 16, beside, 0)
        fit_pictures(self.document(), room - 2 * beside)

    def sizeHint(self) -> QSize:
        return QSize(WIDEST + 2 * BESIDE, 700)
