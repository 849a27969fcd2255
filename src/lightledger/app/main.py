"""Starts the application: on a store, on a folder, or on the start page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtWidgets import QApplication

from . import qtlog
from .crash import CrashFile
from .theme import fonts_missing
from .window import Window

NO_FONTS = (
    "Qt found no fonts: text cannot be drawn. Install some, for example the package "
    "fonts-dejavu-core, or name a folder with fonts in QT_QPA_FONTDIR"
)


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The one application object, with its names set."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        qtlog.install()
        application = QApplication([sys.argv[0], *arguments])
    application.setApplicationName("lightledger")
    application.setApplicationDisplayName("Lightledger")
    application.setDesktopFileName("lightledger")
    _set_icon(application)
    return application


def run(paths: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    paths : sequence of str
        A store, folders of frames, a catalogue; empty: the start page.

    Returns
    -------
    int
        Exit status.
    """
    application = make_application()
    crash = CrashFile()
    last = crash.last_crash()
    crash.watch()
    window = Window()
    window.desk.catch_unexpected()
    window.show()
    if fonts_missing():
        window.desk.error(NO_FONTS)
        print(NO_FONTS, file=sys.stderr)
    if last:
        window.desk.error("Lightledger went down the last time it ran", last)
    if paths:
        window.take_paths([Path(path) for path in paths])
    status = application.exec()
    crash.close()
    return status


def _set_icon(application: QApplication) -> None:
    from PySide6.QtGui import QIcon

    from lightledger.domain.resources import resource

    with suppress(FileNotFoundError):
        application.setWindowIcon(QIcon(str(resource("icons/lightledger.svg"))))
