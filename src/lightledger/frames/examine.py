"""One file to what it is: drafts of frames, left out, or refused; headers only, no pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from lightledger.domain import LightledgerError, clean_band

from . import sites
from .fields import Look
from .folders import Entry
from .frame import KINDS, Frame
from .hdus import Hdu, walk
from .headers import Cards
from .layout import NoImage, Plane, planes_of
from .pointing import Sketch, angular_distance_deg, mount_pointing, sketch
from .setups import band_of, circumstances_of, detector_of, setup_of
from .sorting import spitzer_product, stem_of, type_by_header, type_by_name
from .templates import PRESETS, FrameFields, Template, resolve
from .times import HeaderTime, header_time
from .units import clean_unit
from .visittable import VisitTimes

_KIND_OF_STEM = re.compile(r"(.+)_(unc|std|cov|sci)$")
_SCALE_KEYS = ("IM-SCALE", "PIXSCALE", "SECPIX", "PIXSCAL1", "SECPIXX", "PIXSCAL", "SCALE")
#: Cards that the observer's position needs; the rest of a header is dropped after this module.
_OBSERVER_KEYS = (
    *sites.LONGITUDE_KEYS, *sites.LATITUDE_KEYS, *sites.HEIGHT_KEYS, *sites.ALTITUDE_KEYS,
    *sites.ZENITH_KEYS, *sites.HOUR_ANGLE_KEYS, "ALTITUDE", "AIRMASS", "AIRMAS", "SECZ",
    "OBSGEO-X", "OBSGEO-Y", "OBSGEO-Z", "SPTZR-X", "SPTZR-Y", "SPTZR-Z", "SPTZR-VX", "SPTZR-VY",
    "SPTZR-VZ", "JWST-X", "JWST-Y", "JWST-Z", "TELESCOP", "MISSION", "OBSERVAT",
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A frame before its visit is settled and its observer computed."""

    frame: Frame
    time: HeaderTime | None = None
    cards: Cards = field(default_factory=Cards)
    look: Look | None = None
    folder: str = ""
    #: Telescope and instrument, as the header names them.
    camera: str = ""
    #: Its pixels are stored as floating point, as processing leaves them.
    floating: bool = False


@dataclass(frozen=True)
class Examined:
    """A file and its fate: drafts; or ``left_out`` or ``refused`` with the reason."""

    entry: Entry
    drafts: tuple[Draft, ...] = ()
    left_out: str = ""
    refused: str = ""
    #: (visit, band, kind) where the name alone tells them.
    named: tuple[str, str, str] | None = None


def examine(
    entry: Entry, template: Template, by_header: bool, times: VisitTimes | None = None
) -> Examined:
    """Look at one FITS file.

    Parameters
    ----------
    entry : Entry
    template : Template
    by_header : bool
        The template is the preset 'header': the name tells no more than the visit.
    times : dict, optional
        Times of visits that a table gives; they go before those of the headers.
    """
    product = spitzer_product(entry.name)
    fields = _fields_of_stem(entry.name) if by_header else template.parse(entry.name)
    if fields is None or (by_header and product):
        return Examined(entry, left_out=product or f"its name does not follow {template.pattern}")
    kind = fields.get("kind", "sci").lower()
    if kind not in KINDS:
        return Examined(entry, left_out=f"not of a known kind ({kind})")
    if fields.get("suffix", "").startswith("_"):
        return Examined(entry, left_out=f"derived product '{fields['suffix']}'")
    named = (fields["visit"], fields.get("band", ""), kind)
    if entry.fault:
        return Examined(entry, refused=entry.fault, named=named)
    try:
        hdus = walk(Path(entry.path))
        return _from_hdus(entry, fields, kind, hdus, by_header, named, times or {})
    except NoImage as reason:
        return Examined(entry, left_out=reason.what, named=named)
    except LightledgerError as error:
        advice = f"; {error.advice}" if error.advice else ""
        return Examined(entry, refused=error.what + advice, named=named)
    except OSError as error:
        return Examined(entry, refused=f"cannot be read ({error.strerror or error})", named=named)
    except Exception as error:  # one hostile header must not stop a folder of good ones
        text = " ".join(f"{type(error).__name__}: {error}".split())[:100]
        return Examined(entry, refused=f"its header cannot be understood ({text})", named=named)


def _fields_of_stem(name: str) -> FrameFields:
    """Visit and kind of a name without a template: 'a_unc.fits' belongs to 'a.fits'."""
    stem = stem_of(name)
    match = _KIND_OF_STEM.fullmatch(stem)
    if match is None:
        return FrameFields(visit=stem, kind="sci")
    return FrameFields(visit=match[1], kind=match[2])


def kind_of_name(name: str, template: str) -> str:
    """Kind of a frame by its name; 'sci' where the name tells none.

    ``template`` is a preset's name or a pattern, as a recipe has it.
    """
    known = resolve(template or "header")
    by_header = known.pattern == PRESETS["header"]
    fields = _fields_of_stem(name) if by_header else known.parse(name)
    kind = (fields or {}).get("kind", "sci").lower()
    return kind if kind in KINDS else "sci"


