"""The first thing a newcomer sees: what this is, where to drop, what was open lately."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from .scrolled import fill_scrolled

_WHAT = (
    "One patch of sky, imaged again and again: Lightledger measures every object in every image "
    "and lets you leaf through the light curves."
)
_WIDTH = 640


class StartPage(QWidget):
    """Drop zone, buttons and recent stores."""

    open_folder = Signal()
    open_store = Signal()
    make_demo = Signal()
    open_recent = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Start page")
        heading = QLabel("Lightledger")
        heading.setProperty("heading", True)
        what = QLabel(_WHAT)
        what.setWordWrap(True)
        what.setProperty("muted", True)
        self.zone = QFrame()
        self.zone.setProperty("dropzone", True)
        self.zone.setMinimumHeight(200)
        self.message = QLabel("Drop a folder of FITS images here")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setProperty("section", True)
        self.message.setWordWrap(True)
        hint = QLabel("or a store (.h5), or a catalogue of objects to measure (ECSV, CSV, FITS)")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setProperty("muted", True)
        folder = _button("Open folder…", "Choose a folder of FITS images to measure")
        folder.setProperty("primary", True)
        folder.clicked.connect(self.open_folder)
        store = _button("Open store…", "Open light curves that were measured before")
        store.clicked.connect(self.open_store)
        self.demo = _button(
            "Make a demo field",
            "Make a small synthetic field as FITS images, with variables to find, and measure it",
        )
        self.demo.clicked.connect(self.make_demo)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (folder, store, self.demo):
            buttons.addWidget(button)
        buttons.addStretch(1)
        inside = QVBoxLayout(self.zone)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.setSpacing(8)
        inside.addStretch(1)
        inside.addWidget(self.message)
        inside.addWidget(hint)
        inside.addSpacing(16)
        inside.addLayout(buttons)
        inside.addStretch(1)
        self._recent_title = QLabel("Recent")
        self._recent_title.setProperty("section", True)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(24, 24, 24, 24)
        lines.setSpacing(16)
        lines.addStretch(2)
        lines.addWidget(heading)
        lines.addWidget(what)
        lines.addWidget(self.zone)
        lines.addWidget(self._recent_title)
        lines.addLayout(self._recent)
        lines.addStretch(3)
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.addStretch(1)
        across.addWidget(column, 4)
        across.addStretch(1)
        fill_scrolled(self, middle)
        self.show_recent([])

    def show_recent(self, stores: list[Path]) -> None:
        """List the stores that were open lately."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._recent_title.setVisible(bool(stores))
        for path in stores[:5]:
            button = QPushButton(f"{path.name}   —   {_home_relative(path.parent)}")
            button.setProperty("flat", True)
            button.setToolTip(str(path))
            button.clicked.connect(lambda _=False, p=path: self.open_recent.emit(p))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_waiting(self, catalogue: Path | None) -> None:
        """With a catalogue alone there is nothing to measure yet."""
        if catalogue is None:
            self.message.setText("Drop a folder of FITS images here")
        else:
            self.message.setText(
                f"{catalogue.name} will be the catalogue. Now drop the folder of FITS images too."
            )

    def set_hot(self, hot: bool) -> None:
        """Light up while something hangs over the window."""
        self.zone.setProperty("hot", hot)
        self.zone.style().unpolish(self.zone)
        self.zone.style().polish(self.zone)


def _home_relative(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    return button
