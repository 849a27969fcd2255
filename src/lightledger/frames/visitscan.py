"""A folder of catalogues to its inventory: a frame for every visit and band, made of tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lightledger.domain import (
    Catalogues,
    Control,
    LightledgerError,
    Progress,
    Report,
    clean_band,
    counted,
    silent,
)

from .assemble import Desk, remark, with_observers
from .content import copies
from .examine import Draft, Examined
from .folders import Entry, Listing, NoFrames, in_turn, list_files
from .frame import Frame, Inventory, LeftOut
from .sorting import coadd_name
from .visitcatalogue import Piece
from .visitcolumns import ColumnMap, propose
from .visittable import visit_times
from .visittables import CatalogueFrame, Tables


@dataclass(frozen=True)
class Found:
    """Catalogues in folders, and what their columns seem to be.

    Attributes
    ----------
    inventory : Inventory
        Of `CatalogueFrame`.
    mapping : ColumnMap
    """

    inventory: Inventory
    mapping: ColumnMap


def scan_catalogues(
    folders: Sequence[str | Path],
    settings: Catalogues,
    *,
    template: str = "",
    radii_px: Sequence[float] = (),
    lines: Sequence[str] = (),
    reference: str = "",
    control: Control | None = None,
    report: Report = silent,
) -> Found:
    """Find the catalogues of a field's visits in folders.

    Parameters
    ----------
    folders : sequence of path
    settings : Catalogues
        Columns that are known; proposed where it names no measurement.
    template : str
        File-name template; '' or a preset: the dark field's where names follow it, else the
        visit is the name of the file.
    radii_px : sequence of float
        Of circles that no header tells.
    lines : sequence of str
        Edits of the columns.
    reference : str
        The reference catalogue, which is no visit's.
    control, report : Control, callable

    Raises
    ------
    NoFrames
        No catalogue of a visit in them.
    LightledgerError
        A column that is mapped and in none of them.
    Cancelled
    """
    listing = list_files(folders, control, texts=True)
    given = ColumnMap().edited((*settings.columns, *lines))
    tables = Tables(given, template)
    products: dict[str, str] = {}
    examined: list[Examined] = []
    later: list[Entry] = []
    for entry in in_turn(listing, control, report):
        product = coadd_name(entry.name)
        if product is not None or (reference and Path(entry.path).samefile(reference)):
            what = "product of the coadd" if product else "the reference catalogue"
            if product is not None and product.what == "catalogue":
                products.setdefault(clean_band(product.band) if product.band else "", entry.path)
            examined.append(Examined(entry, left_out=what))
        elif tables.take(entry):
            later.append(entry)
        else:
            examined.append(tables.fate(entry))
    times, used, problems = visit_times([e for e in listing.entries if e.name in tables.placeless])
    for k, file in enumerate(examined):
        if file.entry.name in used:
            examined[k] = Examined(file.entry, left_out=used[file.entry.name])
    examined += [tables.drafts_of(entry, times) for entry in later]
    desk = Desk(examined)
    desk.notes.extend((*listing.problems, *problems))
    _leave_out_copies(desk)
    file_of = {d.frame.name: _pieces_of(d.frame)[0].name for d in desk.drafts}
    _join_pieces(desk)
    if not desk.drafts:
        raise _none(desk, listing.roots, len(listing.entries))
    desk.drafts = with_observers(desk.drafts)
    remark(desk)
    mapping = given
    if not ColumnMap().edited(settings.columns).sources:
        mapping = propose(tables.samples, radii_px, ColumnMap(roles=given.roles)).edited(lines)
    if not mapping.sources:
        raise LightledgerError(
            "no column of the catalogues is a flux or a magnitude by its name",
            ", ".join(listing.roots),
            "map them with --map, such as --map 'sci-auto=FLUX_AUTO,FLUXERR_AUTO'",
        )
    _check_columns(mapping, tables.names)
    report(Progress("scan", len(listing.entries), len(listing.entries)))
    return Found(_inventory(desk, listing, products, tables.template, file_of), mapping)


def _pieces_of(frame: Frame) -> tuple[Piece, ...]:
    assert isinstance(frame, CatalogueFrame)
    return frame.pieces


def _leave_out_copies(desk: Desk) -> None:
    """Use files of the same content once, under the first of their names."""
    pieces = [_pieces_of(draft.frame)[0] for draft in desk.drafts]
    gone = copies({piece.name: (piece.path, piece.size) for piece in pieces})
    desk.left_out |= {name: f"the same content as {first}" for name, first in gone.items()}
    kept = zip(desk.drafts, pieces, strict=True)
    desk.drafts = [draft for draft, piece in kept if piece.name not in gone]


def _join_pieces(desk: Desk) -> None:
    """Catalogues of one visit: of several images they belong together, of one they contradict."""
    claims: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in desk.drafts:
        claims[draft.frame.band, draft.frame.visit].append(draft)
    joined = []
    for (band, visit), drafts in claims.items():
        pieces = [piece for draft in drafts for piece in _pieces_of(draft.frame)]
        images = [piece.image for piece in pieces]
        if len(set(images)) == len(images):
            order = sorted(range(len(pieces)), key=lambda k: images[k] != "sci")
            main = drafts[order[0]]
            assert isinstance(main.frame, CatalogueFrame)
            frame = replace(main.frame, pieces=tuple(pieces[k] for k in order))
            joined.append(replace(main, frame=frame))
            continue
        names = sorted({draft.frame.name for draft in drafts})
        for draft in drafts:
            others = ", ".join(n for n in names if n != draft.frame.name) or "itself, twice"
            what = f"another catalogue is visit {visit}, band {band} too: {others}"
            desk.refuse(draft.frame.name, what, draft.frame, "keep one of them")
    desk.drafts = joined


def _check_columns(mapping: ColumnMap, known: set[str]) -> None:
    """Refuse a mapping whose columns are in none of the files."""
    wanted = [n for s in mapping.sources for n in (s.value, s.error) if n]
    for name in (*wanted, *mapping.roles.values()):
        if name not in known:
            raise LightledgerError(
                f"no catalogue has the column {name!r}",
                advice=f"columns are {', '.join(sorted(known)[:30])}",
            )


def _inventory(
    desk: Desk,
    listing: Listing,
    products: dict[str, str],
    template: str,
    file_of: dict[str, str],
) -> Inventory:
    frames = sorted((d.frame for d in desk.drafts), key=_by_time)
    bands = {frame.band for frame in frames}
    if "" in products and len(bands) == 1:
        products.setdefault(next(iter(bands)), products.pop(""))
    files = {piece.name for frame in frames for piece in _pieces_of(frame)}
    refused = {file_of.get(name, name) for name in desk.refused} - files
    return Inventory(
        roots=listing.roots,
        template=template,
        frames=tuple(frames),
        left_out=tuple(LeftOut(*item) for item in sorted(desk.left_out.items())),
        problems=(*sorted(desk.refused.values(), key=lambda p: p.file), *desk.notes),
        catalogues=products,
        n_files=len(files) + len(refused) + len(desk.left_out),
        n_used=len(files),
        n_refused=len(refused),
        n_ignored=listing.n_ignored,
    )


def _by_time(frame: Frame) -> tuple[str, float, str]:
    assert frame.time is not None
    return frame.band, frame.time.mjd_utc_mid, frame.visit


def _none(desk: Desk, roots: tuple[str, ...], n_files: int) -> NoFrames:
    reasons = Counter(p.what.partition(": ")[0] for p in desk.refused.values())
    reasons = reasons or Counter(desk.left_out.values())
    why = "".join(f": {n} x {what}" for what, n in reasons.most_common(1))
    files = counted(n_files, "file")
    what = f"no usable catalogue of a visit among {files}{why}"
    advice = "tables of light curves are taken by 'lightledger import'"
    return NoFrames(what, ", ".join(roots), advice, n_files)
