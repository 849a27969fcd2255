"""Files that may be catalogues: which visits their rows belong to, and when those were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, clean_band

from . import sites
from .catalogue import pixel_positions, sky_positions
from .catalogue_columns import id_candidates
from .examine import Draft, Examined
from .folders import Entry
from .frame import Frame
from .headers import Cards
from .setups import band_of, circumstances_of, setup_of
from .sorting import stem_of
from .tables import Table
from .templates import PRESETS, Template
from .times import HeaderTime, header_time
from .visitcatalogue import Piece, best_table
from .visitcolumns import ColumnMap, propose, with_roles
from .visitrows import WHOLE, groups_of, header_of_rows, visit_and_band
from .visittable import VisitTimes

#: Names of the dark field's catalogues: of the image, of its versions, of its division.
DARK_FIELD = "IDF_{visit}_{band:ch#}{suffix}.{ext}"
_IMAGES = {"": "sci", "sci": "sci", "clean": "clean", "div": "ratio", "ratio": "ratio"}
#: Of a longer text only the beginning is looked at, unless it holds many visits.
_PEEK = 1 << 20


@dataclass(frozen=True)
class CatalogueFrame(Frame):
    """A visit and band whose values are read from tables.

    Attributes
    ----------
    pieces : tuple of Piece
        One for each image that was measured.
    """

    pieces: tuple[Piece, ...] = ()


class Tables:
    """What was seen of every table: its visits, and one sample of the columns for each image."""

    def __init__(self, mapping: ColumnMap, template: str) -> None:
        self._roles = mapping.roles
        self._template = Template(template if "{" in template else DARK_FIELD)
        self._seen: dict[str, list[tuple[Piece, str, str, Cards, Table]]] = {}
        self._why: dict[str, tuple[str, bool]] = {}
        #: Tables without positions: perhaps those with the times of the visits.
        self.placeless: set[str] = set()
        self.samples: dict[str, Table] = {}
        self.names: set[str] = set()
        self.n_by_template = 0

    @property
    def template(self) -> str:
        return self._template.pattern if self.n_by_template else PRESETS["header"]

    def take(self, entry: Entry) -> bool:
        """Whether the file holds rows of visits; else `fate` tells why not."""
        certain = entry.sort == "table"
        if entry.fault:
            self._why[entry.name] = (entry.fault, True)
            return False
        try:
            pieces = list(self._pieces(entry))
        except LightledgerError as error:
            advice = f"; {error.advice}" if error.advice and certain else ""
            refused = certain or (entry.sort == "fits" and "no table" not in error.what)
            self._why[entry.name] = (error.what + advice, refused)
            return False
        if not pieces:
            return False
        self._seen[entry.name] = pieces
        return True

    def fate(self, entry: Entry) -> Examined:
        what, refused = self._why[entry.name]
        return Examined(entry, refused=what) if refused else Examined(entry, left_out=what)

    def _pieces(self, entry: Entry) -> Iterator[tuple[Piece, str, str, Cards, Table]]:
        fields = self._template.parse(entry.name)
        image = "sci"
        if fields is not None and self._template.pattern == DARK_FIELD:
            suffix = fields.get("suffix", "").strip("_").removeprefix("sci_")
            if suffix not in _IMAGES:
                self._why[entry.name] = (f"derived product '_{suffix}'", False)
                return
            image = _IMAGES[suffix]
        path = Path(entry.path)
        table = best_table(path, _PEEK)
        if not self._holds_objects(table):
            self.placeless.add(entry.name)
            self._why[entry.name] = ("a table without positions and ids of objects", False)
            return
        groups = groups_of(table, self._roles)
        if groups and entry.size > _PEEK:
            table = best_table(path)
            groups = groups_of(table, self._roles)
        self.samples.setdefault(image, table)
        self.names |= table.columns.keys()
        piece = Piece(entry.path, entry.name, image, WHOLE, entry.size, entry.mtime_ns)
        for key, rows in (groups or {WHOLE: np.arange(table.n_rows)}).items():
            cards = header_of_rows(table, rows, self._roles)
            visit, band = visit_and_band(key, table, self._roles) if groups else ("", "")
            if fields is not None:
                visit, band = visit or fields["visit"], band or fields.get("band", "")
                self.n_by_template += 1
            band = band or band_of(cards)
            own = table.rows(rows[:50]) if groups else table
            yield replace(piece, key=key), visit or stem_of(entry.name), band, cards, own

    def _holds_objects(self, table: Table) -> bool:
        placed = with_roles(table, self._roles)
        guesses: dict[str, str] = {}
        if pixel_positions(placed, guesses)[0] is not None:
            return True
        if np.isfinite(sky_positions(placed, guesses)[0]).any():
            return True
        named = id_candidates(table) or "id" in self._roles
        return bool(named and propose({"sci": table}).sources)

    def drafts_of(self, entry: Entry, times: VisitTimes) -> Examined:
        """Drafts of the visits in a file; refused where none has a time."""
        drafts = []
        for piece, visit, band, cards, table in self._seen[entry.name]:
            draft = _draft(entry, piece, visit, band, cards, table, times)
            if draft is not None:
                drafts.append(draft)
        if drafts:
            return Examined(entry, tuple(drafts))
        what = "no time in its header or columns (no DATE-OBS, MJD-OBS or the like)"
        then = "add a table of visits with their times, or give a reference catalogue by --catalog"
        return Examined(entry, refused=f"{what}; {then}")


def _draft(
    entry: Entry,
    piece: Piece,
    visit: str,
    band: str,
    cards: Cards,
    table: Table,
    times: VisitTimes,
) -> Draft | None:
    told: HeaderTime | None = times.get((visit, clean_band(band))) or times.get((visit, ""))
    time = told or header_time(cards)
    if time is None:
        return None
    ra, dec = sky_positions(table, {})
    known = np.isfinite(ra) & np.isfinite(dec)
    pointing = None
    if known.any():
        # The middle of a field that may stand on 0 h.
        turned = np.angle(np.exp(1j * np.radians(ra[known])).mean(), deg=True) % 360.0
        pointing = (float(turned), float(np.median(dec[known])))
    mjd = time.time.mjd_utc_mid
    notes = ("time from the table of visits",) if told else ()
    frame = CatalogueFrame(
        path=entry.path,
        name=entry.name if piece.key == WHOLE else f"{entry.name} [{visit}]",
        hdu=0,
        visit=visit,
        band=clean_band(band),
        band_original=band,
        kind="sci",
        shape=(0, 0),
        n_sub=1,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        time=time.time,
        observer=None,
        setup=setup_of(cards, mjd),
        unit="",
        pointing=pointing,
        object_name=cards.text("OBJECT", "OBJNAME", "TARGET"),
        saturate=None,
        gain=None,
        read_noise=None,
        airmass_header=sites.airmass_in(cards),
        has_wcs=bool(known.any()),
        notes=(*notes, *time.remarks),
        circumstances=circumstances_of(cards, mjd),
        pieces=(piece,),
    )
    return Draft(frame, time, cards)
