"""The same verbs in a terminal; no Qt.

Machine output goes to standard output, everything for a person to standard error.
"""
