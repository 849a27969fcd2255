"""Could the instrument or a neighbour do it: correlations with the visits, saturation, blends."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from lightledger.analysis.correlation import circular, spearman
from lightledger.domain import counted

from .answer import MIN_POINTS, Answer, Mark

#: Correlations weaker than this explain under a tenth of the variance: no doubt.
WEAK = 0.3
#: Chance of a correlation with any of the quantities tried, for a doubt.
CHANCE = 0.01
#: As `lightledger.analysis.excess.well_measured` has them.
MOST_SATURATED, MOST_EDGE = 0.02, 0.25


def strongest_correlation(
    deviation: np.ndarray, quantities: Mapping[str, np.ndarray], angles: frozenset[str]
) -> Answer:
    """The quantity of the visits that brightness goes with most surely.

    Parameters
    ----------
    deviation : ndarray of float64, shape (n,)
        Relative; nan is left out.
    quantities : mapping of str to ndarray, shape (n,)
        nan is left out.
    angles : frozenset of str
        Those that are angles, in degrees.

    Notes
    -----
    Spearman's rank correlation, for angles that with cosine and sine. Doubt: the chance of as much
    in noise is below `CHANCE` over the number of quantities tried (Bonferroni), and abs(r) at least
    `WEAK`: of constant stars with white noise at most 1 %. A slow variation and a slow drift of the
    instrument also go together by chance: look at it.
    """
    found: list[tuple[float, float, str, int]] = []
    for name, values in quantities.items():
        known = np.isfinite(deviation) & np.isfinite(values)
        n = int(np.count_nonzero(known))
        if n < MIN_POINTS or np.ptp(values[known]) == 0:
            continue
        r, chance = (circular if name in angles else spearman)(values[known], deviation[known])
        if math.isfinite(r):
            found.append((chance, r, name, n))
    if not found:
        return Answer(Mark.UNKNOWN, "", "no quantity of the visits is known in enough of them")
    chance, r, name, n = min(found)
    words = (
        f"r = {r:.2f} in {counted(n, 'visit')}, the surest of {len(found)} quantities; "
        f"noise gives as much in {_per_cent(min(chance * len(found), 1))} of stars"
    )
    doubt = chance * len(found) < CHANCE and abs(r) >= WEAK
    return Answer(Mark.DOUBT if doubt else Mark.OK, f"r {r:.2f}", words, name)


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{max(100 * share, 1e-9):.1g} %"


def neighbourhood(n_seen: int, n_saturated: int, n_edge: int, blended: bool | None) -> Answer:
    """Whether it is saturated, at an edge, or shares its aperture with a neighbour.

    Doubt: saturated in more than 2 % or cut in more than 25 % of the visits that saw it, or
    blended. These are facts, not chances: a star that is none of these is never doubted.
    """
    if not n_seen:
        return Answer(Mark.UNKNOWN, "", "no visit saw it")
    parts = []
    if n_saturated > MOST_SATURATED * n_seen:
        parts.append("saturated")
    if blended:
        parts.append("blended")
    if n_edge > MOST_EDGE * n_seen:
        parts.append("edge")
    words = f"saturated in {n_saturated}, cut or thinly covered in {n_edge} of {n_seen} visits; "
    words += {None: "blends are not known", True: "blended", False: "not blended"}[blended]
    if parts:
        return Answer(Mark.DOUBT, ", ".join(parts), words)
    return Answer(Mark.OK if blended is not None else Mark.UNKNOWN, "", words)
