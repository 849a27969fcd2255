"""Plain FITS: a binary table per measurement, one row per light curve, and the visits beside it.

Extensions: ``OBJECTS`` (the catalogue), ``VISITS_<band>`` (a row per slot), ``POINTS_<band>``
(barycentric times, and places where the store has them: a row per object), one table per
measurement under its full name (``VALUE``, ``ERROR``, ``FLAGS``: slot *j* is row *j* of the
visits), ``STORE`` (attributes and recipe, a row per line), ``PROBLEMS`` and ``HIDDEN`` (how many
points did not pass, and why). Slots that do not pass the filters are nan, their flags stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import Control, LightledgerError, Progress, Report, parse_measurement
from lightledger.domain.visits import VISIT_COLUMN

from .chosen import Chosen
from .fitstable import Column, FitsStream, Rows, ascii_text, history_cards
from .rows import ExportReport
from .stream import one_ahead

#: Points of a block in memory.
_POINTS = 1 << 20
_UCD = {
    "OBJECT": "meta.id;meta.main",
    "RA": "pos.eq.ra;meta.main",
    "DEC": "pos.eq.dec;meta.main",
    "VALUE": "phot.flux",
    "ERROR": "stat.error;phot.flux",
    "FLAGS": "meta.code.qual",
    "BJD_TDB": "time.epoch",
    "visit": "meta.id",
    "mjd_utc_start": "time.start",
    "mjd_utc_mid": "time.epoch",
    "mjd_utc_end": "time.end",
    "exposure_s": "time.duration;obs.exposure",
    "airmass": "obs.airMass",
}


def write_fits(path: Path, chosen: Chosen, control: Control | None, report: Report) -> ExportReport:
    """Stream light curves into FITS binary tables, a block of rows in memory at a time.

    Raises
    ------
    LightledgerError
        No visit within the times; the file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    bands = dict.fromkeys(parse_measurement(name).band for name in chosen.measurements)
    used = [band for band in bands if len(chosen.visits(band)["visit"])]
    if not used:
        raise LightledgerError("no visit is within these times", path, "widen the range of times")
    tables = chosen.tables()
    with FitsStream(path) as out:
        writing = _Writing(out, chosen, control or Control(), report)
        out.primary(
            [
                ("ORIGIN", "Lightledger"),
                ("CREATOR", str(chosen.header.get("software", "Lightledger"))),
                ("DATE", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")),
                ("TIMESYS", "UTC"),
            ],
            history_cards(f"{key}: {value}" for key, value in chosen.header.items()),
        )
        writing.small("OBJECTS", tables["objects"], chosen.object_units())
        for band in used:
            writing.visits(band)
            writing.points(band)
        for name in chosen.measurements:
            if parse_measurement(name).band in used:
                writing.measurement(name)
        writing.small("STORE", tables["store"])
        writing.small("PROBLEMS", tables["problems"])
        why, count = [*writing.hidden], [*writing.hidden.values()]
        writing.small("HIDDEN", {"reason": np.array(why), "points": np.array(count, np.int64)})
        out.commit()
    n_points, hidden, damaged = writing.n_points, writing.hidden, tuple(writing.damaged)
    return ExportReport(path, n_points, writing.n_done, hidden, damaged=damaged)


class _Writing:
    """The tables of one file, with what was counted on the way."""

    def __init__(self, out: FitsStream, chosen: Chosen, control: Control, report: Report) -> None:
        self._out, self._chosen, self._control, self._report = out, chosen, control, report
        self.hidden = dict.fromkeys(chosen.reasons, 0)
        self.damaged: list[str] = []
        self.n_points = self.n_done = 0
        ids = np.array([_plain(name) for name in chosen.ids])
        self._ids = ids
        self._id_columns = [
            Column("OBJECT", ids.dtype, ucd=_UCD["OBJECT"]),
            Column("RA", np.dtype("f8"), unit="deg", ucd=_UCD["RA"], meaning="ICRS"),
            Column("DEC", np.dtype("f8"), unit="deg", ucd=_UCD["DEC"], meaning="ICRS"),
        ]

    def small(
        self,
        name: str,
        columns: Mapping[str, np.ndarray],
        units: Mapping[str, str] | None = None,
        cards: list[tuple[str, Any]] | None = None,
    ) -> None:
        """A table that is in memory."""
        specs: list[Column] = []
        cells: dict[str, np.ndarray] = {}
        for original, values in columns.items():
            values = _storable(values)
            column = _free(original, cells)
            known = VISIT_COLUMN.get(column)
            specs.append(
                Column(
                    column,
                    values.dtype,
                    values.shape[1:],
                    (units or {}).get(original, known.unit if known else ""),
                    _UCD.get(column, ""),
                    known.meaning if known else "",
                )
            )
            cells[column] = values
        n = len(next(iter(cells.values())))
        self._out.table(name, specs, n, [cells], cards or ())

    def visits(self, band: str) -> None:
        times = [
            ("BAND", band), ("TIMESYS", "UTC"), ("TIMEUNIT", "d"), ("TREFPOS", "TOPOCENTER"),
            ("MJDREFI", 0), ("MJDREFF", 0.0),
        ]  # fmt: skip
        self.small(f"VISITS_{band}", self._chosen.visits(band), cards=times)

    def points(self, band: str) -> None:
        """What belongs to object and slot, the same for all measurements of a band."""
        chosen = self._chosen
        n_slot = (len(chosen.visits(band)["visit"]),)
        single = np.dtype("f4")
        columns = [
            self._id_columns[0],
            Column("BJD_TDB", np.dtype("f8"), n_slot, "d", _UCD["BJD_TDB"], "barycentric JD, TDB"),
        ]
        meanings = {"x": "0-based, of the frame", "y": "0-based, of the frame"}
        for name in chosen.place_names(band):
            unit = "pix" if name in meanings else ""
            columns.append(
                Column(name.upper(), single, n_slot, unit, meaning=meanings.get(name, "exposures"))
            )

        def blocks() -> Iterator[dict[str, np.ndarray]]:
            for first, last in self._ranges(n_slot[0]):
                places = chosen.places(band, first, last)
                yield {
                    "OBJECT": self._ids[first:last],
                    "BJD_TDB": chosen.bjd_tdb(band, first, last),
                } | {name.upper(): plane for name, plane in places.items()}

        cards = [
            ("BAND", band), ("TIMESYS", "TDB"), ("TIMEUNIT", "d"), ("TREFPOS", "BARYCENTER"),
            ("JDREFI", 0), ("JDREFF", 0.0),
        ]  # fmt: skip
        self._table(f"POINTS_{band}", columns, blocks(), cards)

    def measurement(self, name: str) -> None:
        """All light curves of a measurement."""
        chosen, band = self._chosen, parse_measurement(name).band
        n_slot = (len(chosen.visits(band)["visit"]),)
        known = chosen.attributes(name)
        unit = str(known.get("unit", ""))
        columns = [
            *self._id_columns,
            Column("VALUE", chosen.value_dtype, n_slot, unit, _UCD["VALUE"]),
            Column("ERROR", chosen.value_dtype, n_slot, unit, _UCD["ERROR"]),
            Column("FLAGS", np.dtype("u2"), n_slot, "", _UCD["FLAGS"]),
        ]
        cards: list[tuple[str, Any]] = [("BAND", band), ("VISITS", f"VISITS_{band}")]
        keys = {"quantity": "QUANTITY", "magnitude_system": "MAGSYS", "aperture": "APERTURE"}
        cards += [(key, str(known[at])) for at, key in keys.items() if at in known]
        zero = float(known.get("zero_point", np.nan))
        if np.isfinite(zero):
            cards.append(("ZEROPNT", zero))
        self._table(name, columns, self._curves(name, n_slot[0]), cards)

    def _table(
        self,
        name: str,
        columns: list[Column],
        blocks: Iterator[Rows],
        cards: list[tuple[str, Any]],
    ) -> None:
        """A table with a row per object, its next block made while one is written."""
        with closing(one_ahead(blocks)) as made:
            self._out.table(name, columns, len(self._chosen.ids), made, cards)

    def _curves(self, name: str, n_slot: int) -> Iterator[dict[str, np.ndarray]]:
        chosen = self._chosen
        for first, last in self._ranges(n_slot):
            block = chosen.block(name, first, last)
            value, error = block.value, block.error
            if block.keep is not None:
                value = np.where(block.keep, value, np.nan)
                error = np.where(block.keep, error, np.nan)
            yield {
                "OBJECT": self._ids[first:last],
                "RA": chosen.ra_deg[first:last],
                "DEC": chosen.dec_deg[first:last],
                "VALUE": value,
                "ERROR": error,
                "FLAGS": block.flags,
            }
            self.n_points += value.size if block.keep is None else int(block.keep.sum())
            for why, count in block.hidden.items():
                self.hidden[why] += count
            self.damaged += [f"{chosen.ids[first + row]} in {name}" for row in block.damaged]
            self.n_done += last - first
            self._report(
                Progress("export", self.n_done, chosen.n_curves, f"{self.n_points:,} points")
            )

    def _ranges(self, n_slot: int) -> Iterator[tuple[int, int]]:
        step = max(_POINTS // max(n_slot, 1), 1)
        for first in range(0, len(self._chosen.ids), step):
            self._control.check()
            yield first, min(first + step, len(self._chosen.ids))


def _free(name: str, taken: Mapping[str, np.ndarray]) -> str:
    """A name that no other column has; FITS does not tell capitals from small letters."""
    known = {other.lower() for other in taken}
    name = _plain(name).decode()[:60] or "column"
    candidate, n = name, 2
    while candidate.lower() in known:
        candidate, n = f"{name}_{n}", n + 1
    return candidate


def _plain(text: object) -> bytes:
    """Text as FITS tables take it: printable ASCII, anything else as an escape."""
    return ascii_text(str(text)).encode()


def _storable(values: np.ndarray) -> np.ndarray:
    """A column of numbers, or of texts as ``S<n>``."""
    values = np.asarray(values)
    if values.dtype.kind in "OUS":
        cells = [_plain(v.decode() if isinstance(v, bytes) else v) for v in values.reshape(-1)]
        return np.array(cells, dtype=None if cells and any(cells) else "S1").reshape(values.shape)
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    return values
