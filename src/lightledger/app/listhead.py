"""Above the list of objects: how many there are, by which numbers, and what to do about it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from .buttons import flat_button
from .theme import small_font


class ListHead(QWidget):
    """Counts, "show all", "re-sort" and "recompute"; lines that say nothing are not there.

    Attributes
    ----------
    count, outdated : QLabel
    chip, resort, recompute : QPushButton
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = flat_button(
            "Objects measured often enough, not saturated, at an edge or blended"
        )
        self.resort = flat_button("Make the list again by the numbers that are shown now")
        self.recompute = flat_button("Numbers without what was rejected, by the stars of now")
        self.recompute.setText("recompute")
        self.count = QLabel(self)
        self.count.setFont(small_font())
        self.outdated = QLabel(self)
        self.outdated.setFont(small_font())
        self.outdated.setProperty("muted", True)
        self.outdated.setToolTip("The numbers are those of the store; the light curves are live")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addLayout(_line(self.count, self.chip, margin=4))
        lines.addLayout(_line(self.resort))
        lines.addLayout(_line(self.outdated, self.recompute))

    def show_counts(
        self, n: int, n_all: int, hidden: int, *, holds: bool, only_good: bool, choice: bool
    ) -> None:
        """Say how many are listed.

        Parameters
        ----------
        n, n_all, hidden : int
            Listed, in the store, and passing the filter but not well measured.
        holds : bool
            There is a filter.
        only_good, choice : bool
            Only well measured ones are listed; whether it makes a difference.
        """
        if holds:
            more = f"; {hidden:,} more not well measured" if hidden else ""
            self.count.setText(f"{n:,} of {n_all:,}{more}")
        else:
            self.count.setText(
                f"well measured {n:,} of {n_all:,}" if only_good else f"all {n_all:,}"
            )
        self.chip.setText("show all" if only_good else "well measured only")
        self.chip.setVisible(choice)

    def show_order(self, words: str, narrowed: bool) -> None:
        """Offer to make the list again where ``words`` say that it is of other numbers."""
        self.resort.setVisible(bool(words))
        self.resort.setText(f"{words} — {'renew' if narrowed else 're-sort'}")
        self.resort.setToolTip(f"{words}.\nMake the list again by the numbers that are shown now")

    def show_outdated(self, words: str) -> None:
        """How stored numbers differ from the light curves; '' when they do not."""
        self.outdated.setText(f"numbers {words}" if words else "")
        self.outdated.setVisible(bool(words))
        self.recompute.setVisible(bool(words))


def _line(*widgets: QWidget, margin: int = 0) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setContentsMargins(8, margin, 8, margin)
    made.setSpacing(8)
    for widget in widgets:
        made.addWidget(widget)
    made.addStretch(1)
    return made
