"""The stages of a run, one line each: done, going on, to come."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from lightledger.domain import Progress

from .pieces import label, set_role

#: Stages in words, and what happens in them; others are said as they are.
_STAGES = {
    "scan": ("Looking at the files", "Headers are read, pixels are not"),
    "preparing the kernels": (
        "Compiling the kernels",
        "Once for each version of the program, in another process: up to a minute or two. They are "
        "kept, and the next run starts at once",
    ),
    "waiting for workers": ("Waiting for workers", "None of the cluster's has answered yet"),
    "looking at the frames": (
        "Looking at the frames", "Stars, seeing and sky of some frames: the best are stacked",
    ),
    "looking at the catalogues": (
        "Looking at the catalogues", "Some visits: which positions are objects",
    ),
    "stacking the best visits": (
        "Making the coadd",
        "A robust mean with weights of the best visits on one grid; kept for the next run",
    ),
    "finding the objects": (
        "Finding the objects",
        "Detection on the coadd: isophotes, ellipses, Kron radii, neighbours",
    ),
    "measuring": ("Measuring", "Every object in every visit, in every way that is on"),
    "verify": ("Checking the store", "Every block is read again"),
    "publish": (
        "Writing the store", "Light curves object by object, zero points, statistics",
    ),
}  # fmt: skip
_DONE, _NOW = "\N{CHECK MARK}", "\N{BLACK RIGHT-POINTING TRIANGLE}"


def stage_words(stage: str) -> str:
    """A stage as it is said on screen.

    >>> stage_words("scan"), stage_words("checking sums")
    ('Looking at the files', 'Checking sums')
    """
    return _STAGES[stage][0] if stage in _STAGES else stage[:1].upper() + stage[1:]


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
        count.setToolTip(progress.text)

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
        mark, name = label(_NOW, "muted"), label(stage_words(stage))
        mark.setFixedWidth(16)
        name.setToolTip(_STAGES[stage][1] if stage in _STAGES else "")
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
