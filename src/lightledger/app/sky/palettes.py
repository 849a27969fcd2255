"""Colour maps: tones to colours of the screen."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lightledger.app.theme import Theme, color

#: tone 255 is the pixel without a value.
_N = 255
PALETTES = ("inverted grey", "grey", "viridis")
#: Viridis (Smith & van der Walt, matplotlib) at 17 places, 8 bits a colour.
_VIRIDIS = (
    0x440154, 0x48186A, 0x472D7B, 0x424086, 0x3B528B, 0x33638D, 0x2C728E, 0x26828E, 0x21918C,
    0x1FA088, 0x28AE80, 0x3FBC73, 0x5EC962, 0x84D44B, 0xADDC30, 0xD8E219, 0xFDE725,
)  # fmt: skip


def palette(name: str, theme: Theme) -> np.ndarray:
    """Colour of each tone.

    Parameters
    ----------
    name : str
        One of `PALETTES`.
    theme : Theme
        Decides the colour of pixels without a value: a tint of its problem colour.

    Returns
    -------
    ndarray of uint32, shape (256,)
        0xffRRGGBB; the last is for pixels without a value.
    """
    return _made(name, blank_colour(theme))


def blank_colour(theme: Theme) -> int:
    """0xRRGGBB of pixels without a value: nothing in the three maps is like it."""
    problem, plot = color(theme.problem), color(theme.plot)
    parts = [
        round((getattr(problem, c)() + getattr(plot, c)()) / 2) for c in ("red", "green", "blue")
    ]
    return parts[0] << 16 | parts[1] << 8 | parts[2]


def viridis_at(part: float) -> str:
    """'#RRGGBB' of a place from 0 to 1 on viridis."""
    tones = _made("viridis", 0)
    return f"#{int(tones[round(min(max(part, 0.0), 1.0) * (_N - 1))]) & 0xFFFFFF:06X}"


@lru_cache(maxsize=16)
def _made(name: str, blank: int) -> np.ndarray:
    part = np.linspace(0, 1, _N)
    if name == "viridis":
        anchors = np.array([[c >> 16, c >> 8 & 255, c & 255] for c in _VIRIDIS], float)
        at = np.linspace(0, 1, len(_VIRIDIS))
        rgb = np.stack([np.interp(part, at, anchors[:, k]) for k in range(3)])
    else:
        grey = 255 * (1 - part if name == "inverted grey" else part)
        rgb = np.stack([grey, grey, grey])
    red, green, blue = np.rint(rgb).astype(np.uint32)
    made = np.empty(256, np.uint32)
    made[:_N] = 0xFF000000 | red << 16 | green << 8 | blue
    made[_N] = 0xFF000000 | blank
    made.flags.writeable = False
    return made
