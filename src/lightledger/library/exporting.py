"""From an open field to a file: what passes the filters, with everything needed to know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import lightledger
from lightledger.analysis.masks import Filters
from lightledger.analysis.running import LEAST, Clip
from lightledger.domain import (
    REGISTRY,
    Control,
    LightledgerError,
    Report,
    names_of,
    parse_measurement,
)
from lightledger.export.formats import Format, format_of
from lightledger.export.rows import ExportReport, check_room, check_size

from .outgoing import EVERYTHING, Outgoing

if TYPE_CHECKING:
    from .field import Field


@dataclass(frozen=True)
class Wanted:
    """What goes out.

    Attributes
    ----------
    objects : tuple of int, optional
        Rows in the catalogue; None: all.
    measurements : tuple of str, optional
        Full names; None: all.
    filters : Filters, optional
        Exactly what passes is written. None: the default mask in a table of points, every slot in
        formats with a row per light curve.
    corrected, as_magnitude, everything : bool
        Divide by zero points; magnitudes for flux; more than 10 million rows are meant.
    system : str
        Magnitude system, 'AB' or 'Vega'; '' is that of the store.
    point_source, rescaled : bool
        Aperture corrections applied; errors times the noise factors (`LightCurve.rescaled`).
    format : str
        One of `lightledger.export.formats.FORMATS`; '' is by the extension of the file.
    observer_code, filter_codes, comparison_magnitude
        See `lightledger.export.aavso.write_aavso`.
    check : str
        Id of a check star for the AAVSO; '' none.
    selection : str
        The query that the objects fulfil, for the header; '' where they were named one by one.
    """

    objects: tuple[int, ...] | None = None
    measurements: tuple[str, ...] | None = None
    filters: Filters | None = None
    corrected: bool = False
    as_magnitude: bool = False
    system: str = ""
    point_source: bool = False
    rescaled: bool = False
    format: str = ""
    everything: bool = False
    observer_code: str = ""
    filter_codes: dict[str, str] = field(default_factory=dict)
    comparison_magnitude: float = float("nan")
    check: str = ""
    selection: str = ""


def export(
    source: Field, path: Path, wanted: Wanted, control: Control | None, report: Report
) -> ExportReport:
    """Stream what is wanted into a file, light curve by light curve, in bounded memory.

    Raises
    ------
    LightledgerError
        Unknown object, measurement or format; too many points; too little disk; nothing to
        write; no writing.
    Cancelled
        Nothing is left behind.
    """
    form = format_of(path, wanted.format)
    names = source.measurements if wanted.measurements is None else wanted.measurements
    rows = range(source.n_object) if wanted.objects is None else wanted.objects
    if not names or not rows:
        what = f" ({wanted.selection})" if wanted.selection else ""
        raise LightledgerError(f"nothing is chosen for the export{what}", path, "choose an object")
    places = [name for name in names if name in source.places]
    if places and (wanted.as_magnitude or form.name != "csv"):
        advice = "export it as flux to a CSV; Parquet holds places beside every measurement"
        raise LightledgerError(f"{places[0]} is no flux", path, advice)
    if form.quantity == "flux" and wanted.as_magnitude:
        raise LightledgerError(f"{form.title}, holds no magnitudes", path, "export fluxes")
    filters = wanted.filters or (EVERYTHING if form.by_curve else Filters())
    times = {name: source.visits(_band(source, name))["mjd_utc_mid"] for name in names}
    n_slots = sum(int(filters.time.contains(t).sum()) for t in times.values())
    check_size(len(rows) * n_slots, wanted.everything, form.counted, form.point_bytes)
    check_room(path, len(rows) * n_slots * form.point_bytes)
    header = _header(source, names, len(rows), wanted, filters, form)
    chosen = Outgoing(source, rows, names, wanted, filters, header)
    if wanted.as_magnitude:
        for name in names[:8]:
            header[f"zero point, {name}"] = f"{chosen.zero_point(name)} ({chosen.system(name)})"
    return form.write(path, chosen, control, report)


_ERRORS = {
    False: "formal: pixels taken as independent",
    True: "rescaled: formal times the scatter of empty apertures over their formal error",
}


def _clip_words(clip: Clip) -> str:
    """Words of a clip, and what it does not judge."""
    if clip.on and clip.window_d > 0:
        return f"{clip.words()}; a point stays where its window has fewer than {LEAST} others"
    return clip.words() or "none"


def _band(source: Field, measurement: str) -> str:
    source.attributes(measurement)  # an unknown one is refused, with near matches
    return parse_measurement(measurement).band


def _header(
    source: Field,
    names: tuple[str, ...],
    n_object: int,
    wanted: Wanted,
    filters: Filters,
    form: Format,
) -> dict[str, object]:
    """Comment lines: where the numbers come from and what was filtered."""
    reader = source.reader
    flags = ", ".join(f"{int(e.flag)} {e.name} ({e.meaning})" for e in REGISTRY)
    hides = ", ".join(names_of(filters.effective_mask)) or "none"
    time = f"MJD {filters.time.first!r} to {filters.time.last!r} (UTC)"
    corrected = "no"
    if wanted.corrected:
        corrected = "yes; divided by the ensemble zero points of other stars"
    quantity = "flux in the stored unit"
    if wanted.as_magnitude or form.quantity == "magnitude":
        quantity = "magnitude"
    header: dict[str, object] = {
        "lightledger": f"light curves; {form.title}",
        "store": reader.path.name,
        "store uuid": reader.uuid,
        "recipe": f"{source.recipe.measuring_hash} (SHA-256 of what decides the values)",
        "software": f"Lightledger {lightledger.__version__}; store by {reader.software}",
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "time scale": "mjd_utc is MJD, UTC, mid-exposure; bjd_tdb is BJD, TDB (nan: no position)",
        "quantity": quantity,
        "corrected": corrected,
        "error": _ERRORS[wanted.rescaled],
        "aperture correction": "of a point source" if wanted.point_source else "none",
        "flag registry": flags,
        "filter, time": time if filters.time.bounded else "all times",
        "filter, flags": f"points with any of these are hidden: {hides}",
        "filter, missing values": "kept" if filters.keep_missing else "hidden",
        "filter, clip": _clip_words(filters.clip),
        "objects": n_object,
        "objects chosen": wanted.selection or ("all" if wanted.objects is None else "by id"),
        "measurements": ", ".join(names),
    }
    if wanted.corrected and len(names) <= 8:
        for name in names:
            stars = source.comparison(name)
            shown = ", ".join(stars[:50]) + (", ..." if len(stars) > 50 else "")
            header[f"comparison stars, {name}"] = f"{len(stars)}: {shown}"
    return header
