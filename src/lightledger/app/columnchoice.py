"""Which columns the table of objects shows, in which order: chosen at its header, remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QMenu

from .numbers import Numbers
from .objectcolumns import DEFAULT, OF_TWO_BANDS, texts
from .objectmodel import ObjectModel
from .settings import COLUMNS_SHOWN, Settings


class ColumnChoice(QObject):
    """Columns of a model, beside the id: a right click on its header, a drag moves them."""

    #: Other columns are shown.
    changed = Signal()

    def __init__(
        self, numbers: Numbers, model: ObjectModel, settings: Settings, header: QHeaderView
    ) -> None:
        super().__init__(header)
        self._numbers, self._model, self._settings = numbers, model, settings
        self._header = header
        keys = str(settings.get(COLUMNS_SHOWN)).split(",")
        one_band = len(numbers.session.field.bands) < 2
        model.set_columns([key for key in keys if not (one_band and key == OF_TWO_BANDS)])
        header.customContextMenuRequested.connect(self.ask)
        header.setSectionsMovable(True)
        header.sectionMoved.connect(self._moved)

    def show(self, keys: list[str]) -> None:
        """Show these columns beside the id, here and from now on."""
        self._model.set_columns(keys)
        self._settings.set(COLUMNS_SHOWN, ",".join(keys))
        self.changed.emit()

    def _moved(self, section: int, before: int, after: int) -> None:
        """The model takes the order: the header then has nothing of its own to remember."""
        header, keys = self._header, self._model.keys
        seen = [keys[header.logicalIndex(place)] for place in range(len(keys))]
        header.blockSignals(True)
        header.moveSection(after, before)
        header.blockSignals(False)
        # In its turn: the header is still in the middle of a drag.
        QTimer.singleShot(0, self, lambda: self.show([key for key in seen if key != "id"]))

    def ask(self, where: QPoint) -> None:
        """Open the menu at a point of the header."""
        menu = self._menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._header.mapToGlobal(where))

    def _menu(self) -> QMenu:
        """Every column there is, with its meaning and unit as tooltip, ticked where it is shown.

        Those of the catalogue are in a menu of their own, as there may be many.
        """
        columns, shown = self._numbers.columns, self._model.keys
        catalogue = tuple(self._numbers.session.field.objects)
        menu = QMenu(self._header)
        menu.setToolTipsVisible(True)
        of_catalogue = QMenu("From the catalogue", menu)
        of_catalogue.setToolTipsVisible(True)
        for key in columns:
            if key == "id":
                continue
            action = (of_catalogue if key in catalogue else menu).addAction(key)
            action.setCheckable(True)
            action.setChecked(key in shown)
            meaning, unit = texts(columns, key)
            words = f"{meaning} [{unit}]" if unit else meaning
            action.setToolTip(words or key)
            action.triggered.connect(lambda _=False, k=key: self._toggle(k))
        menu.addSeparator()
        if not of_catalogue.isEmpty():
            menu.addMenu(of_catalogue)
        menu.addAction("Columns as at first").triggered.connect(lambda: self.show(list(DEFAULT)))
        return menu

    def _toggle(self, key: str) -> None:
        """A column that is ticked comes last."""
        shown = self._model.keys
        others = [name for name in shown if name not in (key, "id")]
        self.show(others if key in shown else [*others, key])
