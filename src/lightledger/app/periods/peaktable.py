"""The peaks as a table; a click folds at one of them."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from lightledger.analysis.periods import Found, Peak
from lightledger.app.curves import unit_text
from lightledger.app.theme import small_font

_ROW = 22
_NOTE = 4


def period_text(peak: Peak, width: float) -> str:
    """A period with as many digits as the span of the series tells apart.

    >>> period_text(Peak(frequency=1 / 0.5532761, power=1.0), 1 / 2000)
    '0.553276'
    """
    step = 0.1 * width * peak.period**2
    places = min(max(math.ceil(-math.log10(step)) + 1, 0), 9) if step > 0 else 6
    return f"{peak.period:.{places}f}"


def epoch_text(peak: Peak) -> str:
    """An epoch to a ten-thousandth of the period.

    >>> epoch_text(Peak(frequency=1 / 0.5532761, power=1.0, epoch=55020.4437126))
    '55020.44371'
    """
    if not math.isfinite(peak.epoch):
        return ""
    places = min(max(math.ceil(-math.log10(1e-4 * peak.period)), 0), 8)
    return f"{peak.epoch:.{places}f}"


def _height(power: float) -> str:
    return f"{power:,.0f}" if power >= 100 else f"{power:.3g}"


def fap_text(fap: float) -> str:
    """A probability in words short enough for a table.

    >>> fap_text(3e-18), fap_text(0.04), fap_text(float("nan"))
    ('3e-18', '0.04', '–')
    """
    if math.isnan(fap):
        return "–"
    return "<1e-99" if fap < 1e-99 else f"{fap:.1g}"


class PeakTable(QTableWidget):
    """Period, height, chance, size and what it may only be."""

    #: Frequency of the peak that was clicked, 1/d.
    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Peaks of the periodogram")
        self.setFont(small_font())
        self.horizontalHeader().setFont(small_font())
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setMinimumHeight(4 * _ROW)
        self._peaks: tuple[Peak, ...] = ()
        self.cellClicked.connect(lambda row, _column: self._choose(row))
        self.cellActivated.connect(lambda row, _column: self._choose(row))

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._peaks):
            self.chosen.emit(self._peaks[row].frequency)

    def show_found(self, found: Found | None) -> None:
        """List the peaks of a result."""
        self._peaks = found.peaks if found is not None else ()
        boxes = found is not None and found.wanted.method == "bls"
        unit = unit_text(found.series.unit) if found is not None else ""
        heads = ["#", "Period [d]", "Log L" if boxes else "Power",
                 f"Depth [{unit}]" if boxes else "FAP",
                 "May be", "Lasts [h]" if boxes else f"Range [{unit}]"]  # fmt: skip
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels(heads)
        self.setRowCount(len(self._peaks))
        for row, peak in enumerate(self._peaks):
            assert found is not None
            cells = [str(row + 1), period_text(peak, found.width), _height(peak.power)]
            if boxes:
                cells += [f"{peak.size:.3g} ± {peak.size_error:.1g}", peak.note]
                cells.append(f"{24 * peak.duration:.3g}")
            else:
                cells += [fap_text(peak.fap), peak.note, f"{peak.size:.3g}"]
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                right = column not in (0, _NOTE)
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        tips = (
            "", "Days", "Log-likelihood gained over constant flux" if boxes else
            "Share of the variance that the model takes away, 0 to 1",
            "Of the dip" if boxes else "False-alarm probability: how often noise alone makes a "
            "highest peak like this", "A harmonic or an alias of a higher peak",
            "How long the dip lasts" if boxes else "Lowest to highest flux of the model",
        )  # fmt: skip
        for column, tip in enumerate(tips):
            head = self.horizontalHeaderItem(column)
            if head is not None:
                head.setToolTip(tip)
        self.resizeColumnsToContents()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(0, QFontMetrics(self.font()).horizontalAdvance("888"))
        self.horizontalHeader().setStretchLastSection(False)

    def show_chosen(self, frequency: float) -> None:
        """Select the row of a frequency, or none."""
        row = next((i for i, p in enumerate(self._peaks) if p.frequency == frequency), -1)
        if row < 0:
            self.clearSelection()
        else:
            self.selectRow(row)
