"""How each chip is decided, in words: definition, thresholds, how often noise is doubted."""

from __future__ import annotations

RULES = {
    "bands": """Correlation of the deviations in visits of both bands within 0.1 d,
drawn in to 5 robust sigma.
ok: above 0 at 1 %.
doubt: excess > 4, and r below half of what a common variation would give, at 1 %.
1 constant star in 10,000 is doubted.""",
    "measurements": """The same object in the other measurements of the band.
doubt: excess > 4 here that fewer than half of them see (> 2),
or none here (< 2) where half of them have > 4.
1 constant star in 10,000 is doubted.""",
    "clean": """As observed against cosmic rays removed, in the same aperture.
doubt: excess > 4 in one and < 2 in the other,
or more than 5 % of the points (and 3) changed by over 3 sigma.
A constant star is doubted only where cosmic rays hit it that often.""",
    "extremes": """Excess without the 3 points furthest from the median.
doubt: > 4 with them, < 2 without.
1 constant star in 10,000 is doubted.""",
    "correlation": """The surest rank correlation with {tried}.
doubt: noise gives as much in under 1 % of stars, and |r| >= 0.3.
At most 1 constant star in 100 is doubted; a slow variation may follow a slow drift by chance.""",
    "blend": """doubt: saturated in more than 2 % of the visits that saw it, thinly covered or cut
in more than 25 %, or a neighbour in its aperture. Facts, not chances.""",
}
