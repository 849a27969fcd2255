"""A window on a made-up store of any size, and when it was painted; for benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import madestore
import storefield
from PySide6.QtCore import QEvent, QObject

from lightledger.app.settings import Settings
from lightledger.app.window import Window
from lightledger.library import Field


def field(folder: Path, n_object: int, n_visit: int) -> Field:
    target = folder / "field.h5"
    madestore.make(target, storefield.objects(n_object), storefield.BANDS, n_visit)
    return Field(target)


def shown(qtbot: Any, folder: Path, of: Field) -> Window:
    window = Window(Settings(folder / "settings.toml"))
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.show_field(of)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
    return window


class Painted(QObject):
    """Notes when a widget was painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.n += event.type() == QEvent.Type.Paint
        return False
