"""The contact sheet of ``lightledger verdicts --sheet``: all that was vetted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.app.main import make_application
from lightledger.app.render import prefer_offscreen
from lightledger.app.session import Session
from lightledger.domain import LightledgerError
from lightledger.library.field import Field

from .sheet import Wanted, draw_sheets


def render_sheet(store: Path | str, png: Path | str) -> list[Path]:
    """Draw every object that has a verdict, by verdict and then by excess.

    Returns
    -------
    list of Path
        One page, or several with numbers at their ends.

    Raises
    ------
    LightledgerError
        Not a store, nothing in it is vetted, or a page cannot be written.
    """
    prefer_offscreen()
    make_application()
    with Field(Path(store)) as field:
        session = Session(field)
        verdicts = field.words.columns()["verdict"]
        excess = field.statistics(session.measurement, session.display.corrected)["excess"]
        said = np.array([str(verdict) for verdict in verdicts])
        order = np.lexsort((-np.nan_to_num(excess, nan=-np.inf), said))
        rows = tuple(int(row) for row in order if said[row])
        if not rows:
            raise LightledgerError("nothing in it is vetted yet", Path(store))
        asked = Wanted(rows, verdicts, excess, f"Vetted objects of {Path(store).name}")
        return draw_sheets(session, asked, Path(png))
