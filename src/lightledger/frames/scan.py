"""A folder to its inventory: every file used, left out with a reason, or refused by name.

Headers are read, pixels are not. Calibration frames, copies, coadds and tables are left out; what
is broken, has no time or contradicts another file is refused; all of it is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lightledger.domain import (
    Control,
    LightledgerError,
    Progress,
    Report,
    clean_band,
    counted,
    silent,
)

from .assemble import (
    Desk,
    leave_out_copies,
    refuse_conflicts,
    refuse_orphans,
    refuse_strays,
    remark,
    settle_visits,
    with_observers,
)
from .examine import Draft, Examined, examine
from .folders import Entry, Listing, NoFrames, in_turn, list_files
from .frame import Frame, Inventory, LeftOut
from .givensite import parse_site
from .hdus import walk
from .layout import planes_of
from .midnight import pass_midnight
from .setups import band_of
from .sorting import CoaddName, coadd_name
from .templates import PRESETS, Template, choose, resolve
from .twins import leave_out_twins
from .visittable import visit_times


def scan(
    folders: Sequence[str | Path],
    template: str = "",
    *,
    site: str = "",
    control: Control | None = None,
    report: Report = silent,
) -> Inventory:
    """Find the frames of a field in folders, nested ones included.

    Files are counted that are FITS by their extension (or, without one, by their first bytes), bare
    headers (.hdr) and tables (.ecsv, .cat, ...); others are only counted as ignored.

    Parameters
    ----------
    folders : sequence of path
        Folders, or single files.
    template : str, optional
        A preset's name or a template; '' chooses the preset that the names follow.
    site : str, optional
        Where the telescope stands (`lightledger.frames.givensite.parse_site`), whatever the
        headers say.
    control : Control, optional
        To cancel or pause.
    report : callable, optional
        Receives the progress, stage 'scan'.

    Returns
    -------
    Inventory

    Raises
    ------
    NoFrames
        No FITS file, no usable image.
    LightledgerError
        Two fields, a folder that is not there, a wrong template, no such site.
    Cancelled
        By ``control``.
    """
    given = resolve(template) if template else None
    place = parse_site(site)
    listing = list_files(folders, control)
    fits = [entry for entry in listing.entries if entry.sort == "fits"]
    if not fits:
        raise NoFrames(
            "no FITS image in it" if len(listing.roots) == 1 else "no FITS image in these folders",
            ", ".join(listing.roots),
            "images end in .fits, .fit, .fts or .fz, packed by gzip or not",
        )
    preset = template if given else choose([e.name for e in fits if coadd_name(e.name) is None])
    chosen = given or Template(PRESETS[preset])
    by_header = chosen.pattern == PRESETS["header"]
    inventory = _Products()
    tables = [e for e in listing.entries if e.sort == "table" and coadd_name(e.name) is None]
    times, used_tables, table_problems = visit_times(tables)
    examined: list[Examined] = []
    for entry in in_turn(listing, control, report):
        product = coadd_name(entry.name)
        if product is not None:
            examined.append(inventory.take(entry, product))
        elif entry.sort == "table":
            what = used_tables.get(entry.name, "a table, not an image")
            examined.append(Examined(entry, left_out=what))
        else:
            examined.append(examine(entry, chosen, by_header, times))
    desk = Desk(examined)
    desk.notes.extend((*listing.problems, *table_problems))
    leave_out_copies(desk)
    pass_midnight(desk)
    if by_header:
        leave_out_twins(desk)
    if by_header or "band" not in chosen.fields:
        settle_visits(desk)
    refuse_conflicts(desk)
    refuse_strays(desk)
    refuse_orphans(desk)
    if not any(draft.frame.kind == "sci" for draft in desk.drafts):
        raise _none_usable(desk, listing)
    if control is not None:
        control.check()
    desk.drafts = with_observers(desk.drafts, place)
    remark(desk)
    report(Progress("scan", len(listing.entries), len(listing.entries)))
    return inventory.finish(desk, listing, preset or chosen.pattern)


class _Products:
    """The deep stacks, weights and catalogues met on the way."""

    def __init__(self) -> None:
        kinds = ("coadd", "weight", "segmentation", "catalogue")
        self._found: dict[str, dict[str, str]] = {kind: {} for kind in kinds}

    def take(self, entry: Entry, product: CoaddName) -> Examined:
        band = product.band
        if not band and product.what == "coadd":
            band = _band_in(entry)
        words = {"coadd": "the coadd", "weight": "weights of the coadd"}
        words |= {"segmentation": "segmentation of the coadd"}
        words |= {"catalogue": "catalogue of the coadd", "other": "product of the coadd"}
        if product.what != "other" and not entry.fault:
            self._found[product.what].setdefault(clean_band(band) if band else "", entry.path)
        return Examined(entry, left_out=words[product.what])

    def of(self, what: str, bands: set[str]) -> dict[str, str]:
        """Band to path; a product that names no band is that of the only band."""
        found = dict(self._found[what])
        if "" in found and len(bands) == 1:
            found.setdefault(next(iter(bands)), found.pop(""))
        return found

    def finish(self, desk: Desk, listing: Listing, template: str) -> Inventory:
        frames = sorted((draft.frame for draft in desk.drafts), key=_order(desk.drafts))
        bands = {frame.band for frame in frames}
        used = {frame.name for frame in frames}
        return Inventory(
            roots=listing.roots,
            template=template,
            frames=tuple(frames),
            left_out=tuple(LeftOut(*item) for item in sorted(desk.left_out.items())),
            problems=(*sorted(desk.refused.values(), key=lambda p: p.file), *desk.notes),
            coadds=self.of("coadd", bands),
            weights=self.of("weight", bands),
            segmentations=self.of("segmentation", bands),
            catalogues=self.of("catalogue", bands),
            n_files=len(listing.entries),
            n_used=len(used),
            n_refused=len(desk.refused),
            n_ignored=listing.n_ignored,
        )


def _band_in(entry: Entry) -> str:
    try:
        hdus = walk(Path(entry.path))
        planes, _ = planes_of(hdus)
        return band_of(planes[0].hdu.cards.over(hdus[0].cards))
    except (LightledgerError, OSError):
        return ""


def _order(drafts: list[Draft]):  # type: ignore[no-untyped-def]
    """Sort key: band, time of the visit, visit, kind with the image first."""
    times = {
        (d.frame.band, d.frame.visit): d.frame.time.mjd_utc_mid
        for d in drafts
        if d.frame.time is not None
    }

    def key(frame: Frame) -> tuple[str, float, str, bool, str]:
        when = times.get((frame.band, frame.visit), float("inf"))
        return frame.band, when, frame.visit, frame.kind != "sci", frame.kind

    return key


def _none_usable(desk: Desk, listing: Listing) -> NoFrames:
    reasons = Counter([problem.what for problem in desk.refused.values()])
    reasons.update(desk.left_out.values())
    if len(listing.entries) == 1:
        (name,) = (entry.name for entry in listing.entries)
        return NoFrames(f"not usable: {next(iter(reasons))}", name, n_files=1)
    listed = [f"{n} x {what}" if n > 1 else what for what, n in reasons.most_common(4)]
    more = f", and {len(reasons) - 4} other reasons" if len(reasons) > 4 else ""
    return NoFrames(
        f"no usable image among {counted(len(listing.entries), 'file')}: {', '.join(listed)}{more}",
        ", ".join(listing.roots),
        _other_ways(reasons),
        len(listing.entries),
    )


def _other_ways(reasons: Counter[str]) -> str:
    """What else can be done with files that are no images."""
    if any("table" in what for what in reasons):
        return (
            "catalogues of visits are read with --catalogues, light curves by 'lightledger import'"
        )
    return ""
