"""The contact sheet of ``lightledger verdicts --sheet``: all that was vetted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.app.main import make_application
from lightledger.app.render import prefer_offscreen
from lightledger.app.session import Session
from lightledger.domain import Control, LightledgerError, Report, silent
from lightledger.library.field import Field

from .sheet import Wanted, draw_sheets
from .sheetpages import parse_pages


def render_sheet(
    store: Path | str,
    png: Path | str,
    pages: str = "",
    control: Control | None = None,
    report: Report = silent,
) -> tuple[list[Path], str]:
    """Draw every object that has a verdict, by verdict and then by excess.

    Parameters
    ----------
    pages : str
        See `lightledger.app.vetting.sheetpages.parse_pages`.

    Returns
    -------
    paths : list of Path
        One page, or several with numbers at their ends.
    words : str
        How many objects on how many pages that are.

    Raises
    ------
    LightledgerError
        Not a store, nothing in it is vetted, no such page, or a page cannot be written.
    Cancelled
        Pages drawn before stay.
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
        some = parse_pages(pages, len(rows))
        paths = draw_sheets(session, asked, Path(png), some, control=control, report=report)
        return paths, some.words
