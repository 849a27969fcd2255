"""Named subsets: kept in the journal, picked beside the filter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.analysis.query import SUBSET, quoted
from lightledger.domain import counted

from .buttons import answers, primary_button
from .numbers import Numbers
from .objectfilter import ObjectFilter
from .vetting.queue import SECOND

if TYPE_CHECKING:
    from lightledger.library.state import Subset

_LONGEST_SHOWN = 60


class SubsetButton(QToolButton):
    """A menu of the named subsets; what it does to the journal is asked for by signals."""

    #: A filter, and a subset within which it holds ('' none), were chosen.
    chosen = Signal(str, str)
    #: Keep this filter under this name.
    save_wanted = Signal(str)
    drop_wanted = Signal(str)
    #: Know this subset by another name: the old one, the new one.
    rename_wanted = Signal(str, str)

    def __init__(
        self, chosen: ObjectFilter, numbers: Numbers, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._filter, self._numbers = chosen, numbers
        self.setText("Subsets")
        self.setToolTip("Named filters: keep this one, or pick another")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_ = QMenu(self)
        self.menu_.setToolTipsVisible(True)
        self.menu_.aboutToShow.connect(self.fill)
        self.setMenu(self.menu_)
        chosen.changed.connect(lambda _meant: self._show_subset())

    @property
    def known(self) -> dict[str, Subset]:
        """By name, as the journal has them now."""
        return self._numbers.session.field.journal.state.subsets

    def _show_subset(self) -> None:
        name = self._filter.subset
        self.setText(f"in {_short(name, 20)}" if name else "Subsets")

    def fill(self) -> None:
        """Make the menu anew: another window may have kept one."""
        menu = self.menu_
        menu.clear()
        save = menu.addAction("Save this filter as…")
        save.setEnabled(self._filter.holds)
        save.triggered.connect(self.ask_name)
        if self._filter.subset:
            leave = menu.addAction(f"Leave {_short(self._filter.subset)}")
            leave.triggered.connect(lambda: self.chosen.emit(self._filter.text, ""))
        menu.addSeparator()
        subsets = sorted(self.known.values(), key=lambda subset: subset.name.casefold())
        for subset in subsets:
            action = menu.addAction(_short(subset.name).replace("&", "&&"))
            action.setToolTip(describe(subset))
            action.setCheckable(True)
            action.setChecked(self._holds(subset))
            action.triggered.connect(lambda _=False, s=subset: self.pick(s))
        if not subsets:
            menu.addAction("No subset is kept yet").setEnabled(False)
            return
        menu.addSeparator()
        named = [subset for subset in subsets if not subset.name.startswith(SECOND)]
        for title, some, act in (
            ("Rename", named, self.ask_rename), ("Delete", subsets, self.drop_wanted.emit)
        ):  # fmt: skip
            each = menu.addMenu(title)
            each.setToolTipsVisible(True)
            each.setEnabled(bool(some))
            for subset in some:
                action = each.addAction(_short(subset.name).replace("&", "&&"))
                action.setToolTip(describe(subset))
                action.triggered.connect(lambda _=False, n=subset.name, a=act: a(n))

    def _holds(self, subset: Subset) -> bool:
        if is_plain(subset):
            return not self._filter.subset and self._filter.text == subset.where
        return self._filter.subset == subset.name

    def pick(self, subset: Subset) -> None:
        """Make a subset the filter, by the numbers of the measurement it was made with."""
        session = self._numbers.session
        if subset.measurement in session.field.measurements:
            session.panels.set_measurement(subset.measurement)
        if subset.corrected is not None:
            session.display.set_corrected(subset.corrected)
        if is_plain(subset):
            self.chosen.emit(subset.where, "")
        else:
            self.chosen.emit("", subset.name)

    def ask_name(self) -> None:
        """Ask for a name to keep the filter under."""
        NameDialog(self._filter.words, set(self.known), self.save_wanted.emit, self).open()

    def ask_rename(self, name: str) -> None:
        """Ask for another name of a subset."""
        others = set(self.known) - {name}
        dialog = NameDialog(
            describe(self.known[name]), others, partial(self.rename_wanted.emit, name), self
        )
        dialog.setWindowTitle("Rename the subset")
        dialog.name.setText(name)
        dialog.name.selectAll()
        dialog.open()


class NameDialog(QDialog):
    """Asks for the name of a subset; says when one is replaced."""

    def __init__(
        self, where: str, known: set[str], save: Callable[[str], None], parent: QWidget
    ) -> None:
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Save this filter")
        self.setMinimumWidth(420)
        self._known, self._save = known, save
        what = QLabel(where, self)
        what.setProperty("muted", True)
        what.setTextFormat(Qt.TextFormat.PlainText)
        what.setWordWrap(True)
        self.name = QLineEdit(self)
        self.name.setMaxLength(200)
        self.name.setPlaceholderText("Name, such as faint and variable")
        self.name.setAccessibleName("Name of the subset")
        self.remark = QLabel(" ", self)
        self.remark.setProperty("muted", True)
        self.save = primary_button("Save")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 24, 24, 16)
        lines.setSpacing(8)
        for widget in (what, self.name, self.remark, answers(self, self.save)):
            lines.addWidget(widget)
        self.name.textChanged.connect(self._typed)
        self._typed("")

    def _typed(self, text: str) -> None:
        name = " ".join(text.split())
        self.save.setEnabled(bool(name))
        replaces = name in self._known
        self.remark.setText("One of this name is kept: it is replaced" if replaces else " ")

    def accept(self) -> None:
        name = " ".join(self.name.text().split())
        if name:
            self._save(name)
            super().accept()


def is_plain(subset: Subset) -> bool:
    """Whether its expression says all: no cone, no frozen list, no first few."""
    return not (subset.near or subset.objects or subset.limit)


def describe(subset: Subset) -> str:
    """A subset's definition, and how an expression speaks of it, for a tooltip."""
    words = [subset.where] if subset.where else []
    if subset.near:
        words.append(f"near {subset.near}")
    if subset.limit:
        words.append(f"first {subset.limit:,} by {subset.sort or 'catalogue order'}")
    if subset.objects:
        words.append(f"{counted(len(subset.objects), 'object')} in a fixed order")
    if subset.measurement:
        words.append(f"numbers of {subset.measurement}" + " corrected" * bool(subset.corrected))
    if subset.by:
        words.append(f"kept by {subset.by}")
    words.append(f"in a filter: {quoted(SUBSET + subset.name)}")
    return "\n".join(words)


def _short(name: str, longest: int = _LONGEST_SHOWN) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
