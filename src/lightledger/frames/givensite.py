"""A site that a person gives: the name of an observatory, or longitude, latitude and height."""

from __future__ import annotations

import difflib
import tomllib
from functools import lru_cache

from lightledger.domain import LightledgerError
from lightledger.domain.resources import resource

from .earth import Site
from .sites import angle_in


@lru_cache(maxsize=1)
def observatories() -> dict[str, Site]:
    """Known observatories: longitude (degrees, east positive), latitude (degrees), height (m)."""
    table = tomllib.loads(resource("observatories.toml").read_text(encoding="utf-8"))
    return {name: (float(east), float(lat), float(h)) for name, (east, lat, h) in table.items()}


def parse_site(text: str) -> Site | None:
    """The site that a text gives; None for ''.

    Parameters
    ----------
    text : str
        An observatory's name, or ``LONGITUDE LATITUDE [HEIGHT]``: degrees with east positive,
        decimal or ``dd:mm:ss``, or with a letter (``110.88W``); m.

    Raises
    ------
    LightledgerError
        It is neither, naming near observatories.

    >>> parse_site("kitt peak")
    (-111.597, 31.958, 2096.0)
    >>> parse_site("110:52:48W +31:40:48 1268")
    (-110.88, 31.68, 1268.0)
    """
    text = text.strip()
    if not text:
        return None
    by_name = {name.lower(): site for name, site in observatories().items()}
    if text.lower() in by_name:
        return by_name[text.lower()]
    words = text.replace(",", " ").split()
    angles = [angle_in(word) for word in words]
    if len(words) in (2, 3) and None not in angles:
        east, north, height = (float(a or 0.0) for a in (*angles, 0.0)[:3])
        if -180 <= east <= 360 and abs(north) <= 90 and -500 <= height <= 9000:
            return (east + 180) % 360 - 180, north, height
    near = difflib.get_close_matches(text.lower(), by_name, n=3, cutoff=0.5)
    names = [name for name in observatories() if name.lower() in near]
    raise LightledgerError(
        f"{text!r} is no site",
        advice="write 'LONGITUDE LATITUDE HEIGHT' (degrees, east positive; m)"
        + (f", or did you mean {', '.join(names)}?" if names else " or an observatory's name"),
    )
