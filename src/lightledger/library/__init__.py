"""Read side, no Qt: an open field = store, journal, correction, live statistics and export.

`Field` is what `lightledger.open` returns.
"""

from .field import Field
from .journal import Journal
from .lightcurve import LightCurve

__all__ = ["Field", "Journal", "LightCurve"]
