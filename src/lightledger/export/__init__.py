"""Tables out: CSV, AAVSO Extended, Parquet and FITS; exactly what passes the filters.

Formats are chosen by the file's extension; `lightledger.export.formats` is the table of them.
"""

from .rows import MAX_ROWS, ExportReport, Piece, check_size

__all__ = ["MAX_ROWS", "ExportReport", "Piece", "check_size"]
