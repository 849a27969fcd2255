"""``lightledger doctor`` as a window: the same checks, run in a worker, line by line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.notifications import Notifications
from lightledger.app.theme import Theme
from lightledger.installation.checks import OK, Check, as_text, is_whole, run_checks
from lightledger.workers import Jobs
from lightledger.workers.quiet import heavy_imports

_MARKS = {OK: "✓"}


class DoctorDialog(QDialog):
    """What is installed, what is missing, how to get it."""

    def __init__(
        self, jobs: Jobs, desk: Notifications, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Doctor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 560)
        self._theme = theme
        self.checks: list[Check] = []
        self.said = QLabel("Looking…")
        self.said.setProperty("heading", True)
        self.said.setAccessibleName("Result")
        self.table = QTreeWidget()
        self.table.setAccessibleName("Checks")
        self.table.setHeaderLabels(["", "Part", "Found"])
        self.table.setRootIsDecorated(False)
        self.table.setProperty("roomy", True)
        self.table.setUniformRowHeights(False)
        head = self.table.header()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.copy = QPushButton("Copy report")
        self.copy.setToolTip("Copy all lines, to send along with a question")
        self.copy.setEnabled(False)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(12)
        lines.addWidget(self.said)
        lines.addWidget(self.table, 1)
        lines.addLayout(buttons)
        job = jobs.run(_look, progress=self._add, done=lambda _: self._end(), failed=desk.error)
        self.finished.connect(lambda _: job.cancel())

    @property
    def text(self) -> str:
        """The report, as the command prints it."""
        return as_text(self.checks) + "\n"

    def _add(self, check: Check) -> None:
        self.checks.append(check)
        theme = self._theme
        bad = not check.ok and check.needed
        found = check.found + (f"\n{check.advice}" if check.advice and not check.ok else "")
        item = QTreeWidgetItem([f"{_MARKS.get(check.state, '✗' if bad else '–')}  {check.state}",
                                check.part, found])  # fmt: skip
        shade = theme.problem if bad else theme.muted if not check.ok else theme.markers[2].fill
        item.setForeground(0, QColor(shade))
        item.setToolTip(2, found)
        self.table.addTopLevelItem(item)

    def _end(self) -> None:
        missing = [check.part for check in self.checks if not check.ok and check.needed]
        whole = is_whole(self.checks)
        self.said.setText("All is well." if whole else f"Missing: {', '.join(missing)}")
        self.copy.setEnabled(True)


def _look(report: Callable[[Check], None]) -> None:
    """In a worker: importing astropy, scipy and numba takes seconds."""
    with heavy_imports():
        for check in run_checks():
            report(check)
