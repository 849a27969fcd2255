"""Where the telescope stands, and where visits are measured."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QLineEdit, QWidget

from lightledger.domain import LightledgerError

from .pieces import Card, label, say
from .state import Choices


class WhereCard(Card):
    """Two fields; empty ones mean the headers, and this computer."""

    #: Another site: times towards the barycentre change.
    changed = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Where", parent)
        from lightledger.frames.givensite import observatories

        self._choices = choices
        self.site = _line(
            "observatory, if you know better",
            "as the headers say",
            "An observatory's name, or longitude (east positive), latitude in degrees, height in m."
            "\nBarycentric times are computed for it.",
        )
        names = QCompleter(sorted(observatories()), self.site)
        names.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        names.setFilterMode(Qt.MatchFlag.MatchContains)
        self.site.setCompleter(names)
        self.cluster = _line(
            "measured on a cluster",
            "this computer",
            "tcp://HOST:8786 of a dask scheduler whose workers see the same folders,\n"
            "or local:2 for two processes of this computer.",
        )
        self.trouble = label("", "problem", wrap=True)
        self.trouble.hide()
        self.site.editingFinished.connect(self._site_entered)
        self.cluster.editingFinished.connect(self._cluster_entered)
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        for column, (words, line) in enumerate(
            (("Observatory, if you know better", self.site), ("Cluster, if any", self.cluster))
        ):
            grid.addWidget(label(words, "muted"), 0, column)
            grid.addWidget(line, 1, column)
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)
        self.body.addWidget(self.trouble)

    def show_choices(self) -> None:
        """Fields as they were chosen, or as a recipe says."""
        for line, text in (
            (self.site, self._choices.measuring.site),
            (self.cluster, self._choices.cluster),
        ):
            if not line.hasFocus():
                line.setText(text)

    def _site_entered(self) -> None:
        from lightledger.frames.givensite import parse_site

        text = self.site.text().strip()
        if text == self._choices.measuring.site:
            self.trouble.hide()
            return
        try:
            parse_site(text)
        except LightledgerError as error:
            say(self.trouble, str(error), "problem")
            self.trouble.show()
            return
        self.trouble.hide()
        self._choices.ask(site=text)
        self.changed.emit()

    def _cluster_entered(self) -> None:
        self._choices.cluster = self.cluster.text().strip()


def _line(name: str, placeholder: str, tip: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setToolTip(tip)
    line.setAccessibleName(name)
    return line
