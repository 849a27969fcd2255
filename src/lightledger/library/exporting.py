"""From an open field to a file: what passes the filters, with everything needed to know it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import lightledger
from lightledger.analysis.masks import REASONS, Filters, passes
from lightledger.domain import (
    REGISTRY,
    Control,
    LightledgerError,
    Report,
    ZeroPoints,
    names_of,
    parse_measurement,
)
from lightledger.export.rows import ExportReport, Piece, check_size

if TYPE_CHECKING:
    from .field import Field

FORMATS = ("csv", "aavso")


@dataclass(frozen=True)
class Wanted:
    """What goes out.

    Attributes
    ----------
    objects : tuple of int, optional
        Rows in the catalogue; None: all.
    measurements : tuple of str, optional
        Full names; None: all.
    filters : Filters
        Exactly what passes is written.
    corrected, as_magnitude, everything : bool
        Divide by zero points; magnitudes for flux; more than 10 million rows are meant.
    format : str
        'csv' (long table) or 'aavso' (Extended File Format); '' is 'csv'.
    observer_code, filter_codes, comparison_magnitude
        See `lightledger.export.aavso.write_aavso`.
    check : str
        Id of a check star for the AAVSO; '' none.
    """

    objects: tuple[int, ...] | None = None
    measurements: tuple[str, ...] | None = None
    filters: Filters = field(default_factory=Filters)
    corrected: bool = False
    as_magnitude: bool = False
    format: str = ""
    everything: bool = False
    observer_code: str = ""
    filter_codes: dict[str, str] = field(default_factory=dict)
    comparison_magnitude: float = float("nan")
    check: str = ""


def export(
    source: Field, path: Path, wanted: Wanted, control: Control | None, report: Report
) -> ExportReport:
    """Stream what is wanted into a file, light curve by light curve, in bounded memory.

    Raises
    ------
    LightledgerError
        Unknown object, measurement or format; too many rows; nothing to write; no writing.
    Cancelled
        Nothing is left behind.
    """
    names = source.measurements if wanted.measurements is None else wanted.measurements
    rows = range(source.n_object) if wanted.objects is None else wanted.objects
    form = wanted.format or "csv"
    if form not in FORMATS:
        raise LightledgerError(
            f"no export format {form!r}", path, f"formats are {', '.join(FORMATS)}"
        )
    if not names or not rows:
        raise LightledgerError("nothing is chosen for the export", path, "choose an object")
    times = {name: source.visits(_band(source, name))["mjd_utc_mid"] for name in names}
    n_slots = sum(int(wanted.filters.time.contains(t).sum()) for t in times.values())
    check_size(len(rows) * n_slots, wanted.everything)
    pieces = _pieces(source, rows, names, wanted)
    header = _header(source, names, len(rows), wanted)
    n = len(rows) * len(names)
    if form == "aavso":
        from lightledger.export.aavso import write_aavso

        return write_aavso(
            path,
            pieces,
            header,
            REASONS,
            observer_code=wanted.observer_code,
            software=f"Lightledger {lightledger.__version__}",
            filters=wanted.filter_codes,
            comparison_magnitude=wanted.comparison_magnitude,
            n_pieces=n,
            control=control,
            report=report,
        )
    from lightledger.export.csv import write_csv

    return write_csv(
        path,
        pieces,
        header,
        REASONS,
        as_magnitude=wanted.as_magnitude,
        n_pieces=n,
        control=control,
        report=report,
    )


def _band(source: Field, measurement: str) -> str:
    source.reader.attributes(measurement)  # an unknown one is refused, with near matches
    return parse_measurement(measurement).band


def _pieces(
    source: Field, rows: range | tuple[int, ...], names: tuple[str, ...], wanted: Wanted
) -> Iterator[Piece]:
    check = source.index_of(wanted.check) if wanted.check else None
    attributes = {name: source.reader.attributes(name) for name in names}
    for row in rows:
        for name in names:
            curve = source.light_curve(row, name, wanted.corrected)
            hidden = passes(curve, wanted.filters)
            airmass = source.visits(parse_measurement(name).band)["airmass"]
            flux, star = float("nan"), "ENSEMBLE"
            check_value = None
            if wanted.corrected:
                flux, star = _compared(source, source.zero_points(name), row)
            if check is not None and check != row:
                check_value = source.light_curve(check, name, wanted.corrected).value[hidden.keep]
            yield Piece(
                light_curve=curve.select(hidden.keep),
                hidden=hidden.counts,
                zero_point=float(attributes[name].get("zero_point", np.nan)),
                magnitude_system=str(attributes[name].get("magnitude_system", "")),
                airmass=airmass[hidden.keep],
                comparison_flux=flux,
                comparison_name=star,
                check_name=wanted.check if check_value is not None else "",
                check_value=check_value,
            )


def _compared(source: Field, zero: ZeroPoints, row: int) -> tuple[float, str]:
    """Summed flux of the comparison stars but the object itself, and their name."""
    others = zero.member != row
    if not others.any():
        return float("nan"), "na"
    stars = zero.member[others]
    name = source.object_ids[int(stars[0])] if stars.size == 1 else "ENSEMBLE"
    return float(zero.reference[others].sum()), name


def _header(
    source: Field, names: tuple[str, ...], n_object: int, wanted: Wanted
) -> dict[str, object]:
    """Comment lines: where the numbers come from and what was filtered."""
    filters = wanted.filters
    reader = source.reader
    flags = ", ".join(f"{int(e.flag)} {e.name} ({e.meaning})" for e in REGISTRY)
    hides = ", ".join(names_of(filters.effective_mask)) or "none"
    time = f"MJD {filters.time.first!r} to {filters.time.last!r} (UTC)"
    corrected = "no"
    if wanted.corrected:
        corrected = "yes; divided by the ensemble zero points of other stars"
    quantity = "flux in the stored unit"
    if wanted.as_magnitude or wanted.format == "aavso":
        quantity = "magnitude"
    header: dict[str, object] = {
        "lightledger": "light curves, one row per point",
        "store": reader.path.name,
        "store uuid": reader.uuid,
        "recipe": f"{source.recipe.measuring_hash} (SHA-256 of what decides the values)",
        "software": f"Lightledger {lightledger.__version__}; store by {reader.software}",
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "time scale": "mjd_utc is MJD, UTC, mid-exposure; bjd_tdb is BJD, TDB (nan: no position)",
        "quantity": quantity,
        "corrected": corrected,
        "flag registry": flags,
        "filter, time": time if filters.time.bounded else "all times",
        "filter, flags": f"points with any of these are hidden: {hides}",
        "filter, missing values": "kept" if filters.keep_missing else "hidden",
        "filter, clip": f"{filters.clip_sigma:g} sigma" if filters.clip_sigma > 0 else "none",
        "objects": n_object,
        "measurements": ", ".join(names),
    }
    if wanted.corrected and len(names) <= 8:
        for name in names:
            stars = source.comparison(name)
            shown = ", ".join(stars[:50]) + (", ..." if len(stars) > 50 else "")
            header[f"comparison stars, {name}"] = f"{len(stars)}: {shown}"
    if wanted.as_magnitude:
        for name in names[:8]:
            known = reader.attributes(name)
            zero, system = known.get("zero_point", np.nan), known.get("magnitude_system", "")
            header[f"zero point, {name}"] = f"{zero} ({system})"
    return header
