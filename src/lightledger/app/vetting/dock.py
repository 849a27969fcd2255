"""The Vetting dock: the list and how far it is, verdicts, tags, note, second look, export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.elided import ElidedLabel
from lightledger.app.scrolled import fill_scrolled
from lightledger.app.theme import Themes

from .objectwords import ObjectWords
from .verdictbutton import VerdictButton
from .vetting import Vetting

_NO_LIST = "No list is vetted. Filter the objects, then vet what is listed."


class VettingDock(QWidget):
    """Shows a `Vetting`; what leads elsewhere is asked for by the names of actions.

    Parameters
    ----------
    vetting : Vetting
    themes : Themes
    trigger : callable
        Runs an action by its name.
    """

    #: The plots should have the keys again.
    done = Signal()

    def __init__(
        self,
        vetting: Vetting,
        themes: Themes,
        trigger: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._vetting, self._trigger = vetting, trigger
        self._late = True
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(6)
        self.progress.setAccessibleName("Vetted objects of the list")
        self.state = QLabel()
        self.state.setProperty("section", True)
        self.state.setWordWrap(True)
        self.vet = self._button("Vet this list", "vet_list", "Freeze the objects that are listed")
        self.second = self._button(
            "Second look", "second_look", "Again: what was unsure, and 5 % of the rest at random"
        )
        self.leave = self._button("Leave", "leave_list", "Vet no list; what was said stays")
        self.next = self._button("Next not vetted", "next_open", "Of the list  (Space)")
        self.object = ElidedLabel()
        self.object.setProperty("section", True)
        self.buttons = [
            VerdictButton(str(i + 1), word, themes) for i, word in enumerate(vetting.verdicts)
        ]
        for i, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, n=i + 1: self._give(n))
        self.clear = VerdictButton("0", "", themes)
        self.clear.clicked.connect(lambda: trigger("verdict_0"))
        self.words = ObjectWords(vetting)
        self.words.done.connect(self.done)
        self.export = self._button("Export…", "export_verdicts", "Verdicts, tags and notes as CSV")
        self.sheet = self._button(
            "Contact sheet…", "contact_sheet", "Light curves of the list as pictures, 20 a page"
        )
        self._build()
        vetting.changed.connect(self.refresh)
        vetting.session.object_changed.connect(self._show_object)
        themes.changed.connect(self.update)

    def _button(self, text: str, action: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.setProperty("action", action)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the plots
        button.clicked.connect(lambda: self._trigger(action))
        return button

    def _give(self, key: int) -> None:
        self._trigger(f"verdict_{key}")
        self._show_object()  # a verdict that did not count leaves no button down

    def _build(self) -> None:
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(16, 8, 16, 16)
        lines.setSpacing(8)
        lines.addWidget(self.state)
        lines.addWidget(self.progress)
        lines.addLayout(_line(self.vet, self.next))
        lines.addLayout(_line(self.second, self.leave))
        lines.addSpacing(8)
        lines.addWidget(self.object)
        grid = QGridLayout()
        grid.setSpacing(4)
        for i, button in enumerate((*self.buttons, self.clear)):
            grid.addWidget(button, i // 2, i % 2)
        lines.addLayout(grid)
        lines.addWidget(self.words)
        lines.addSpacing(8)
        lines.addLayout(_line(self.export, self.sheet))
        lines.addStretch(1)
        fill_scrolled(self, inside)

    # ---- following: only while it is seen

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._late:
            self.refresh()

    def refresh(self) -> None:
        """Show list, counts and the object as they are now."""
        self._late = not self.isVisible()
        if not self._late:
            self._show_list()
            self._show_counts()
            self._show_object()

    def _show_list(self) -> None:
        vetting, queue = self._vetting, self._vetting.queue
        n, total = vetting.progress()
        self.state.setToolTip(queue.subset.where if queue is not None else "")
        self.progress.setVisible(queue is not None)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(n)
        gone = f"; {queue.n_gone:,} are not in this store" if queue and queue.n_gone else ""
        self.state.setText(f"{vetting.words}{gone}" if queue is not None else _NO_LIST)
        self.second.setEnabled(queue is not None and not queue.is_second and n > 0)
        self.leave.setEnabled(queue is not None)
        self.next.setEnabled(n < total or queue is None)

    def _show_counts(self) -> None:
        vetting = self._vetting
        shown = vetting.shown_verdicts()
        rows = vetting.queue.rows if vetting.queue is not None else slice(None)
        counts = Counter(shown[rows].tolist())
        for button, word in zip(self.buttons, vetting.verdicts, strict=True):
            button.set_count(counts[word])

    def _show_object(self) -> None:
        if not self.isVisible():
            self._late = True
            return
        session = self._vetting.session
        said = self._vetting.verdict_of(session.index)
        self.object.setText(session.object_id)
        for button, word in zip(self.buttons, self._vetting.verdicts, strict=True):
            button.setChecked(word == said)
        self.words.refresh()


def _line(*widgets: QWidget) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(8)
    for widget in widgets:
        made.addWidget(widget, 1)
    return made
