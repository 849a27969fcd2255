"""Small pieces that the pages share: labels, cards, lines of notice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import LightledgerError

from . import skin

#: Roles that the window's style sheet knows as properties of their own.
_PROPERTIES = {"heading": "heading", "title": "section", "muted": "muted"}


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label in one of the roles: heading, title, muted, problem, good, number."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role in ("muted", "problem"):
        made.setFont(skin.small())
    set_role(made, role)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if wrap:
        # Wrapped text must not widen the page with its longest sentence.
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


def line_label(role: str = "muted") -> QLabel:
    """A label of one line that is cut off rather than widen its window."""
    made = label("", role)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role of the style sheet."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    for each, name in _PROPERTIES.items():
        widget.setProperty(name, each == role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def say(made: QLabel, text: str, role: str = "muted") -> None:
    """Put a text and its role on a label."""
    set_role(made, role)
    made.setText(text)
    made.setToolTip(text if len(text) > 60 else "")


def in_the_window(error: LightledgerError) -> str:
    """An error in the words of the window: where a recipe is named, a control is meant."""
    return str(error).replace("detection_sigma in the recipe", "the threshold at the right")


def button(text: str, tip: str = "") -> QPushButton:
    """A button that Enter does not press by accident: Enter is Next."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if tip:
        made.setToolTip(tip)
    return made


class Card(QFrame):
    """A framed group with a title."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 10, 12, 12)
        self.body.setSpacing(6)
        self.head = QHBoxLayout()
        self.head.setSpacing(skin.SPACE)
        self.title = label(title, "title")
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        if title:
            self.body.addLayout(self.head)


def row(*items: QWidget | QLayout | int | None, spacing: int = skin.SPACE) -> QHBoxLayout:
    """Widgets side by side; None is a stretch, a number a space."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    return layout


def halves(*parts: tuple[QWidget, int, int]) -> QSplitter:
    """Widgets side by side, each with its first width and its share of more room."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setChildrenCollapsible(False)
    split.setHandleWidth(skin.SPACE)
    for place, (widget, _, share) in enumerate(parts):
        split.addWidget(widget)
        split.setStretchFactor(place, share)
    split.setSizes([width for _, width, _ in parts])
    return split


class Page(QWidget):
    """One page of the wizard.

    ``enter`` is called whenever the page is shown, ``leave`` before the next one; ``ready`` says
    whether Next may be pressed, ``trouble`` why the page's work failed ('' when it did not).
    """

    title = ""
    trouble = ""

    def __init__(self) -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(skin.SPACE)
        self.heading = label("", "heading")
        self.subline = label("", "muted", wrap=True)
        self.body.addWidget(self.heading)
        self.body.addWidget(self.subline)

    def enter(self) -> None:
        """Shown."""

    def leave(self) -> None:
        """About to be left for the next page."""

    @property
    def ready(self) -> bool:
        return True
