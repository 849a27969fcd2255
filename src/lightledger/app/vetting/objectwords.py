"""What is said of the current object: tags, note, and who said what."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.buttons import flat_button
from lightledger.app.theme import small_font
from lightledger.library.acts import Act

from .verdictset import spoken
from .vetting import Vetting

_MOST_LINES = 8
_RETURNS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NoteBox(QPlainTextEdit):
    """A note; leaving it keeps it (Return is one way, Shift+Return a new line), but by Escape."""

    kept = Signal()
    #: The plots should have the keys again.
    left = Signal()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # else the window's own Escape takes the keys away, and the note is kept
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in _RETURNS and not shifted:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.document().setModified(False)
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.document().isModified():
            self.kept.emit()


class ObjectWords(QWidget):
    """Follows the selection; writes through `Vetting`."""

    #: The plots should have the keys again.
    done = Signal()

    def __init__(self, vetting: Vetting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vetting = vetting
        self._object = ""
        self.tag_box = QLineEdit()
        self.tag_box.setPlaceholderText("Add a tag   T")
        self.tag_box.setAccessibleName("Tag")
        self.tag_box.setToolTip("Return adds it; one that the object has is taken away  (T)")
        self.tag_box.returnPressed.connect(self._tag)
        self.tag_box.installEventFilter(self)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tag_box.setCompleter(completer)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(4)
        self.note_box = NoteBox()
        self.note_box.setPlaceholderText("Note   N")
        self.note_box.setAccessibleName("Note")
        self.note_box.setToolTip("Return keeps it, Shift+Return is a new line  (N)")
        self.note_box.setFixedHeight(56)
        self.note_box.setTabChangesFocus(True)
        self.note_box.kept.connect(self._keep_note)
        self.note_box.left.connect(self._leave)
        self.said = QLabel()
        self.said.setFont(small_font())
        self.said.setProperty("muted", True)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setAccessibleName("Who said what")
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        lines.addLayout(self._chips)
        for widget in (self.tag_box, self.note_box, self.said):
            lines.addWidget(widget)

    def refresh(self) -> None:
        """Show what is said of the object that is selected now."""
        session = self._vetting.session
        if self.note_box.document().isModified() and self._object != session.object_id:
            self._keep_note()  # another program, or another window, chose an object meanwhile
        typing = self.note_box.hasFocus() and self._object == session.object_id
        self._object = session.object_id
        state = session.field.journal.state
        self._show_tags(sorted(state.tags.get(self._object, ())))
        self._known.setStringList(sorted({t for tags in state.tags.values() for t in tags}))
        note = state.notes.get(self._object, "")
        if note != self.note_box.toPlainText() and not typing:
            self.note_box.setPlainText(note)
        self.said.setText("\n".join(self._history()))
        self.said.setVisible(bool(self.said.text()))

    def _show_tags(self, tags: list[str]) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for tag in tags:
            chip = flat_button(f"Take the tag {tag} away")
            chip.setText(f"{tag} ×")
            chip.clicked.connect(lambda _=False, t=tag: self._vetting.tag(t))
            self._chips.addWidget(chip)
        if tags:
            self._chips.addStretch(1)

    def _history(self) -> list[str]:
        """Lines, the newest first; a verdict that is hidden is not told."""
        acts = self._vetting.session.field.journal.said_of(self._object)
        if self._vetting.veiled(self._vetting.session.index):
            acts = [act for act in acts if act.act not in ("set_verdict", "clear_verdict")]
        lines = [told(act) for act in reversed(acts)]
        more = len(lines) - _MOST_LINES
        return lines[:_MOST_LINES] + ([f"… and {more:,} more"] if more > 0 else [])

    # ---- writing

    def _tag(self) -> None:
        self._vetting.tag(self.tag_box.text())
        self._leave()

    def _keep_note(self) -> None:
        self.note_box.document().setModified(False)
        self._vetting.note(self.note_box.toPlainText(), self._object)

    def _leave(self) -> None:
        self.tag_box.clear()
        self.done.emit()
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self._leave()
            return True
        return False


def told(act: Act) -> str:
    """An act on an object as a line.

    >>> told(Act("1", "set_verdict", "2026-11-23T14:02:05.1+00:00", "Vera", verdict="agn"))
    '2026-11-23 14:02 Vera: AGN'
    """
    what = {
        "set_verdict": spoken(act.verdict),
        "clear_verdict": "verdict taken back",
        "add_tag": f"tag {act.tag}",
        "remove_tag": f"tag {act.tag} taken away",
        "set_note": "note" if act.note else "note cleared",
        "set_period": f"period {act.period_d:.9g} d" if act.period_d else "period",
        "clear_period": "period taken back",
    }.get(act.act, act.act)
    seen = [act.measurement] if act.measurement else []
    if act.excess is not None:
        seen.append(f"excess {act.excess:.1f}")
    return f"{act.at_utc[:16].replace('T', ' ')} {act.person}: {what}" + (
        f" ({', '.join(seen)})" if seen else ""
    )
