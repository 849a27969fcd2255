"""Read side, no Qt: an open field = store, journal, correction, live statistics and export.

`Field` is what `lightledger.open` returns.
"""
