"""Pictures without a screen: the whole window, or one light curve."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from lightledger.domain import LightledgerError

_SETTLE_MS = 120


def prefer_offscreen() -> None:
    """Use Qt's off-screen platform unless the caller chose one; before any application exists."""
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def render_window(
    store: Path | str,
    png: Path | str,
    size: tuple[int, int] = (1280, 800),
    object_id: str = "",
    theme: str = "light",
) -> Path:
    """Draw the window on a store as it opens for a newcomer.

    Parameters
    ----------
    store, png : Path or str
    size : tuple of int
        Width and height, pixels.
    object_id : str
        Object to show; '' is "my star", else the highest excess.
    theme : {'light', 'dark'}

    Raises
    ------
    LightledgerError
        Not a store, no such object, or the picture cannot be written.
    """
    prefer_offscreen()
    from lightledger.library.field import Field

    from .main import make_application
    from .settings import THEME, Settings
    from .window import Window

    make_application()
    field = Field(Path(store))
    if object_id:
        try:
            field.index_of(object_id)
        except LightledgerError:
            field.close()
            raise
    scratch = TemporaryDirectory()
    settings = Settings(Path(scratch.name) / "settings.toml")  # a figure is nobody's habit
    settings.set(THEME, theme)
    window = Window(settings)
    try:
        window.resize(*size)
        window.show()
        window.show_field(field, object_id)
        settle(lambda: not window.jobs.busy)
        return save(window, Path(png))
    finally:
        window.close()
        window.deleteLater()
        scratch.cleanup()


def render_light_curve(
    store: Path | str,
    object_id: str,
    measurement: str,
    first_mjd: float,
    last_mjd: float,
    corrected: bool | None,
    figure: Path | str,
) -> Path:
    """Draw one light curve as a figure for print: PNG or SVG, by the ending of its name.

    Parameters
    ----------
    first_mjd, last_mjd : float
        Range of times (MJD, UTC) that is shown.
    corrected : bool, optional
        Divide by the zero points; None: as the store would be opened.

    Raises
    ------
    LightledgerError
        Not a store, no such object or measurement, or the picture cannot be written.
    """
    prefer_offscreen()
    from lightledger.library.field import Field

    from .main import make_application
    from .notifications import Notifications
    from .panelfigure import check_suffix, draw_figure, write_figure
    from .panels.stack import PanelStack
    from .panelset import PanelSpec
    from .presenter import Presenter
    from .session import Session
    from .theme import Themes

    path = Path(figure)
    check_suffix(path)
    make_application()
    Themes("light").apply()
    with Field(Path(store)) as field:
        session = Session(field)
        session.set_object(object_id)
        session.panels.replace_all((PanelSpec((measurement,)),))
        if corrected is not None:
            session.display.set_corrected(corrected)
        if (first_mjd, last_mjd) != (float("-inf"), float("inf")):
            session.times.set_filter(first_mjd, last_mjd)
            session.times.show_filter()
        presenter = Presenter(session, Notifications())
        stack = PanelStack(presenter, Themes("light"))  # their ranges, by rule
        try:
            return write_figure(draw_figure(stack, path.suffix.lower() == ".svg"), path)
        finally:
            presenter.stop()
            stack.deleteLater()


def settle(ready: Callable[[], bool], at_most_ms: int = 10_000) -> None:
    """Let Qt draw until ``ready()`` holds at two looks: what is new asks for its numbers late."""
    loop = QEventLoop()
    waited, held = 0, 0

    def look() -> None:
        nonlocal waited, held
        waited += _SETTLE_MS
        held = held + 1 if ready() else 0
        if held == 2 or waited >= at_most_ms:
            loop.quit()

    timer = QTimer()
    timer.setInterval(_SETTLE_MS)
    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()


def save_sheet(sheet: QWidget, size: tuple[int, int], png: Path | str) -> Path:
    """Draw a figure of its own, write it, and put it away; raises as `save`."""
    sheet.resize(*size)
    sheet.show()
    settle(lambda: True)
    try:
        return save(sheet, Path(png))
    finally:
        sheet.close()
        sheet.deleteLater()


def save(widget: QWidget, png: Path) -> Path:
    """Write what a widget shows.

    Raises
    ------
    LightledgerError
        When the file cannot be written.
    """
    if not widget.grab().save(str(png), "PNG"):
        raise LightledgerError("the picture cannot be written", png, "choose another folder")
    return png
