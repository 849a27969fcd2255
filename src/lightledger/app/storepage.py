"""What is in the open store: bands, visits, span, recipe, problems."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import counted

from .elided import ElidedLabel
from .scrolled import fill_scrolled
from .session import Session
from .timelabels import span_text

_MOST_SHOWN = 200


class StorePage(QWidget):
    """Read-only facts and the ways in: browse, go on vetting, or find."""

    browse_wanted = Signal()
    vet_wanted = Signal()
    find_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        reader = session.field.reader
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(16)
        name = ElidedLabel(session.path.name)
        name.setProperty("heading", True)
        name.setToolTip(str(session.path))
        lines.addWidget(name)
        lines.addWidget(
            _muted(
                f"{counted(session.n_object, 'object')}, "
                f"{counted(len(session.field.measurements), 'measurement')}"
            )
        )
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        browse = QPushButton("Browse by excess")
        browse.setToolTip("The most variable objects first")
        browse.setProperty("primary", True)
        browse.clicked.connect(self.browse_wanted)
        find = QPushButton("Find an object")
        find.setToolTip("Type an id  (Ctrl+F)")
        find.clicked.connect(self.find_wanted)
        self.vet = QPushButton()
        self.vet.setToolTip("The list that was frozen last, where you left it")
        self.vet.clicked.connect(self.vet_wanted)
        self.show_vetting(0, 0)
        for button in (browse, self.vet, find):
            buttons.addWidget(button)
        lines.addLayout(buttons)
        lines.addWidget(self._bands(session))
        self._session = session
        self._known = [str(p) for p in reader.problems() if p.severity != "note"]
        notes = [str(p) for p in reader.problems() if p.severity == "note"]
        self._problems = SaidList("Problem", "No problems")
        lines.addWidget(self._problems)
        if notes:
            said = SaidList("Note", "")
            said.show_lines(notes)
            lines.addWidget(said)
        recipe = QLabel("Recipe")
        recipe.setProperty("section", True)
        lines.addWidget(recipe)
        lines.addWidget(_text(reader.recipe_text.strip(), "Recipe", 220))
        lines.addWidget(_muted(f"made {_moment(reader.created)} by {reader.software}"))
        lines.addStretch(1)
        fill_scrolled(self, inside)
        session.damage_found.connect(self._show_problems)
        self._show_problems()

    def show_vetting(self, n: int, total: int) -> None:
        """How far the list is that was frozen last; without one there is nothing to go on with."""
        self.vet.setText(f"Continue vetting ({n:,} of {total:,})")
        self.vet.setVisible(total > 0)

    def _show_problems(self) -> None:
        """Those of the run, and what was found damaged since the store was opened."""
        seen = [f"{what}: damaged, fails its checksum" for what in self._session.damaged]
        self._problems.show_lines(seen + self._known)

    def _bands(self, session: Session) -> QWidget:
        holder = QFrame()
        holder.setProperty("card", True)
        grid = QGridLayout(holder)
        grid.setHorizontalSpacing(16)
        for column, title in enumerate(("band", "visits", "span")):
            grid.addWidget(_muted(title), 0, column)
        for row, band in enumerate(session.field.bands, start=1):
            times = session.visits(band)["mjd_utc_mid"]
            grid.addWidget(QLabel(band), row, 0)
            grid.addWidget(QLabel(f"{len(times):,}"), row, 1)
            span = QLabel(span_text(float(times.min()), float(times.max())) if len(times) else "")
            span.setWordWrap(True)
            grid.addWidget(span, row, 2)
        grid.setColumnStretch(2, 1)
        return holder


class SaidList(QWidget):
    """A heading with a count, and the lines it counts."""

    def __init__(self, word: str, none: str) -> None:
        super().__init__()
        self._word, self._none = word, none
        self._heading = QLabel()
        self._heading.setProperty("section", True)
        self._box = _text("", f"{word}s", 40)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        lines.addWidget(self._heading)
        lines.addWidget(self._box)

    def show_lines(self, said: list[str]) -> None:
        self._heading.setText(f"{self._word}s: {len(said):,}" if said else self._none)
        self._box.setVisible(bool(said))
        shown = said[:_MOST_SHOWN]
        if len(said) > _MOST_SHOWN:
            shown.append(f"… and {len(said) - _MOST_SHOWN:,} more")
        self._box.setPlainText("\n".join(shown))
        self._box.setFixedHeight(min(160, 40 + 24 * len(shown)))


def _moment(stamp: str) -> str:
    """A time stamp of the store, to the minute.

    >>> _moment("2026-11-23T01:16:41.184942+00:00")
    '2026-11-23 01:16 UTC'
    """
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if when.tzinfo else stamp


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("muted", True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _text(text: str, name: str, height: int) -> QPlainTextEdit:
    box = QPlainTextEdit(text)
    box.setReadOnly(True)
    box.setAccessibleName(name)
    box.setFixedHeight(height)
    return box
