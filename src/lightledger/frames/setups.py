"""The setup of a frame: what changes a light curve that is not the star; and its detector.

The setup is one line of text, equal for frames that can be compared: instrument, mission phase,
frame time, read-out, calibration. A change of it is a step in a light curve.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .frame import Circumstances
from .headers import Cards, keywords
from .readings import duration_s, exposure_s
from .timekeys import FRAME_TIME_KEYS
from .units import counts_of

#: End of IRAC's cryogenic mission: 2009-05-15, MJD.
CRYOGEN_GONE_MJD = 54966.0
#: Between the temperatures of the focal planes in the two phases.
_WARM_ABOVE_K = 20.0
_PIPELINE_KEYS = ("PIPELINE", "PIPEVER", "PIPEVERS", "CAL-VER", "CAL-VERSION", "CREATOR")

_FILTER_KEYS = keywords(
    "FILTER FILTNAM FILTNAME FILTERID FILT INSFILTE FILTERS FLTNM BAND BANDPASS WFFBAND "
    "FILT-NAM INSTFILT"
)
#: Filters of one light path, one behind the other.
_WHEELS: tuple[tuple[str, ...], ...] = tuple(
    tuple(name.replace("#", str(i)) for i in range(1, 7))
    for name in ("FILTNAM#", "FILTER#", "FILTER0#", "FILTER-#", "ESO INS FILT# NAME",
                 "INS FILT# NAME")
)  # fmt: skip
_OPEN = re.compile(r"clear|open|none$|empty|blank|air$|no.?filt|out$|hole|0$|n/?a$", re.I)
_GAIN_KEYS = ("EGAIN", "GAIN", "CCDGAIN", "AGAIN-01", "GAIN1", "GAIN-01", "GAINEFF", "CCDSENS")
_NOISE_KEYS = keywords("RDNOISE READNOIS RONOISE RON READNOISE RDNOIS ENOISE ARDNS-01 RN CCDNOISE")
_SATURATION_KEYS = ("SATURATE", "SATURVAL", "SATLEVEL", "SATURAT", "MAXLIN", "SATURATI", "SATVAL")


def band_of(cards: Cards) -> str:
    """Band as the header writes it: the filter, else the channel of IRAC; '' unknown."""
    if text := cards.text(*_FILTER_KEYS):
        pupil = cards.text("PUPIL") if cards.text("TELESCOP").upper() == "JWST" else ""
        return _through([text, pupil]) if pupil else text
    for wheels in _WHEELS:
        if texts := [text for key in wheels if (text := cards.text(key))]:
            return _through(texts)
    if number := cards.text("FILTNUM"):
        return number
    channel = cards.integer("CHNLNUM")
    if channel and cards.text("INSTRUME").upper() == "IRAC":
        return f"ch{channel}"
    return ""


def _through(texts: list[str]) -> str:
    """What stands in the light of several wheels, once; the first where all are open."""
    inside = dict.fromkeys(text for text in texts if not _OPEN.match(text))
    return "+".join(inside) or texts[0]


def phase_of(cards: Cards, mjd_utc: float) -> str:
    """'cryogenic' or 'warm' for Spitzer, by the date or, without one, the detector's temperature.

    The focal planes of IRAC were at 15 K (6 K in channels 3 and 4) and after the helium was gone
    at 28.7 K (IRAC Instrument Handbook, 2.3).

    >>> spitzer = {"TELESCOP": "Spitzer", "INSTRUME": "IRAC"}
    >>> phase_of(Cards.from_dict(spitzer), 53000.0)
    'cryogenic'
    >>> phase_of(Cards.from_dict(spitzer | {"AFPAT2B": 28.7}), math.nan)
    'warm'
    """
    spitzer = cards.text("TELESCOP").upper().startswith("SPITZER")
    if not spitzer and cards.text("INSTRUME").upper() != "IRAC":
        return ""
    if math.isfinite(mjd_utc):
        return "cryogenic" if mjd_utc < CRYOGEN_GONE_MJD else "warm"
    temperature = cards.first_number("AFPAT2B", "AFPAT2E")
    if temperature is None:
        return ""
    return "warm" if temperature[1] > _WARM_ABOVE_K else "cryogenic"


def circumstances_of(cards: Cards, mjd_utc: float) -> Circumstances:
    """Phase, frame time, request and pipeline of a frame."""
    length = duration_s(cards, *FRAME_TIME_KEYS)
    return Circumstances(
        phase=phase_of(cards, mjd_utc),
        frame_time_s=length[1] if length else math.nan,
        aorkey=cards.text("AORKEY", "REQKEY"),
        creator=cards.text(*_PIPELINE_KEYS),
    )


def setup_of(cards: Cards, mjd_utc: float) -> str:
    """One line that is equal for frames of the same setup.

    >>> spitzer = {"TELESCOP": "Spitzer", "INSTRUME": "IRAC", "FRAMTIME": 100, "CREATOR": "S19.2.0"}
    >>> setup_of(Cards.from_dict(spitzer), 55000.0)
    'IRAC warm 100s S19.2.0'
    """
    parts = [cards.text("INSTRUME", "CAMERA", "DETNAM", "TELESCOP")]
    parts.append(phase_of(cards, mjd_utc))
    length = duration_s(cards, *FRAME_TIME_KEYS) or exposure_s(cards)
    if length:
        parts.append(f"{length[1]:.3g}s")
    parts.append(_binning(cards))
    if cards.text("READMODE").upper().startswith("SUB"):
        parts.append("subarray")
    parts.append(cards.text(*_PIPELINE_KEYS))
    return " ".join(" ".join(parts).split())


def _binning(cards: Cards) -> str:
    x, y = cards.integer("XBINNING"), cards.integer("YBINNING")
    if not x:
        match = re.fullmatch(r"\s*(\d+)[\s,x]+(\d+)\s*", cards.text("CCDSUM", "BINNING"))
        x, y = (int(match[1]), int(match[2])) if match else (0, 0)
    return f"{x}x{y or x}" if x > 1 or y > 1 else ""


@dataclass(frozen=True)
class Detector:
    """What a header says about noise and saturation, in the unit of the (averaged) image.

    ``gain`` is electrons per unit, ``read_noise`` electrons, so that the variance of a value v is
    ``v / gain + (read_noise / gain) ** 2``; None where unknown.
    """

    saturate: float | None
    gain: float | None
    read_noise: float | None
    note: str = ""


def detector_of(cards: Cards, unit: str, exposure: float, n_sub: int = 1) -> Detector:
    """Detector of a frame.

    Parameters
    ----------
    cards : Cards
    unit : str
        BUNIT.
    exposure : float
        Seconds, of one sub-frame.
    n_sub : int
        Sub-frames averaged: the mean of n collects n times the electrons.
    """
    gain, note = _gain(cards, unit, exposure)
    noise = _positive(cards, _NOISE_KEYS, 1e4)
    level = _positive(cards, _SATURATION_KEYS, 1e30)
    if level is None:
        level = _datamax(cards)
    if gain is not None:
        gain *= n_sub
    if noise is not None:
        noise *= n_sub**0.5
    return Detector(level, gain, noise, note)


def _positive(cards: Cards, keywords: tuple[str, ...], most: float) -> float | None:
    for keyword in keywords:
        value = cards.number(keyword)
        if value is not None and 0 < value < most:
            return value
    return None


def _gain(cards: Cards, unit: str, exposure: float) -> tuple[float | None, str]:
    """Electrons per unit of the image, from electrons per adu."""
    found = cards.first_number(*_GAIN_KEYS)
    counts = counts_of(unit) if unit else ("adu", False)
    if counts and counts[0] == "electron":
        return (exposure if counts[1] else 1.0) if exposure > 0 or not counts[1] else None, ""
    if found is None:
        return None, ""
    keyword, gain = found
    if not 0.01 <= gain <= 60 or (keyword == "GAIN" and _is_setting(cards)):
        return None, f"{keyword} = {gain:g} is a setting of the camera, not electrons per adu"
    conversion = cards.number("FLUXCONV")
    if counts is None and conversion and conversion > 0 and exposure > 0:
        return gain * exposure / conversion, ""  # Spitzer: MJy/sr per adu/s
    if counts is None:
        return None, ""
    if counts[1]:
        return (gain * exposure if exposure > 0 else None), ""
    return gain, ""


def _is_setting(cards: Cards) -> bool:
    """GAIN of a CMOS camera is a number on its dial; it stands beside OFFSET or is explained."""
    comment = cards.comment("GAIN").lower()
    if re.search(r"e-?\s*/|electron|elect|\be-", comment):
        return False
    return "setting" in comment or ("OFFSET" in cards and "EGAIN" not in cards)


def _datamax(cards: Cards) -> float | None:
    """DATAMAX where it is a limit of good data; by FITS it is the largest value of this image."""
    value = cards.number("DATAMAX")
    comment = cards.comment("DATAMAX").lower()
    limit = re.search(r"satur|good|linear|valid|limit|full", comment)
    return value if value is not None and value > 0 and limit else None
