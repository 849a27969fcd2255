"""What a person says about light-curve files where a guess would be wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lightledger.domain import LightledgerError

#: What a column may be besides a measurement.
ROLES = ("time", "object", "band", "quality", "cadence", "timecorr", "x", "y", "ra", "dec")


@dataclass(frozen=True)
class ImportOptions:
    """Corrections of what is guessed; empty: guess.

    Attributes
    ----------
    columns : tuple of str
        ``time=HJD`` (a role of `ROLES`), ``mag=col2,col3`` or ``flux=F,E`` (a measurement, its
        column, that of its errors). With one measurement given none is guessed.
    offset : str
        JD of time 0: a number, or such as 'bkjd', 'btjd', 'mjd', 'hjd-2450000'.
    scale : str
        'utc', 'tai', 'tt' or 'tdb'.
    band, object : str
        Where the file names none.
    ra_deg, dec_deg : float
        Position of objects for which the file gives none, ICRS.
    most_bytes : int
        Size of the store above which nothing is written.
    """

    columns: tuple[str, ...] = ()
    offset: str = ""
    scale: str = ""
    band: str = ""
    object: str = ""
    ra_deg: float = math.nan
    dec_deg: float = math.nan
    most_bytes: int = 8 << 30

    def roles(self) -> dict[str, str]:
        """Role to column.

        Raises
        ------
        LightledgerError
            A line that is neither a role nor a measurement.
        """
        return {name: value for name, value, _ in self._lines() if name in ROLES}

    @property
    def says_what_is_what(self) -> bool:
        """Whether a person says what columns or times are."""
        return bool(self.columns or self.offset or self.scale)

    def measurements(self) -> list[tuple[str, str, str]]:
        """Name, column and column of errors ('' none) of the measurements that are given."""
        return [line for line in self._lines() if line[0] not in ROLES]

    def _lines(self) -> list[tuple[str, str, str]]:
        found = []
        for line in self.columns:
            name, equals, rest = (part.strip() for part in line.partition("="))
            value, _, error = (part.strip() for part in rest.partition(","))
            if not (equals and name and value) or (name in ROLES and error):
                raise LightledgerError(
                    f"{line!r} does not say what a column is",
                    advice="write 'time=HJD', 'mag=COLUMN,ERRORS' or 'flux=COLUMN,ERRORS'; roles "
                    f"are {', '.join(ROLES)}",
                )
            found.append((name, value, error))
        return found
