"""All keys on one sheet."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from .actions import MENUS, key_rows

_MOUSE = (
    ("drag", "zoom time"),
    ("Shift + drag", "move along the time"),
    ("wheel", "zoom time; over the left axis: brightness"),
    ("two fingers, pinch", "move along the time, zoom it"),
    ("click", "put the cursor on a point"),
    ("double click", "cut-out of the point"),
    ("right click", "menu; on a column's head: which columns"),
    ("drag in the strip", "range of times that pass"),
)
_VETTING = (
    ("1 to 9", "verdict, then the next object"),
    ("Shift + 1 to 9", "verdict, and stay"),
    ("0", "no verdict"),
)
#: Three columns: as wide as a small screen has room for.
_COLUMNS = (
    ("Object", "Measurement"),
    ("Vetting", "Time", "Mouse", "Window"),
    ("File", "View", "Analysis", "Help"),
)


class KeySheet(QDialog):
    """Keys by menu; any key closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        rows = key_rows()
        titles = [menu.replace("&", "") for menu in MENUS]
        blocks = {title: [(keys, text) for m, keys, text in rows if m == title] for title in titles}
        blocks["Mouse"], blocks["Vetting"] = list(_MOUSE), list(_VETTING)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        for names in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(24)
            for name in names:
                column.addLayout(_block(name, blocks[name]))
            column.addStretch(1)
            columns.addLayout(column)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addLayout(columns)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.close()


def _block(title: str, lines: list[tuple[str, str]]) -> QGridLayout:
    block = QGridLayout()
    block.setHorizontalSpacing(16)
    block.setVerticalSpacing(4)
    block.setColumnMinimumWidth(0, 110)
    block.setColumnStretch(1, 1)
    heading = QLabel(title)
    heading.setProperty("section", True)
    block.addWidget(heading, 0, 0, 1, 2)
    for row, (keys, text) in enumerate(lines, start=1):
        what = QLabel(text)
        what.setProperty("muted", True)
        block.addWidget(QLabel(keys), row, 0)
        block.addWidget(what, row, 1)
    return block
