"""The line under the diagram: what is pointed at, what the lasso holds, how far reading is."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lightledger.app.buttons import flat_button
from lightledger.app.elided import ElidedLabel
from lightledger.app.theme import small_font


class Footer(QWidget):
    """Words on one line; buttons on a second one while there is something to do."""

    list_wanted = Signal()
    save_wanted = Signal()
    vet_wanted = Signal()
    drop_wanted = Signal()
    cancel_wanted = Signal()
    compute_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = self._label()
        self.lasso = self._label()
        self.reading = self._label()
        self._lasso_line = self._line(
            self.lasso,
            ("list", "List these objects alone", self.list_wanted),
            ("save…", "List them and keep them as a named subset", self.save_wanted),
            ("vet", "List them and go through them one by one", self.vet_wanted),
            ("×", "Forget the selection (Esc)", self.drop_wanted),
        )
        self.cancel = flat_button("Stop reading; the numbers before stay")
        self.cancel.setText("cancel")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.compute = flat_button("Compute the numbers of the range")
        self.compute.setText("compute")
        self.compute.clicked.connect(self.compute_wanted)
        self._reading_line = QWidget(self)
        row = QHBoxLayout(self._reading_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.reading, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.compute)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(8, 0, 4, 4)
        lines.setSpacing(0)
        for widget in (self._reading_line, self._lasso_line, self.words):
            lines.addWidget(widget)
        self.show_lasso(0)
        self.show_reading("")

    def _label(self) -> ElidedLabel:
        made = ElidedLabel(parent=self)
        made.setFont(small_font())
        made.setMinimumHeight(20)
        return made

    def _line(self, label: ElidedLabel, *buttons: tuple[str, str, SignalInstance]) -> QWidget:
        made = QWidget(self)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(label, 1)
        for text, tip, signal in buttons:
            button = flat_button(tip)
            button.setText(text)
            button.setAccessibleName(tip)
            button.clicked.connect(signal)
            row.addWidget(button)
        return made

    def say(self, words: str, more: str = "") -> None:
        """Say something, with more of it in the tip."""
        self.words.setText(words)
        self.words.setToolTip("\n".join(filter(None, (words, more))))

    def show_lasso(self, n: int, faint: int = 0) -> None:
        """How many objects are selected, of those that pass; nothing for none."""
        more = f", {faint:,} faint left out" if faint else ""
        self.lasso.setText(f"{n:,} selected{more}")
        self._lasso_line.setVisible(n + faint > 0)

    def show_reading(self, words: str, instead: str = "") -> None:
        """How far reading is; or, where it was cancelled, what is shown instead."""
        self.reading.setText(f"cancelled; {instead}" if instead else words)
        self.cancel.setVisible(bool(words))
        self.compute.setVisible(bool(instead))
        self._reading_line.setVisible(bool(words or instead))
