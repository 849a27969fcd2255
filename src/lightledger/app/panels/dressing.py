"""Which dress each panel of a session wears: badges, focus, colours, X axis."""

from __future__ import annotations

from lightledger.app.panelset import Relation
from lightledger.app.presenter import Presenter
from lightledger.app.relations import how_joined
from lightledger.app.session import Session
from lightledger.app.shown import Shown
from lightledger.app.visitquantities import QUANTITIES
from lightledger.app.xaxes import PHASE

from .dress import Dress

#: Of the measurement that the store suggests: advice, no fact of the light curve.
SUGGESTED = "suggested"


def dress_of(presenter: Presenter, place: int, one: Shown) -> Dress:
    """How the panel at a place, 0 is the uppermost, draws what it shows."""
    session, several = presenter.session, len(presenter.shown) > 1
    display = session.display
    by = display.color_by
    return Dress(
        badges=_badges(session, one),
        current=several and place == session.panels.focus,
        faint_hidden=display.shows_hidden(one.own.flagged_fraction()),
        axis=presenter.axis,
        first=session.times.first,
        color_by=by,
        legend_title=QUANTITIES[by].words if by in QUANTITIES else by,
        ends=presenter.color_ends(one),
        closable=several,
    )


def _badges(session: Session, one: Shown) -> tuple[str, ...]:
    badges, spec = [], one.spec
    if spec.pinned:
        badges.append("pinned")
    if spec.relation is not Relation.NONE:
        badges.append(how_joined(*spec.measurements))
    elif len(spec.measurements) == 1 and session.panels.is_suggested(one.measurement):
        badges.append(SUGGESTED)
    if one.curve.lc.corrected:
        badges.append("corrected")
    fold = session.display.fold
    if session.display.x == PHASE.name and fold is not None:
        badges.append(f"P = {fold.period_d:.8g} d")
        badges.append(f"epoch {fold.epoch_mjd:.10g} {'TDB' if fold.barycentric else 'UTC'}")
    return tuple(badges)
