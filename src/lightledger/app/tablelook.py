"""How tables of rows look and are used: whole rows are chosen, a click on a title sorts."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from .theme import small_font

_ROW_HEIGHT = 24


def dress(table: QTableView, narrowest: int) -> None:
    """Give a table that has its model the common look; no column is below ``narrowest`` pixels."""
    table.setFont(small_font())
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header = table.horizontalHeader()
    header.setFont(small_font())
    header.setHighlightSections(False)
    header.setSectionsClickable(True)
    header.setMinimumSectionSize(narrowest)
