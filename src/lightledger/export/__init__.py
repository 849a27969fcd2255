"""Tables out: CSV and AAVSO Extended, exactly what passes the filters.

Formats are chosen by the file's extension.
"""

from .rows import MAX_ROWS, ExportReport, Piece, check_size

__all__ = ["MAX_ROWS", "ExportReport", "Piece", "check_size"]