def _from_hdus(
    entry: Entry,
    fields: FrameFields,
    kind: str,
    hdus: list[Hdu],
    by_header: bool,
    named: tuple[str, str, str],
    times: VisitTimes,
) -> Examined:
    primary = hdus[0].cards
    image = next((hdu for hdu in hdus if hdu.is_image), hdus[0])
    said = type_by_header(image.cards.over(primary))
    if not said and by_header:
        said = type_by_name(entry.name)
    if said not in ("", "light"):
        return Examined(entry, left_out=f"{said} frame", named=named)
    planes, notes = planes_of(hdus)
    if kind != "sci":
        draft = _companion(entry, fields, planes[0], kind, primary)
        return Examined(entry, (draft,), named=named)
    main = _image(entry, fields, planes[0], primary, tuple(notes), times)
    if main.time is None:
        what = "no exposure time stamp in the header (no DATE-OBS, MJD-OBS or the like with a time)"
        return Examined(entry, (main,), refused=what, named=named)
    others = [
        _companion(entry, fields, plane, plane.kind, primary, main.frame) for plane in planes[1:]
    ]
    return Examined(entry, (main, *others), named=named)


def _image(
    entry: Entry,
    fields: FrameFields,
    plane: Plane,
    primary: Cards,
    notes: tuple[str, ...],
    times: VisitTimes,
) -> Draft:
    cards = plane.hdu.cards.over(primary)
    drawn = sketch(cards, plane.shape)
    pointing = _pointing(cards, drawn)
    band = fields.get("band") or band_of(cards)
    visit = fields["visit"]
    time = times.get((visit, clean_band(band))) or times.get((visit, ""))
    if time is None:
        time = header_time(cards, plane.n_sub)
    else:
        notes = (*notes, "time from the table of visits")
    unit = clean_unit(cards.text("BUNIT"))
    exposure = time.time.exposure_s / plane.n_sub if time else float("nan")
    mjd = time.time.mjd_utc_mid if time else float("nan")
    detector = detector_of(cards, unit, exposure, plane.n_sub)
    remarks = (*notes, *(time.remarks if time else ()))
    if detector.note:
        remarks = (*remarks, detector.note)
    frame = Frame(
        path=entry.path,
        name=entry.name,
        hdu=plane.hdu.index,
        visit=fields["visit"],
        band=clean_band(band),
        band_original=band,
        kind="sci",
        shape=plane.shape,
        n_sub=plane.n_sub,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        time=time.time if time else None,
        observer=None,
        setup=setup_of(cards, mjd),
        unit=unit,
        pointing=pointing,
        object_name=cards.text("OBJECT", "OBJNAME", "TARGET"),
        saturate=detector.saturate,
        gain=detector.gain,
        read_noise=detector.read_noise,
        airmass_header=sites.airmass_in(cards),
        has_wcs=drawn is not None,
        notes=remarks,
        circumstances=circumstances_of(cards, mjd),
    )
    look = _look(entry.name, frame, cards, drawn)
    camera = cards.text("TELESCOP") + cards.text("INSTRUME", "DETECTOR", "CAMERA")
    floating = plane.hdu.bitpix < 0
    observer = cards.only(_OBSERVER_KEYS)
    return Draft(frame, time, observer, look, _folder(entry.name), camera, floating)


def _companion(
    entry: Entry,
    fields: FrameFields,
    plane: Plane,
    kind: str,
    primary: Cards,
    main: Frame | None = None,
) -> Draft:
    """A frame of another kind: little of its header counts."""
    cards = plane.hdu.cards.over(primary)
    band = main.band_original if main else fields.get("band") or band_of(cards)
    frame = Frame(
        path=entry.path,
        name=entry.name,
        hdu=plane.hdu.index,
        visit=fields["visit"],
        band=clean_band(band),
        band_original=band,
        kind=kind,
        shape=plane.shape,
        n_sub=plane.n_sub,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        time=None,
        observer=None,
        setup="",
        unit=clean_unit(cards.text("BUNIT")),
        pointing=None,
        object_name="",
        saturate=None,
        gain=None,
        read_noise=None,
        airmass_header=float("nan"),
        has_wcs=main.has_wcs if main else sketch(cards, plane.shape) is not None,
    )
    return Draft(frame, folder=_folder(entry.name))


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _pointing(cards: Cards, drawn: Sketch | None) -> tuple[float, float] | None:
    """The mount's pointing, its RA taken as hours where only that agrees with the WCS."""
    stated = mount_pointing(cards)
    if drawn is None:
        return stated
    centre = (drawn.ra_deg, drawn.dec_deg)
    if stated is None:
        return centre
    turned = (15.0 * stated[0], stated[1])
    if stated[0] <= 24 and angular_distance_deg(turned, centre) < 1.0:
        return turned if angular_distance_deg(stated, centre) > 1.0 else stated
    return stated


def _look(name: str, frame: Frame, cards: Cards, drawn: Sketch | None) -> Look:
    if drawn is not None:
        position = (drawn.ra_deg, drawn.dec_deg)
        return Look(name, frame.object_name, position, drawn.radius_deg)
    radius = float("nan")
    scale = cards.first_number(*_SCALE_KEYS)
    if scale and 0.001 < scale[1] < 600:  # arcsec per pixel
        radius = scale[1] * (frame.shape[0] ** 2 + frame.shape[1] ** 2) ** 0.5 / 2 / 3600
    return Look(name, frame.object_name, frame.pointing, radius)
