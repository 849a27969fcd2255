"""Where the store goes: proposed, typed or chosen, and whether it can be written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from .pieces import Card, button, label, line_label, row, say
from .state import Choices
from .survey import check_output, default_output


class StoreCard(Card):
    """The path of the store; a person's own choice is never overwritten by a proposal."""

    changed = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._choices = choices
        self._by_hand = choices.output is not None
        self.edit = QLineEdit()
        self.edit.setAccessibleName("store to write")
        self.edit.setToolTip("One HDF5 file for the whole field")
        self.edit.textEdited.connect(self._edited)
        ask = button("Choose...")
        ask.clicked.connect(self._ask)
        self.state = line_label()
        self.body.addLayout(row(label("Store", "title"), self.edit, ask))
        self.body.addWidget(self.state)
        self.body.setContentsMargins(12, 8, 12, 8)
        if self._by_hand:
            self._show()
        else:
            self.state.setText("A name is proposed once the files are known")

    def propose(self, field_name: str) -> None:
        """A place beside the frames, unless a person chose one."""
        if not self._by_hand:
            self._choices.output = default_output(self._choices.folders, field_name)
        self._show()

    def choose(self, path: Path) -> None:
        """Write the store there."""
        self._by_hand = True
        self._choices.output = path
        self._show()
        self.changed.emit()

    def _edited(self, text: str) -> None:
        self._by_hand = True
        self._choices.output = Path(text.strip()).expanduser() if text.strip() else None
        self._judge()
        self.changed.emit()

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Write the store to", str(self._choices.output or ""),
            "Lightledger stores (*.h5)", options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if chosen:
            path = Path(chosen)
            self.choose(path if path.suffix else path.with_suffix(".h5"))

    def _show(self) -> None:
        self.edit.setText(str(self._choices.output or ""))
        self._judge()

    def _judge(self) -> None:
        state = check_output(self._choices.output)
        say(self.state, state.text, "muted" if state.ok else "problem")
