"""The tree of visits x bands x kinds, as a model: thousands of visits cost nothing to show."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
)

from lightledger.domain import counted
from lightledger.frames.frame import KINDS

from . import skin
from .dates import date, moment, number
from .survey import BandLines

_HEADERS = ("Visit", "Middle (UTC)", "Exposure", *KINDS, "Setup")
_Index = QModelIndex | QPersistentModelIndex
_TOP = 0
# Plain numbers: looking an enum up costs more than the answer.
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_SIZE = int(Qt.ItemDataRole.SizeHintRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_FOREGROUND = int(Qt.ItemDataRole.ForegroundRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ROW = QSize(0, 24)


class FilesModel(QAbstractItemModel):
    """Two levels: bands, and below each its visits in order of time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bands: tuple[BandLines, ...] = ()
        self._muted = skin.muted()

    def set_bands(self, bands: tuple[BandLines, ...]) -> None:
        self._muted = skin.muted()
        self.beginResetModel()
        self._bands = bands
        self.endResetModel()

    # Internal id: 0 for a band, else number of the band + 1.
    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _TOP)

    def parent(self, index: _Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(int(index.internalId()) - 1, 0, _TOP)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._bands)
        if parent.internalId() == _TOP and parent.column() == 0:
            return len(self._bands[parent.row()].visits)
        return 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return len(_HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        if role == _ALIGNMENT and 2 <= section < 3 + len(KINDS):
            return _RIGHT
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        # Asked some ten times for every cell that is painted: the common answers come first.
        if role == _DISPLAY:
            if index.internalId() == _TOP:
                return self._band_cell(self._bands[index.row()], index.column())
            band = self._bands[int(index.internalId()) - 1]
            return self._visit_cell(band, index.row(), index.column())
        if role == _SIZE:
            return _ROW
        if role == _ALIGNMENT:
            return _RIGHT if 2 <= index.column() < 3 + len(KINDS) else None
        if role == _FOREGROUND:
            return self._muted if index.column() and index.internalId() != _TOP else None
        if role == _TIP and index.internalId() != _TOP:
            return self._bands[int(index.internalId()) - 1].visits[index.row()].name
        return None

    @staticmethod
    def _band_cell(band: BandLines, column: int) -> str:
        if column == 0:
            shown = "" if band.original == band.band else f" ({band.original})"
            return f"{band.band}{shown}   {counted(len(band.visits), 'visit')}"
        if column == 1 and band.visits:
            first, last = date(band.visits[0].mjd_utc), date(band.visits[-1].mjd_utc)
            return first if first == last else f"{first} to {last}"
        if 3 <= column < 3 + len(KINDS):
            count = band.kinds[column - 3]
            return number(count) if count else "-"
        return ""

    @staticmethod
    def _visit_cell(band: BandLines, row: int, column: int) -> str:
        line = band.visits[row]
        if column == 0:
            return line.visit
        if column == 1:
            return moment(line.mjd_utc, seconds=True)
        if column == 2:
            return f"{line.exposure_s:.6g} s" if line.exposure_s == line.exposure_s else "-"
        if column < 3 + len(KINDS):
            return str(line.kinds[column - 3]) if line.kinds[column - 3] else "-"
        return line.setup
