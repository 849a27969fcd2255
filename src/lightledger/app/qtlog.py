"""Qt's own messages go where ours go: into the log, not onto the terminal."""

from __future__ import annotations

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = logging.getLogger("lightledger.qt")
_LEVEL = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
#: Said by the off-screen platform of every window; means nothing to anybody.
_IDLE = ("does not support propagateSizeHints", "does not support raise()")


def _handle(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if not any(words in message for words in _IDLE):
        _log.log(_LEVEL.get(kind, logging.WARNING), "%s", message)


def install() -> None:
    """From now on Qt's messages are log records."""
    qInstallMessageHandler(_handle)
