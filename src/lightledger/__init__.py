"""Lightledger: the light curve of every object of a field that was imaged again and again.

>>> import lightledger
>>> field = lightledger.open("field.h5")  # doctest: +SKIP
>>> field.light_curve("I123", "ch1_sci-aper_r3").good()  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .library import Field

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: Path | str) -> Field:
    """Open a store for reading.

    Parameters
    ----------
    path : Path or str
        A published store, such as ``field.h5``.

    Returns
    -------
    lightledger.library.Field
        A context manager.

    Raises
    ------
    LightledgerError
        Not a store of ours, damaged, or of a newer version; one line saying so.
    """
    from .library import Field

    return Field(path)
