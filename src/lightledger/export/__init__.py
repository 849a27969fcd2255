"""Tables out: CSV and AAVSO Extended, exactly what passes the filters.

Formats are chosen by the file's extension.
"""
