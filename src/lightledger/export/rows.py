"""What every export is made of: light curves of which only what passes is left."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from lightledger.domain import LightCurve, LightledgerError

#: More rows than this are exported only when everything was asked for explicitly.
MAX_ROWS = 10_000_000

#: Text that a spreadsheet would run; a plain signed number is none.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
#: What no reader of lines takes for part of one; a space takes its place.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NUMBER = re.compile(r"[+\-]?(\d+\.?\d*|\.\d+)")


@dataclass(frozen=True)
class Piece:
    """One light curve as it goes out.

    Attributes
    ----------
    light_curve : LightCurve
        Only the slots that pass the filters.
    hidden : mapping of str to int
        How many slots did not pass, by reason.
    zero_point : float
        Magnitude of flux 1; nan: no magnitudes.
    magnitude_system : str
        'AB', 'Vega', 'instrumental', ...
    airmass : ndarray of float, optional
        Of the same slots.
    comparison_flux : float
        Summed constant flux of the comparison stars, where corrected; nan else.
    comparison_name : str
        Name of the comparison star, 'ENSEMBLE' for several.
    check_name : str
        Check star; '' none.
    check_value : ndarray of float, optional
        Its flux in the same slots.
    """

    light_curve: LightCurve
    hidden: Mapping[str, int] = field(default_factory=dict)
    zero_point: float = math.nan
    magnitude_system: str = ""
    airmass: np.ndarray | None = None
    comparison_flux: float = math.nan
    comparison_name: str = "ENSEMBLE"
    check_name: str = ""
    check_value: np.ndarray | None = None


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    ``n_points`` counts the slots offered: rows + hidden + left out (AAVSO alone leaves rows out,
    those without any magnitude). Where a row holds a whole light curve, ``n_rows`` counts points.
    ``damaged`` names light curves whose record fails its checksum.
    """

    path: Path
    n_rows: int
    n_curves: int
    hidden: Mapping[str, int]
    n_without_magnitude: int = 0
    n_left_out: int = 0
    damaged: tuple[str, ...] = ()

    @property
    def n_points(self) -> int:
        return self.n_rows + sum(self.hidden.values()) + self.n_left_out


def check_size(
    n_points: int, everything: bool = False, counted: str = "rows", point_bytes: float = 170
) -> None:
    """Refuse an export larger than anybody opens in a spreadsheet by accident.

    Raises
    ------
    LightledgerError
        Above `MAX_ROWS` points unless ``everything``; with the estimate.
    """
    if n_points > MAX_ROWS and not everything:
        raise LightledgerError(
            f"that would be {n_points:,} {counted}, about {n_points * point_bytes / 1e9:.1f} GB",
            advice="choose objects, measurements or times, or ask for all of it (--all)",
        )


def check_room(path: Path, n_bytes: float) -> None:
    """Refuse what the disk has no room for; an older file of that name stays until the end.

    Raises
    ------
    LightledgerError
    """
    try:
        free = shutil.disk_usage(path.absolute().parent).free
    except OSError:
        return  # whoever opens the file says what is wrong with the folder
    if n_bytes > free:
        raise LightledgerError(
            f"not enough room: about {n_bytes / 1e9:.2f} GB are needed, {free / 1e9:.2f} GB free",
            path,
            "choose another folder, or fewer objects or measurements",
        )


@lru_cache(maxsize=1 << 16)  # visits and names come again in every light curve
def text_cell(text: str) -> str:
    """A text as a CSV cell: quoted where needed, never run as a formula by a spreadsheet.

    >>> text_cell("I123"), text_cell("=cmd()"), text_cell("-12.5"), text_cell("a,b")
    ('I123', "'=cmd()", '-12.5', '"a,b"')
    """
    text = _CONTROL.sub(" ", text)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = "'" + text
    return quoted_cell(text)


@lru_cache(maxsize=1 << 16)
def quoted_cell(text: str) -> str:
    """A text as a CSV cell on one line, quoted where needed and otherwise as it is."""
    text = _CONTROL.sub(" ", text)
    if any(c in text for c in ',"#') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


#: Names that Windows keeps for devices.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def file_stem(text: str) -> str:
    """A name of an object as (the beginning of) a file's name, on any system, in any folder.

    >>> file_stem("I123"), file_stem("../../etc/passwd"), file_stem("V* a/b:1"), file_stem("nul")
    ('I123', 'etc_passwd', 'V_a_b_1', '_nul')
    """
    plain = re.sub(r"[^\w+.-]+|(?<![0-9A-Za-z])\.+", "_", text.strip())
    plain = re.sub(r"_{2,}", "_", plain)[:80].strip("._ ") or "object"
    return f"_{plain}" if _DEVICES.match(plain) else plain


def number_cells(a: np.ndarray) -> list[str]:
    """Numbers as text that reads back as exactly the same numbers; 'nan' for missing ones."""
    return [repr(x) for x in np.asarray(a).tolist()]


def comment(key: str, value: object) -> str:
    """A header line ``# key: value``."""
    text = " ".join(str(value).split())
    return f"# {key}: {text}\n"
