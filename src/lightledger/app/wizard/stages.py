"""The stages of a run, one line each: done, going on, to come."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from lightledger.domain import Progress

from .pieces import label, set_role

_DONE, _NOW = "\N{CHECK MARK}", "\N{BLACK RIGHT-POINTING TRIANGLE}"


class Stages(QWidget):
    """Lines appear as the run enters a stage; the one before is then done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._lines: dict[str, tuple[QLabel, QLabel, QProgressBar, QLabel]] = {}
        self._current = ""

    def clear(self) -> None:
        for line in self._lines.values():
            for widget in line:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._lines = {}
        self._current = ""

    def names(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def show_progress(self, progress: Progress) -> None:
        """Move the stage's bar; a new stage gets a line of its own."""
        if progress.stage != self._current:
            self._finish(self._current)
            self._current = progress.stage
        line = self._lines.get(progress.stage) or self._add(progress.stage)
        _mark, name, bar, count = line
        set_role(name, "title")
        bar.show()
        bar.setRange(0, progress.total)
        bar.setValue(progress.done)
        count.setText(f"{progress.done:,} of {progress.total:,}" if progress.total else "")

    def finish(self) -> None:
        """All is done."""
        self._finish(self._current)
        self._current = ""

    def halt(self) -> None:
        """The run ended early: no bar may go on moving."""
        line = self._lines.get(self._current)
        if line is not None and line[2].maximum() == 0:
            line[2].setRange(0, 1)

    def _add(self, stage: str) -> tuple[QLabel, QLabel, QProgressBar, QLabel]:
        row = self._grid.rowCount()
        mark, name = label(_NOW, "muted"), label(stage[:1].upper() + stage[1:])
        mark.setFixedWidth(16)
        bar, count = QProgressBar(), label("", "muted")
        bar.setTextVisible(False)
        bar.setFixedSize(140, 16)
        count.setMinimumWidth(110)
        for column, widget in enumerate((mark, name, bar, count)):
            self._grid.addWidget(widget, row, column)
        self._lines[stage] = (mark, name, bar, count)
        return self._lines[stage]

    def _finish(self, stage: str) -> None:
        line = self._lines.get(stage)
        if line is None:
            return
        mark, name, bar, _count = line
        mark.setText(_DONE)
        set_role(mark, "good")
        set_role(name, "")
        bar.hide()
