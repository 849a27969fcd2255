"""One place for everything that went wrong: a bar above the plots, in words a person uses."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import LightledgerError, Problem

_log = logging.getLogger("lightledger.desk")


class Notifications(QObject):
    """The desk where window and workers leave what a person should know."""

    posted = Signal(str, str)

    def error(self, error: BaseException | Problem | str, details: str = "") -> None:
        """Show an error once; ``details`` are for those who ask for them."""
        if not details and isinstance(error, BaseException):
            cause = error.__cause__ or error
            if not isinstance(cause, LightledgerError):
                details = "".join(traceback.format_exception(cause))
        _log.error("%s", f"{error}\n{details}".rstrip())
        self.posted.emit(str(error), details)

    def catch_unexpected(self) -> None:
        """Exceptions nobody caught, in whichever thread, end here and not in the void."""
        sys.excepthook = self._unexpected
        threading.excepthook = self._unexpected_in_thread
        sys.unraisablehook = _unraisable

    def _unexpected_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._unexpected(args.exc_type, args.exc_value, args.exc_traceback)

    def _unexpected(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        print(text, file=sys.stderr)
        line = str(error) if isinstance(error, LightledgerError) else f"Unexpected: {error}"
        self.error(line, text)


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    """In a destructor: nothing stops, and nobody can act on it."""
    trace = traceback.format_exception(args.exc_type, args.exc_value, args.exc_traceback)
    _log.warning("ignored in %r\n%s", args.object, "".join(trace).rstrip())


class NotificationBar(QFrame):
    """Shows the latest message; the same one twice is shown once, with its count."""

    def __init__(self, desk: Notifications, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setAccessibleName("Notifications")
        self._details = ""
        self._message = ""
        self._count = 0
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = _button("Details", "Show what lies behind this message", self._toggle_details)
        copy = _button("Copy", "Copy message and details", self._copy)
        close = _button("Close", "Close this message", self.hide)
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setMaximumHeight(160)
        self._text.hide()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(QLabel("⚠", self))
        line.addWidget(self._label, 1)
        for button in (self._more, copy, close):
            line.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 4, 8, 4)
        outer.addLayout(line)
        outer.addWidget(self._text)
        self.hide()
        desk.posted.connect(self.show_message)

    @property
    def message(self) -> str:
        return self._message

    def show_message(self, message: str, details: str) -> None:
        same = message == self._message and self.isVisible()
        self._count = self._count + 1 if same else 1
        self._message, self._details = message, details
        self._label.setText(f"{message}  ({self._count} times)" if self._count > 1 else message)
        self._more.setVisible(bool(details))
        self._text.setPlainText(details)
        if not details:
            self._text.hide()
        self.show()

    def _toggle_details(self) -> None:
        self._text.setVisible(not self._text.isVisible())
        self._more.setText("Hide details" if self._text.isVisible() else "Details")

    def _copy(self) -> None:
        text = self._message + (f"\n\n{self._details}" if self._details else "")
        QGuiApplication.clipboard().setText(text)


def _button(text: str, tip: str, action: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(action)  # type: ignore[arg-type]
    return button
