"""The next start says that there was a crash, and offers its report."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.log.writing import without_home

from .report import Report

NOT_SENT = "Nothing of this is sent anywhere; report a fault with it if you like."


class CrashBar(QFrame):
    """One sentence above everything, and what can be done about it."""

    #: A word for the status bar.
    told = Signal(str)

    def __init__(self, reports: Sequence[Report], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setAccessibleName("After a crash")
        self._reports = list(reports)
        last = reports[-1]
        times = f" ({len(reports)} windows)" if len(reports) > 1 else ""
        self.words = f"Lightledger ended unexpectedly{times}, {last.when:%Y-%m-%d %H:%M} UTC"
        label = QLabel(f"{self.words}: {last.cause}." if last.cause else f"{self.words}.")
        label.setWordWrap(True)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        line.addWidget(QLabel("⚠"))
        line.addWidget(label, 1)
        self.show_button = self._button(line, "Show report", NOT_SENT, self._show)
        self.copy_button = self._button(line, "Copy", "Copy the report", self._copy)
        self.delete_button = self._button(line, "Delete", "Delete the report", self._delete)
        kept = f"Close this; the report stays as {without_home(str(last.path))}"
        self.keep_button = self._button(line, "Keep", kept, self.hide)

    def _button(self, line: QHBoxLayout, text: str, tip: str, do: object) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(do)  # type: ignore[arg-type]
        line.addWidget(button)
        return button

    @property
    def text(self) -> str:
        """All reports, one after the other."""
        return "\n\n".join(report.text for report in self._reports)

    def _show(self) -> None:
        CrashDialog(self, self.window()).open()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.told.emit("The report is on the clipboard.")

    def _delete(self) -> None:
        for report in self._reports:
            report.path.unlink(missing_ok=True)
        self.told.emit("The report is deleted.")
        self.hide()


class CrashDialog(QDialog):
    """The report itself."""

    def __init__(self, bar: CrashBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Crash report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(800, 560)
        self.report = QPlainTextEdit(bar.text)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName("Crash report")
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        said = QLabel(NOT_SENT)
        said.setProperty("muted", True)
        buttons = QHBoxLayout()
        for text, do in (("Copy", bar.copy_button.click), ("Delete", lambda: self._delete(bar))):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(do)
            buttons.addWidget(button)
        buttons.addStretch(1)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        buttons.addWidget(close)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(8)
        lines.addWidget(said)
        lines.addWidget(self.report, 1)
        lines.addLayout(buttons)

    def _delete(self, bar: CrashBar) -> None:
        bar.delete_button.click()
        self.accept()
