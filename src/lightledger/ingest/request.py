"""What a person asks of an ingest."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from lightledger.domain import LightledgerError, Recipe

#: In place of a coadd's path: make a stack although a coadd was found.
NO_COADD = "none"


@dataclass(frozen=True)
class Target:
    """An object that a person adds by position ("my star").

    Either ``ra_deg`` and ``dec_deg`` (ICRS), or ``x`` and ``y`` (0-based pixels of the reference
    frame), are given.
    """

    name: str
    ra_deg: float = float("nan")
    dec_deg: float = float("nan")
    x: float = float("nan")
    y: float = float("nan")

    @property
    def text(self) -> str:
        """Name and place in one line; equal for equal targets."""
        if math.isfinite(self.x):
            return f"{self.name}={self.x!r},{self.y!r} px"
        return f"{self.name}={self.ra_deg!r} {self.dec_deg!r}"


@dataclass(frozen=True)
class IngestRequest:
    """Folders in, store out, and whatever the person chose; '' and 0 mean: find out.

    Attributes
    ----------
    folders : tuple of Path
        Folders (or single files) with frames.
    output : Path
        The store to write.
    catalog, coadd : str
        Paths of a reference catalogue and of a coadd; `NO_COADD`: stack the visits although a
        coadd was found.
    template : str
        File-name template or preset.
    recipe : Recipe or None
        Settings that differ from their defaults are requirements.
    workers : int
        Worker threads; 0: the processors this process may use.
    remeasure : bool
        Start afresh, leaving out what was measured before.
    targets : tuple of Target
        Positions to add to the objects.
    budget_bytes : int
        Memory that publishing may use for records; the process has at most 300 MB beside.
    catalogues : bool
        Read catalogues of the visits although there are images.
    mapping : tuple of str
        Edits of the columns that catalogues are read by (`frames.visitcolumns`).
    """

    folders: tuple[Path, ...]
    output: Path
    catalog: str = ""
    coadd: str = ""
    template: str = ""
    recipe: Recipe | None = None
    workers: int = 0
    remeasure: bool = False
    targets: tuple[Target, ...] = field(default=())
    budget_bytes: int = 1 << 30
    catalogues: bool = False
    mapping: tuple[str, ...] = ()


#: Below this, publishing would read the staged visits in crumbs.
LEAST_BUDGET = 32 << 20
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def parse_size(text: str) -> int:
    """Bytes from ``2GB``, ``512 MB``, ``1.5g`` or a plain number.

    Raises
    ------
    LightledgerError
        It is none of these, or too little to work with.

    >>> parse_size("1.5 GB")
    1500000000
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", text.lower())
    if not found or (found[3] and not found[2]):
        raise LightledgerError(f"{text!r} is not a size", advice="write 2GB or 512MB")
    unit = 1024 ** "kmgt".index(found[2]) * 1024 if found[3] else _UNITS[found[2]]
    size = int(float(found[1]) * unit)
    if size < LEAST_BUDGET:
        raise LightledgerError(
            f"{text.strip()} of memory is too little",
            advice=f"{LEAST_BUDGET >> 20} MB is the least",
        )
    return size


def parse_targets(text: str) -> tuple[Target, ...]:
    """Targets of a file (a catalogue of any format that is read), or the one that a text names.

    Raises
    ------
    LightledgerError
        When it is neither.
    """
    path = Path(text)
    if not path.is_file():
        return (parse_target(text),)
    from lightledger.frames.catalogue import read_catalogue

    rows = read_catalogue(path)
    targets = []
    for k, name in enumerate(rows.ids):
        if math.isfinite(rows.ra[k]):
            targets.append(Target(name, ra_deg=float(rows.ra[k]), dec_deg=float(rows.dec[k])))
        elif rows.x is not None and rows.y is not None:
            targets.append(Target(name, x=float(rows.x[k]), y=float(rows.y[k])))
    return tuple(targets)


def parse_target(text: str) -> Target:
    """A target from ``[NAME=]RA DEC`` (degrees or sexagesimal hours) or ``[NAME=]X,Y px``.

    Raises
    ------
    LightledgerError
        When it is neither.

    >>> parse_target("mine=423.2,286 px").x
    423.2
    """
    name, equals, place = text.rpartition("=")
    name = name.strip() if equals else "target"
    place = place.strip()
    try:
        if place.endswith("px"):
            x, y = place.removesuffix("px").replace(",", " ").split()
            return Target(name, x=float(x), y=float(y))
        from astropy.coordinates import SkyCoord

        sexagesimal = ":" in place or "h" in place
        where = SkyCoord(place, unit=("hourangle" if sexagesimal else "deg", "deg"))
        return Target(name, ra_deg=float(where.ra.deg), dec_deg=float(where.dec.deg))
    except ValueError:
        raise LightledgerError(
            f"{text!r} is not a position",
            advice="write 'NAME=02:04:10.3 +46:41:16', 'NAME=31.04 46.69' or 'NAME=423.2,286 px'",
        ) from None
