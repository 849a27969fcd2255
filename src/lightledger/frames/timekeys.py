"""Which keywords hold times, which part of the exposure they tell, and on which clock.

Names are written with dashes; `headers.Cards` takes underscores for dashes.
"""

from __future__ import annotations

import re
from typing import Literal

from .headers import keywords

Role = Literal["start", "mid", "end"]
Reference = Literal["", "sun", "barycentre"]

#: Dates, times of day, or both, as text.
TEXT_KEYS: dict[Role, tuple[str, ...]] = {
    "start": keywords(
        "DATE-BEG DATE-OBS DATEOBS DATE-STA DATE-STR DATE-START UT-OBS UTC-OBS UTCSTART UTC-STRT "
        "UT-START UTSTART UT-STR UT-STA UTC-STR UTC-BEG UT-BEG UTOPEN SHUTOPEN "
        "TIME-OBS TIMEOBS TIME-BEG "
        "TIME-STR TIME-STA OBSTIME OBS-TIME UT UTC UTIME UT-TIME UTC-TIME TM-START UTDATE UT-DATE "
        "UTC-DATE DATE-UT DATE-UTC OBS-DATE OBSDATE DATE-LOC"
    ),
    "mid": keywords(
        "DATE-AVG DATE-MID DATEMID DATE-MEAN UT-MID UTC-MID UTMID UTCMID UTMIDDLE UTC-AVG UT-AVG "
        "TIME-MID MIDTIME MID-TIME MIDUT MID-UT MIDPOINT TIME-AVG"
    ),
    "end": keywords(
        "DATE-END DATEEND UT-END UTEND UTCEND UTC-END UTC-STP UTSTOP UT-STOP UTC-STOP UTCLOSE "
        "SHUTCLOS TIME-END TIMEEND TM-END"
    ),
}

#: Day numbers, JD or MJD by their size.
NUMBER_KEYS: dict[Role, tuple[str, ...]] = {
    "start": keywords(
        "MJD-BEG MJD-OBS MJDOBS MJD-STR MJDSTART MJD-START MJD-STA OBSMJD OBS-MJD MJD EXPSTART "
        "MJD-UTC UTC-MJD JD-OBS JD-BEG JD-STR JD-START JDSTART OBSJD OBS-JD JD-SOBS JD JULIAN "
        "JUL-DATE JULDATE JDATE JD-DATE JULIAN-DATE JULIANDA RJD"
    ),
    "mid": keywords(
        "MJD-AVG MJD-MID MJDMID MJDAVG MIDMJD MID-MJD MIDTIMJD MJD-MED MJD-MEAN MJDMEAN EXPMID "
        "JULDAT JD-MID JDMID MIDJD MID-JD JD-AVG JDAVG JD-MEAN JDMEAN JD-UTC JDUTC JD-MIDPT "
        "JD-MIDDLE MIDTIMEJD"
    ),
    "end": keywords("MJD-END MJDEND MJD-STP JD-END JDEND EXPEND"),
}

#: Day numbers reduced to the Sun or the barycentre: used where there is nothing else.
REDUCED_KEYS: dict[str, tuple[Role, Reference]] = {
    "BJD-TDB": ("mid", "barycentre"),
    "BJD-MID": ("mid", "barycentre"),
    "BJDMID": ("mid", "barycentre"),
    "BJD": ("mid", "barycentre"),
    "BMJD-OBS": ("start", "barycentre"),
    "BJD-OBS": ("start", "barycentre"),
    "HJD-MID": ("mid", "sun"),
    "HJDMID": ("mid", "sun"),
    "HJD-UTC": ("mid", "sun"),
    "HJD": ("mid", "sun"),
    "HELJD": ("mid", "sun"),
    "HELIOJD": ("mid", "sun"),
    "JD-HELIO": ("mid", "sun"),
    "HJD-OBS": ("start", "sun"),
    "HMJD-OBS": ("start", "sun"),
}

EXPOSURE_KEYS: tuple[str, ...] = keywords(
    "EXPTIME EXPOSURE EXP-TIME EXPOSED XPOSURE TEXPTIME EXPTOT TOTEXP ITIME INTTIME INT-TIME "
    "ONTIME EXPT TEXP EXP EXPOSURETIME AEXPTIME"
)
#: Time from one sub-frame of a cube to the next.
FRAME_TIME_KEYS: tuple[str, ...] = keywords(
    "FRAMTIME FRAMETIM FRMTIME FRAME-TIME FRAMETIME TFRAME KCT KINCTIME CYCLETIM"
)
#: From the start of the first to the end of the last exposure.
ELAPSED_KEYS: tuple[str, ...] = ("TELAPSE", "ELAPTIME", "ELAPSED", "TELAPSED", "DURATION")

_MID = re.compile(
    r"\bmid(?!night)|\bcent(?:er|re) of (?:the )?(?:exp|obs|int)|\bmean (?:time|epoch)"
)
_START = re.compile(r"\bstart|\bbegin|\bopen|\bcommence")
_END = re.compile(r"\bend\b|\bend of|\bstop|\bclose|\bfinish")
_LOCAL = re.compile(r"\blocal\b|\bcivil\b", re.IGNORECASE)


def role_by_comment(role: Role, comment: str) -> Role:
    """The part of the exposure a comment names, where it names one only; else ``role``.

    >>> role_by_comment("start", "MJD at mid-exposure")
    'mid'
    """
    text = comment.lower()
    said: list[Role] = []
    if _MID.search(text):
        said.append("mid")
    if _START.search(text):
        said.append("start")
    if _END.search(text):
        said.append("end")
    return said[0] if len(said) == 1 else role


def is_local(keyword: str, comment: str) -> bool:
    """The comment (or name) says local time, and not sidereal or universal."""
    if keyword == "DATE-LOC":
        return True
    if re.search(r"\bUTC?\b|universal", comment):
        return False
    return bool(_LOCAL.search(comment) or re.search(r"\bLT\b", comment))


def scale_of(keyword: str, timesys: str) -> str:
    """Time scale of a keyword: 'utc', 'tt', 'tai', 'tdb', 'gps' or 'local'."""
    if keyword == "BJD-TDB":
        return "tdb"
    if "UT" in keyword.replace("SHUT", "") or keyword == "EXPSTART":
        return "utc"
    name = timesys.strip().upper().partition("(")[0]
    known = {"TT": "tt", "TDT": "tt", "ET": "tt", "TAI": "tai", "IAT": "tai", "TDB": "tdb"}
    known |= {"TCB": "tdb", "GPS": "gps", "LOCAL": "local", "LT": "local"}
    return known.get(name, "utc")
