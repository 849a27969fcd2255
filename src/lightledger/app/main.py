"""Starts the application: on a store, on a folder, or on the start page."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, qVersion
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from lightledger import __version__
from lightledger.domain import LightledgerError

from . import qtlog
from .crash.offer import CrashBar
from .crash.report import Report, new_reports
from .crash.watch import Watch
from .endsignals import EndSignals
from .log import writing
from .oneinstance import OneInstance
from .settings import LOG_LEVEL, settings_file
from .theme import fonts_missing
from .window import Window

_log = logging.getLogger("lightledger.app")
NO_FONTS = (
    "Qt found no fonts: text cannot be drawn. Install some, for example the package "
    "fonts-dejavu-core, or name a folder with fonts in QT_QPA_FONTDIR"
)


class Application(QApplication):
    """Ours, which hears of files too: macOS sends the running program no arguments but events."""

    #: Paths, list of Path.
    files_opened = Signal(list)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.files_opened.emit([Path(event.file())])
            return True
        return super().event(event)


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The one application object, with its names set."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        qtlog.install()
        application = Application([sys.argv[0], *arguments])
    application.setApplicationName("lightledger")
    application.setApplicationDisplayName("Lightledger")
    application.setDesktopFileName("lightledger")
    _set_icon(application)
    return application


def run(paths: Sequence[str] = (), *, new_window: bool = False) -> int:
    """Open the window and stay until it is closed, or hand the paths to the one that is open.

    Parameters
    ----------
    paths : sequence of str
        A store, folders of frames, a catalogue; empty: the start page.
    new_window : bool
        Open one of our own although there is another.

    Returns
    -------
    int
        Exit status.
    """
    application = make_application()
    given = [Path(path) for path in paths]
    instance = OneInstance(settings_file())
    if not new_window and instance.hand_over(given):
        return 0
    writing.start()
    _log.info("Lightledger %s begins, Python %s, Qt %s", __version__, sys.version[:6], qVersion())
    reports = new_reports()
    watch = Watch()
    watch.begin()
    try:
        status = _live(application, instance, given, reports)
    except LightledgerError:
        watch.end()  # said in one line, and no crash
        raise
    except Exception as error:
        watch.note(error)
        raise
    watch.end()
    _log.info("ends")
    writing.stop()
    return status


def _live(
    application: QApplication, instance: OneInstance, given: list[Path], reports: list[Report]
) -> int:
    """From the window's first painting to its end."""
    window = Window()
    settings = window.settings
    writing.set_level(settings.get(LOG_LEVEL))
    settings.changed.connect(lambda _: writing.set_level(settings.get(LOG_LEVEL)))
    window.desk.catch_unexpected()
    window.show()
    if fonts_missing():
        window.desk.error(NO_FONTS)
        print(NO_FONTS, file=sys.stderr)
    if reports:
        bar = CrashBar(reports, window)
        bar.told.connect(window.say)
        window.centre.put_above(bar)
    if given:
        window.take_paths(given)
    instance.arrived.connect(lambda paths: take_later(window, paths))
    if isinstance(application, Application):
        application.files_opened.connect(lambda paths: take_later(window, paths))
    signals = EndSignals()
    signals.asked.connect(lambda: _close_unasked(window))
    status = application.exec()
    if window.isVisible():  # the loop was ended from elsewhere: work must not outlive Python
        _close_unasked(window)
    signals.close()
    instance.close()
    return status


def take_later(window: Window, paths: list[Path]) -> None:
    """To the front, with what a later start of the program, or the system, handed over."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    if paths:
        window.take_paths(paths)


def _close_unasked(window: Window) -> None:
    """Although an ingest runs: its finished visits stay staged."""
    window.ingesting.shut_down()
    window.close()


def _set_icon(application: QApplication) -> None:
    from PySide6.QtGui import QIcon

    from lightledger.domain.resources import resource

    with suppress(FileNotFoundError):
        application.setWindowIcon(QIcon(str(resource("icons/lightledger.svg"))))
