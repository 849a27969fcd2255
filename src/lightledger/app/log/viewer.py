"""The log in a window: by level, by word, with what lies behind each line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.theme import Theme, small_font

from .reading import FROM, Record, read
from .writing import log_file, older_first

_HEADS = ("Time, UTC", "Level", "From", "What")
_FOLLOW_MS = 1000
_WORDS = {"DEBUG": "detail", "INFO": "info", "WARNING": "warning", "ERROR": "error",
          "CRITICAL": "fatal"}  # fmt: skip


class _Model(QAbstractTableModel):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.records: list[Record] = []
        self._theme = theme

    def show(self, records: list[Record]) -> None:
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def rowCount(self, parent: object = None) -> int:
        return len(self.records)

    def columnCount(self, parent: object = None) -> int:
        return len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _HEADS[section]
        return None

    def data(self, index: QModelIndex, role: int = 0) -> object:  # type: ignore[override]
        record = self.records[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            source = record.source.removeprefix("lightledger.")
            level = _WORDS.get(record.level, record.level)
            return (record.time, level, source, record.text)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return QColor(self._theme.problem if record.at_least("WARNING") else self._theme.muted)
        return None


class LogViewer(QDialog):
    """Follows the log while it is open; goes on beside the window."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Log")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 600)
        self._stamp: tuple[object, ...] = ()
        self._all: list[Record] = []
        self.level = QComboBox()
        self.level.setAccessibleName("Level")
        for name, words in FROM.items():
            self.level.addItem(words, name)
        self.level.currentIndexChanged.connect(lambda _: self._filter())
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find words")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find words in the log")
        self.search.textChanged.connect(lambda _: self._filter())
        self._count = QLabel()
        self._count.setProperty("muted", True)
        self.model = _Model(theme, self)
        self.table = self._table()
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName("The whole record")
        self.details.setPlaceholderText("Choose a line to see all of it")
        both = QSplitter(Qt.Orientation.Vertical)
        both.addWidget(self.table)
        both.addWidget(self.details)
        both.setStretchFactor(0, 3)
        both.setStretchFactor(1, 1)
        top = QHBoxLayout()
        top.setSpacing(8)
        show = QLabel("&Show")
        show.setBuddy(self.level)
        for widget, stretch in ((show, 0), (self.level, 0), (self.search, 1), (self._count, 0)):
            top.addWidget(widget, stretch)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(8)
        lines.addLayout(top)
        lines.addWidget(both, 1)
        lines.addLayout(self._buttons())
        self._timer = QTimer(self, interval=_FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        self.follow()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName("Records of the log")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setFont(small_font())
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(22)
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for column, width in enumerate((170, 70, 90)):
            head.resizeSection(column, width)
        head.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(self._show_details)
        return table

    def _buttons(self) -> QHBoxLayout:
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy the chosen lines in full; none chosen: all that are shown")
        self.copy.clicked.connect(self._copy)
        folder = QPushButton("Open folder")
        folder.setToolTip(str(log_file().parent))
        folder.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))
        )
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        for button in (self.copy, folder):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(close)
        return line

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.table.setFocus()

    def follow(self) -> None:
        """Read the log anew if it is another one; the newest line stays in view if it was."""
        stamp = tuple((path, path.stat().st_size) for path in _there())
        if stamp != self._stamp:
            self._stamp = stamp
            self._all = read()
            self._filter()

    def _filter(self) -> None:
        level, words = self.level.currentData(), self.search.text().casefold().split()
        bar = self.table.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        chosen = {self.model.records[row].whole for row in self._chosen()}
        shown = [
            r
            for r in self._all
            if r.at_least(level) and all(word in r.whole.casefold() for word in words)
        ]
        self.model.show(shown)
        for row, record in enumerate(shown if chosen else []):
            if record.whole in chosen:
                self.table.selectRow(row)
        self._count.setText(f"{len(shown):,} of {len(self._all):,}")
        self._show_details()
        if at_end:
            self.table.scrollToBottom()

    def _chosen(self) -> list[int]:
        selected = self.table.selectionModel()
        return sorted(index.row() for index in selected.selectedRows()) if selected else []

    def _show_details(self, *_: QItemSelection) -> None:
        self.details.setPlainText(self._text(self._chosen()))

    def _text(self, rows: list[int]) -> str:
        return "\n".join(self.model.records[row].whole for row in rows)

    def _copy(self) -> None:
        rows = self._chosen() or list(range(len(self.model.records)))
        QGuiApplication.clipboard().setText(self._text(rows))


def _there() -> list[Path]:
    return older_first(log_file())
