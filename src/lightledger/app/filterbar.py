"""The filter in the toolbar: box, words about errors, named subsets."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lightledger.analysis.query import QueryError, quoted
from lightledger.domain import LightledgerError

from .completion import Offer, Word, offers
from .filterbox import FilterBox
from .filterhint import FilterHint
from .numbers import Numbers
from .objectcolumns import texts
from .objectfilter import ObjectFilter
from .subsets import SubsetButton

#: What is half typed is no error yet.
_PATIENCE_MS = 700


class FilterBar(QWidget):
    """Steers an `ObjectFilter`.

    Attributes
    ----------
    box : FilterBox
    subsets : SubsetButton
    hint : FilterHint
    """

    #: The filter was meant, or left: the plots should have the keys.
    done = Signal()
    #: Filters that are to be remembered, list of str, the latest last.
    asked = Signal(list)

    def __init__(self, chosen: ObjectFilter, numbers: Numbers, parent: QWidget | None = None):
        super().__init__(parent)
        self._filter, self._numbers = chosen, numbers
        self.box = FilterBox(self)
        self.box.setToolTip(
            "Objects that pass are listed, such as\n"
            "mag < 18 and excess > 3\n"
            "`ch2_sci-auto`.scatter < 0.1 or between(ra, 264.9, 265)\n"
            "contains(note, 'dip') and not subset.`looked at`\n"
            "and or not, < <= > >= == !=, + - * / **, abs log10 sqrt isnan between contains\n"
            "Up and Down bring back what was asked before  ( / )"
        )
        self.hint = FilterHint(self.box)
        self.subsets = SubsetButton(chosen, numbers, self)
        self._error: LightledgerError | None = None
        self._putting = False
        self._listed = ""
        self._known: list[tuple[str, str]] = []
        numbers.changed.connect(self._known.clear)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._lose_patience)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.box, 1)
        line.addWidget(self.subsets)
        self.box.offer_from(self._offers)
        self.box.textChanged.connect(self._text_changed)
        self.box.meant.connect(lambda: chosen.ask(self.box.text(), chosen.subset))
        self.box.left.connect(self._leave)
        self.box.unfocused.connect(self._remember)
        self.hint.meant.connect(self._replace)
        self.subsets.chosen.connect(self.put)
        chosen.changed.connect(self._applied)
        chosen.refused.connect(self._refused)

    def focus(self) -> None:
        """Take the keys, everything selected."""
        self.box.setFocus()
        self.box.selectAll()

    def put(self, text: str, subset: str = "") -> None:
        """Put a filter into the box and apply it."""
        self._set_text(text)
        self._filter.ask(text, subset)

    def _set_text(self, text: str) -> None:
        self._putting = True  # its signals go on: the line's own button follows them
        self.box.setText(text)
        self._putting = False
        self._forget()

    def restore(self, text: str, subset: str, first: bool) -> None:
        """Put a remembered filter into the box; ``first``: and go to its first object."""
        if text or subset:
            self._set_text(text)
            self._filter.ask(text, subset, meant=first)

    def clear(self) -> None:
        """Take the expression away; without one, the subset or list that it was in as well."""
        self.put("", self._filter.subset if self.box.text() else "")

    def show_count(self, listed: str, n_hidden: int) -> None:
        """How many objects are listed; of those that pass, some may not be well measured."""
        on = self._filter.holds
        self._listed = listed if on else ""
        self.box.set_count(self._listed)
        more = f"; {n_hidden:,} more pass that are not well measured" if n_hidden else ""
        self.box.setAccessibleDescription(f"{listed} objects are listed{more}" if on else "")

    # -- typing

    def _text_changed(self, text: str) -> None:
        if not self._putting:
            self._forget()
            self._filter.ask_soon(text)

    def _remember(self) -> None:
        """What holds when the box is left was meant; what was tried on the way was not."""
        history, before = self.box.history, list(self.box.history.texts)
        history.add(self._filter.text)
        if history.texts != before:
            self.asked.emit(history.texts)

    def _forget(self) -> None:
        self._error = None
        self._patience.stop()
        self.hint.hide()
        if self.box.marked:
            self.box.mark(0, 0)

    def _applied(self, meant: bool) -> None:
        self._forget()
        if self._filter.held:  # a list stands in the expression's place
            self._set_text("")
        if meant:
            self.done.emit()

    def _refused(self, error: LightledgerError, meant: bool) -> None:
        self._error = error
        self.box.set_count("")
        if meant:
            self._show_error()
        else:
            self._patience.start()

    def _lose_patience(self) -> None:
        if self.box.offers.isVisible():
            self._patience.start()  # a name is being chosen
        else:
            self._show_error()

    def _show_error(self) -> None:
        error = self._error
        if error is None:
            return
        still = f"Still listed: {self._filter.words or 'without a filter'}"
        near: tuple[str, ...] = ()
        if isinstance(error, QueryError):
            near = error.near
            self.box.mark(error.position, error.length)
        self.box.set_count("not applied")
        words = error.what if near else str(error)
        if isinstance(error, QueryError):  # the place is underlined
            words = words.replace(f" (character {error.position + 1})", "")
        self.hint.say(words, near, still)

    def _replace(self, name: str) -> None:
        """Put a near name where the error is."""
        error, text = self._error, self.box.text()
        if isinstance(error, QueryError):
            end = error.position + error.length
            self.box.setText(text[: error.position] + quoted(name) + text[end:])
            self.box.setFocus()

    def _leave(self) -> None:
        """Escape: what does not hold is taken back, and the plots have the keys."""
        if self.box.text().strip() != self._filter.text:
            self._filter.give_up()
            self._set_text(self._filter.text)
            self.box.set_count(self._listed)
        self.done.emit()

    def _offers(self, word: Word) -> list[Offer]:
        columns, field = self._numbers.columns, self._numbers.session.field
        if not self._known:
            for name in columns:
                meaning, unit = texts(columns, name)
                self._known.append((name, f"{meaning} [{unit}]" if unit else meaning))
        statistics = list(field.statistics(self._numbers.measurement, self._numbers.corrected))
        subsets = list(field.journal.state.subsets)
        return offers(word, self._known, statistics, field.measurements, subsets)
