"""Shows pages of the manual, and nothing that does not come with the program."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from lightledger.app.theme import Themes, color

from . import pages
from .dressing import dress, fit

#: A line of text is read easily up to this width, pixels; and the space beside it.
WIDEST, BESIDE = 820, 28
_FOUND_ALPHA = 0.35
#: Pages and pictures as addresses: the root is the folder of resources.
_SCHEME, _HOME = "manual", "manual:/manual/"
_DRESSED = QTextDocument.MetaInformation.DocumentUrl


class ManualBrowser(QTextBrowser):
    """Pages by the name of their file, ``periods.md#aliases``; the history is QTextBrowser's.

    Notes
    -----
    What it may load are the pages that the contents list, and pictures of the shipped resources;
    everything else, also on this machine, is nothing.
    """

    #: Another page, or another place of it, is shown: its name.
    shown = Signal(str)

    def __init__(self, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._page = ""
        self._words = ""
        self._allowed = pages.folder().parent.resolve()
        self.setAccessibleName("Page of the manual")
        self.setOpenExternalLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setUndoRedoEnabled(False)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() + 0.5)
        self.document().setDefaultFont(font)
        themes.changed.connect(self._redraw)
        self.sourceChanged.connect(self._changed)

    @property
    def page(self) -> str:
        """Name of the page shown."""
        return self._page

    def show_page(self, where: str) -> None:
        """Show a page such as ``flags.md`` or a place of it, ``flags.md#saturated``."""
        self.setSource(QUrl(_HOME + pages.CONTENTS).resolved(QUrl(where)))

    # -- loading

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """A page, or a picture below the resources; None for everything else."""
        url = QUrl(name)
        if url.scheme() != _SCHEME:
            return None
        if kind == QTextDocument.ResourceType.MarkdownResource.value:
            return pages.page(_name(url)).source
        path = (self._allowed / url.path().lstrip("/")).resolve()
        inside = path.is_relative_to(self._allowed) and path.suffix == ".png"
        return QImage(str(path)) if inside and path.is_file() else None

    def doSetSource(
        self,
        name: QUrl | str,
        type: QTextDocument.ResourceType = QTextDocument.ResourceType.UnknownResource,
    ) -> None:
        """Show a page that the contents list; other links lead nowhere."""
        url = QUrl(name)
        if url.scheme() == _SCHEME and pages.exists(_name(url)):
            super().doSetSource(url, QTextDocument.ResourceType.MarkdownResource)

    def _changed(self, url: QUrl) -> None:
        if not url.isValid():
            return
        self._page = _name(url)
        # Qt knows no anchors of headings, and a page set anew has Qt's look
        if self.document().metaInformation(_DRESSED) != self._page:
            self._dress()
        self._go_to(url.fragment())
        self.shown.emit(self._page)

    def _dress(self) -> None:
        dress(self.document(), self._themes.current)
        self.document().setMetaInformation(_DRESSED, self._page)
        self._fit()
        self.mark(self._words)

    def _redraw(self) -> None:
        """The same place in the colours of the theme now in use."""
        if self._page:
            at = self.verticalScrollBar().value()
            self.setMarkdown(pages.page(self._page).source)
            self._dress()
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
        fit(self.document(), room - 2 * beside, beside)

    def sizeHint(self) -> QSize:
        return QSize(WIDEST + 2 * BESIDE, 700)


def _name(url: QUrl) -> str:
    """The page of an address, as links of the manual name it.

    >>> _name(QUrl("manual:/manual/flags.md#saturated")), _name(QUrl("manual:/FORMAT.md"))
    ('flags.md', '../../FORMAT.md')
    """
    above, _, name = url.path().rpartition("/")
    return name if above == "/manual" else f"../../{name}" if not above else url.path()
