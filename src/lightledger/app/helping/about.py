"""About: version, licence, and what the program is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lightledger import __version__
from lightledger.app.notifications import Notifications
from lightledger.app.settings import Settings
from lightledger.app.theme import small_font
from lightledger.installation import places
from lightledger.installation.notices import Part, licence, parts, texts
from lightledger.workers import Jobs

_ICON_PX = 72


class AboutDialog(QDialog):
    """Three tabs: where things are kept, what the program is made of, its own licence."""

    def __init__(
        self, settings: Settings, jobs: Jobs, desk: Notifications, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Lightledger")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 520)
        self._jobs, self._desk = jobs, desk
        self.tabs = QTabWidget()
        self.table = self._table()
        self.notice = _text("Licence of the chosen package")
        made = QWidget()
        both = QVBoxLayout(made)
        both.setContentsMargins(0, 8, 0, 0)
        both.addWidget(self.table, 1)
        both.addWidget(self.notice, 1)
        self.tabs.addTab(_places(settings), "Places")
        self.tabs.addTab(made, "Made with")
        own = _text("Licence of Lightledger")
        own.setPlainText(licence())
        self.tabs.addTab(own, "Licence")
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(close)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 24, 24, 16)
        lines.setSpacing(16)
        lines.addLayout(self._head())
        lines.addWidget(self.tabs, 1)
        lines.addLayout(below)
        close.setFocus()
        job = jobs.run(parts, done=self._show_parts, failed=desk.error)
        self.finished.connect(lambda _: job.cancel())

    def _head(self) -> QHBoxLayout:
        icon = QLabel()
        icon.setPixmap(QIcon(self.windowIcon()).pixmap(_ICON_PX, _ICON_PX))
        name = QLabel(f"Lightledger {__version__}")
        name.setProperty("heading", True)
        name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        what = QLabel("One field imaged a thousand times: every object's light curve, on screen.")
        what.setWordWrap(True)
        whose = QLabel("BSD 3-clause licence. Nothing you do with it is sent anywhere.")
        whose.setProperty("muted", True)
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (name, what, whose):
            words.addWidget(label)
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        return head

    def _table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setAccessibleName("Packages")
        table.setHeaderLabels(["Package", "Version", "Licence", "Home"])
        table.setRootIsDecorated(False)
        table.setProperty("roomy", True)
        table.setUniformRowHeights(True)
        for column in (0, 1):
            table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        table.header().resizeSection(2, 220)
        table.currentItemChanged.connect(lambda item, _: self._show_texts(item))
        return table

    def _show_parts(self, found: tuple[Part, ...]) -> None:
        for part in found:
            item = QTreeWidgetItem([part.name, part.version, part.licence, part.link])
            for column in (2, 3):
                item.setToolTip(column, item.text(column))
            self.table.addTopLevelItem(item)
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)

    def _show_texts(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self._jobs.run(texts, item.text(0), done=self._fill, failed=self._desk.error,
                           channel="licence")  # fmt: skip

    def _fill(self, found: dict[str, str]) -> None:
        said = "\n\n".join(f"{name}\n\n{text.strip()}" for name, text in sorted(found.items()))
        self.notice.setPlainText(said or "This package brings no text of its licence.")


def _text(name: str) -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setAccessibleName(name)
    box.setFont(small_font())
    return box


def _places(settings: Settings) -> QWidget:
    page = QWidget()
    lines = QVBoxLayout(page)
    lines.setContentsMargins(0, 12, 0, 0)
    lines.setSpacing(8)
    for name, place in (
        ("Settings", settings.file),
        ("Log and crash reports", places.log_folder()),
        ("Journals of stores that cannot be written", places.data_folder() / "journals"),
        ("Compiled kernels", places.cache_folder()),
    ):
        folder = place.parent if place.suffix else place
        label = QLabel(f'{name}<br><a href="{folder.as_uri()}">{place}</a>')
        label.setOpenExternalLinks(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        label.setWordWrap(True)
        lines.addWidget(label)
    lines.addStretch(1)
    return page
