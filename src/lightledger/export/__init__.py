"""Light curves out, in the formats of the field; exactly what passes the filters.

`lightledger.export.formats` is the table of them.
"""

from .rows import MAX_ROWS, ExportReport, Piece, check_size

__all__ = ["MAX_ROWS", "ExportReport", "Piece", "check_size"]
