"""What a file is, by its name and by the type its header states: an image of the field, or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .headers import Cards, keywords

_FITS = re.compile(r"\.(?:fits?|fts|fz|new|fit\.fz)(?:\.(?:gz|fz|bz2|xz|Z|zip))?$|\.hdr$", re.I)
_TABLE = re.compile(r"\.(?:ecsv|sexcat|cat|ldac|vot)(?:\.gz)?$", re.IGNORECASE)
_TEXT = re.compile(r"\.(?:csv|tsv|txt|dat|asc|tab|xml|votable)(?:\.gz)?$", re.IGNORECASE)
_EXTENSIONS = re.compile(
    r"(?:\.(?:fits?|fts|fz|new|gz|bz2|xz|Z|zip|ecsv|sexcat|cat|ldac|vot|csv|tsv|txt|dat|xml))+$",
    re.I,
)
_COADD = re.compile(
    r"coadd(?:[_.-](?P<band>[A-Za-z0-9+]+?))?(?:[_.-](?P<what>[A-Za-z0-9]+))?$", re.I
)
_WEIGHTS = ("wht", "weight", "weights", "ivar")
_SEGMENTATIONS = ("seg", "segm", "segmap", "segmentation")
_CATALOGUES = ("cat", "catalog", "catalogue", "sources", "objects")
_COADD_PRODUCTS = (
    *_WEIGHTS, *_SEGMENTATIONS, *_CATALOGUES, *keywords("cov unc rms std mask exp bkg chi2"),
)  # fmt: skip

_TYPE_KEYS = (
    *keywords("IMAGETYP OBSTYPE IMAGETYPE IMTYPE FRAMETYP FRAME OBS-TYPE EXPTYPE PICTTYPE"),
    "ESO DPR TYPE",
)
#: Order matters: 'master dark' is a dark, 'dark field' is none.
_TYPES: tuple[tuple[str, str], ...] = (
    (r"\bbias|\bzeros?\b", "bias"),
    (r"\bdark(?!\W*field)|\bdrk\b|\bsdark", "dark"),
    (r"flat(?!ten|ness|ted)", "flat"),
    (r"\bfocus|\bfoc\b", "focus"),
    (r"\barcs?\b|\blamp|\bcomp\b|\bcalib|\bwave", "calibration"),
    (r"\btest\b", "test"),
)
_LIGHT = re.compile(r"\b(?:light|object|science|sci|target|sky|ext|imaging|image|expose)", re.I)
_NAME_WORDS: tuple[tuple[str, str], ...] = (
    (r"(?:master|m)?bias(?:es)?[a-z]?|masterzero", "bias"),
    (r"(?:master|m)?darks?", "dark"),
    (r"(?:master|m|sky|dome|twi|twilight)?flats?[a-z]?|flatfield", "flat"),
    (r"focus", "focus"),
)
#: After one of the words above these tell of a processing step, not of a calibration frame.
_PROCESSED = re.compile(r"field|corr?|corrected|sub|subtracted|fixed|div|divided|removed|ed|cal")

FileSort = Literal["fits", "table", "text", "other"]


def file_sort(name: str) -> FileSort:
    """'fits' by the extension, 'table' for catalogues, else 'other'."""
    base = name.rsplit("/", 1)[-1]
    if base.startswith("."):
        return "other"
    if _FITS.search(base):
        return "fits"
    return "table" if _TABLE.search(base) else "other"


def may_be_table(name: str) -> bool:
    """Whether a file may hold a table though its extension says no more than text."""
    base = name.rsplit("/", 1)[-1]
    return not base.startswith(".") and bool(_TEXT.search(base))


def stem_of(name: str) -> str:
    """File name without its folders and the extensions of FITS and tables.

    >>> stem_of("night1/20190326.0130.fits.fz")
    '20190326.0130'
    """
    base = name.rsplit("/", 1)[-1]
    return _EXTENSIONS.sub("", base) or base


@dataclass(frozen=True)
class CoaddName:
    """A product of the deep stack: its band ('' when the name has none) and what it is."""

    band: str
    what: Literal["coadd", "weight", "segmentation", "catalogue", "other"]


def coadd_name(name: str) -> CoaddName | None:
    """Whether a file is the deep stack or stands beside it, as `coadd_ch1_wht.fits` does."""
    match = _COADD.fullmatch(stem_of(name))
    if match is None:
        return None
    band, what = match["band"] or "", (match["what"] or "").lower()
    if band.lower() in _COADD_PRODUCTS and not what:
        band, what = "", band.lower()
    if file_sort(name) == "table" or what in _CATALOGUES:
        return CoaddName(band, "catalogue")
    if what in _WEIGHTS:
        return CoaddName(band, "weight")
    if what in _SEGMENTATIONS:
        return CoaddName(band, "segmentation")
    return CoaddName(band, "other" if what else "coadd")


def product_beside(coadd: str, name: str) -> str:
    """What a file is that stands beside a coadd of any name and begins as it does, else ''.

    >>> product_beside("deep_R.fits", "deep_R.seg.fits"), product_beside("deep.fits", "deep_2.fits")
    ('segmentation', '')
    """
    stem, other = stem_of(coadd), stem_of(name)
    word = other[len(stem) + 1 :].lower()
    if not other.startswith(stem) or other[len(stem) : len(stem) + 1] not in ("_", ".", "-"):
        return ""
    products = {"weight": _WEIGHTS, "segmentation": _SEGMENTATIONS}
    return next((what for what, words in products.items() if word in words), "")


def type_by_header(cards: Cards) -> str:
    """'bias', 'dark', 'flat', 'focus', ..., 'light' for an image of the sky, '' when not said."""
    for keyword in _TYPE_KEYS:
        text = cards.text(keyword).lower()
        if not text or text.isdigit():
            continue
        for pattern, sort in _TYPES:
            if re.search(pattern, text):
                return sort
        if _LIGHT.search(text):
            return "light"
    name = cards.text("OBJECT").lower()
    for pattern, sort in _TYPES[:4]:
        if len(name.split()) <= 2 and re.fullmatch(rf"(?:\w+ )?(?:{pattern})\w*(?: \w+)?", name):
            return sort
    return ""


def type_by_name(name: str) -> str:
    """Type that a file's name, or the folder it lies in, says; '' when neither does.

    >>> type_by_name("night1/dark_60s_001.fits"), type_by_name("darkfield_gr1.fits")
    ('dark', '')
    """
    stem = stem_of(name)
    if re.search(r"[_.-]raw$", stem, re.IGNORECASE):
        return "raw"
    folder = name.rsplit("/", 2)[-2].lower() if "/" in name else ""
    words = [word for word in re.split(r"[^A-Za-z]+", stem.lower()) if word]
    found = {
        sort
        for word, following in pairwise([*words, ""])
        if (sort := _sort_of_word(word)) and not _PROCESSED.fullmatch(following)
    }
    if words and words[0] in ("zero", "zeros"):
        found.add("bias")
    if len(found) == 1:  # 'm31_bias_dark_flat' tells how an image was reduced
        return found.pop()
    return _sort_of_word(folder)


def _sort_of_word(word: str) -> str:
    return next((sort for pattern, sort in _NAME_WORDS if re.fullmatch(pattern, word)), "")


#: Products beside Spitzer's BCDs that are not measured.
_SPITZER_PRODUCTS = {
    "bimsk": "mask", "sub2d": "2-D version of a cube", "unc2d": "2-D version of a cube",
    "msk2d": "2-D version of a cube", "cov2d": "2-D version of a cube", "sdark": "dark",
    "sflat": "flat", "cbcd": "artifact-corrected version of the BCD", "cbunc": "its uncertainty",
    "brmsk": "mask", "rmask": "mask", "raw": "raw", "maic": "mosaic", "munc": "mosaic",
    "mcov": "mosaic", "irsa": "mosaic",
}  # fmt: skip
_SPITZER = re.compile(r"SPITZER_.*_([A-Za-z0-9]+)$")


def spitzer_product(name: str) -> str:
    """Reason to leave out a file of the Spitzer archive that is no BCD; '' for other names."""
    match = _SPITZER.match(stem_of(name))
    if match is None:
        return ""
    what = _SPITZER_PRODUCTS.get(match[1].lower(), "")
    return f"Spitzer product '{match[1]}'" + (f" ({what})" if what else "")
