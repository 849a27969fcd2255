"""Parquet: one row per light curve, its points in lists; from a whole store, the store itself.

Row groups hold light curves of one measurement, measurement after measurement, objects in order.
What a store holds besides light curves stands between the last row group and the footer, where
readers of Parquet do not look; the footer's ``lightledger`` entry says where, and what the file
is. Pages carry checksums.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.domain import Control, LightledgerError, Progress, Report, parse_measurement

from .chosen import Chosen
from .rows import ExportReport
from .stream import ByteStream, one_ahead

if TYPE_CHECKING:
    import pyarrow as pa

#: Of the footer's metadata.
KEY = "lightledger"
#: Raised when `lightledger import` by an older text would read wrongly.
VERSION = 1
#: Points in a row group, at most; and rows, where light curves are short.
GROUP_POINTS, GROUP_ROWS = 1 << 20, 1 << 16
#: Lists that stand in the rows of one measurement per band: they are the same for all.
PLACES = ("x", "y", "coverage")


def arrow() -> Any:
    """The package ``pyarrow``, its ``parquet`` loaded.

    Raises
    ------
    LightledgerError
        When it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise LightledgerError(
            "Parquet needs pyarrow", advice="pip install 'lightledger[parquet]'"
        ) from None
    return pyarrow


def write_parquet(
    path: Path, chosen: Chosen, control: Control | None, report: Report
) -> ExportReport:
    """Stream light curves into a Parquet file, one row group in memory at a time.

    Columns: ``object, ra_deg, dec_deg, band, measurement, unit, zero_point, magnitude_system``;
    lists ``mjd_utc, bjd_tdb, value, error, flags, visit`` of the slots that pass; ``x, y,
    coverage`` (only in the rows of the first measurement of each band, null elsewhere), where the
    store has them; ``crc32`` of each record, where they are whole.

    Raises
    ------
    LightledgerError
        pyarrow is not installed; the file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    pa = arrow()
    schema = schema_of(chosen, pa)
    control = control or Control()
    hidden = dict.fromkeys(chosen.reasons, 0)
    damaged: list[str] = []
    n_points = n_done = 0
    with ByteStream(path) as out, closing(one_ahead(_groups(chosen, pa, schema))) as groups:
        writer = pa.parquet.ParquetWriter(
            out,
            schema,
            compression="zstd",
            compression_level=1,
            # names and visits repeat themselves, flux does not
            use_dictionary=[*_TEXTS, "visit.list.element"],
            use_byte_stream_split=[
                f"{name}.list.element"
                for name in ("mjd_utc", "bjd_tdb", "value", "error", *PLACES)
                if name in schema.names
            ],
            # a filter of light curves skips row groups by these
            write_statistics=[*_TEXTS, *_NUMBERS],
            write_page_checksum=True,
            store_schema=False,  # visits would be read back as categories
        )
        for group, table in groups:
            control.check()
            writer.write_table(table, row_group_size=len(table))
            n_points += group.n_points
            n_done += len(table)
            for why, count in group.block.hidden.items():
                hidden[why] += count
            damaged += group.damaged()
            report(Progress("export", n_done, chosen.n_curves, f"{n_points:,} points"))
        facts = {
            "format": "lightledger light curves",
            "version": VERSION,
            "header": {key: str(value) for key, value in chosen.header.items()},
            "hidden": hidden,
            "whole": _embed(out, chosen.whole()),
        }
        writer.add_key_value_metadata({KEY: json.dumps(facts)})
        writer.close()
        out.commit()
    return ExportReport(path, n_points, n_done, hidden, damaged=tuple(damaged))


def _groups(chosen: Chosen, pa: Any, schema: pa.Schema) -> Iterator[tuple[_Group, pa.Table]]:
    """Row group after row group."""
    for measurement in chosen.measurements:
        n = rows_per_group(len(chosen.visits(parse_measurement(measurement).band)["visit"]))
        for first in range(0, len(chosen.ids), n):
            group = _Group(chosen, measurement, first, min(first + n, len(chosen.ids)), pa)
            yield group, group.table(schema)


_TEXTS = ("object", "band", "measurement", "unit", "magnitude_system")
_NUMBERS = ("ra_deg", "dec_deg", "zero_point", "crc32")


def rows_per_group(n_visit: int) -> int:
    """Light curves in a row group."""
    return min(max(GROUP_POINTS // max(n_visit, 1), 1), GROUP_ROWS)


def schema_of(chosen: Chosen, pa: Any) -> pa.Schema:
    """Columns of the file."""
    number = pa.float32() if chosen.value_dtype.itemsize == 4 else pa.float64()
    lists = {
        "mjd_utc": pa.float64(),
        "bjd_tdb": pa.float64(),
        "value": number,
        "error": number,
        "flags": pa.uint16(),
        "visit": pa.dictionary(pa.int32(), pa.string()),
    }
    bands = {parse_measurement(name).band for name in chosen.measurements}
    stored = {name for band in bands for name in chosen.place_names(band)}
    scalars = [
        pa.field("object", pa.string(), nullable=False),
        pa.field("ra_deg", pa.float64(), nullable=False),
        pa.field("dec_deg", pa.float64(), nullable=False),
        pa.field("band", pa.string(), nullable=False),
        pa.field("measurement", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("zero_point", pa.float64(), nullable=False),
        pa.field("magnitude_system", pa.string(), nullable=False),
    ]
    return pa.schema(
        scalars
        + [pa.field(name, _list_of(pa, kind), nullable=False) for name, kind in lists.items()]
        + [pa.field(name, _list_of(pa, pa.float32())) for name in PLACES if name in stored]
        + [pa.field("crc32", pa.uint32())]
    )


def _list_of(pa: Any, kind: Any) -> Any:
    return pa.list_(pa.field("element", kind, nullable=False))


class _Group:
    """The light curves of one row group."""

    def __init__(self, chosen: Chosen, measurement: str, first: int, last: int, pa: Any) -> None:
        self._chosen, self._measurement, self._pa = chosen, measurement, pa
        self._first, self._last = first, last
        self._band = parse_measurement(measurement).band
        self.block = block = chosen.block(measurement, first, last)
        n, n_slot = block.value.shape
        if block.keep is None:
            lengths = np.full(n, n_slot)
        else:
            lengths = block.keep.sum(axis=1)
        self._offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        self.n_points = int(self._offsets[-1])

    def table(self, schema: pa.Schema) -> pa.Table:
        """The rows as Arrow, in the order of the schema."""
        columns = self._scalars() | self._lists()
        return self._pa.table([columns[name] for name in schema.names], schema=schema)

    def damaged(self) -> list[str]:
        """Light curves whose record fails its checksum, in words."""
        ids = self._chosen.ids
        return [f"{ids[self._first + row]} in {self._measurement}" for row in self.block.damaged]

    def _scalars(self) -> dict[str, Any]:
        pa, chosen, rows = self._pa, self._chosen, slice(self._first, self._last)
        n = self._last - self._first
        known = chosen.attributes(self._measurement)
        one = {
            "band": self._band,
            "measurement": self._measurement,
            "unit": str(known.get("unit", "")),
            "magnitude_system": str(known.get("magnitude_system", "")),
            "zero_point": float(known.get("zero_point", np.nan)),
        }
        columns = {name: pa.repeat(pa.scalar(value), n) for name, value in one.items()}
        sums = self.block.crc32
        return columns | {
            "object": pa.array(chosen.ids[rows], pa.string()),
            "ra_deg": pa.array(chosen.ra_deg[rows]),
            "dec_deg": pa.array(chosen.dec_deg[rows]),
            "crc32": pa.nulls(n, pa.uint32()) if sums is None else pa.array(sums),
        }

    def _lists(self) -> dict[str, Any]:
        pa, block, band = self._pa, self.block, self._band
        visits = self._chosen.visits(band)
        n, n_slot = block.value.shape
        columns = {
            "mjd_utc": self._list(np.broadcast_to(visits["mjd_utc_mid"], (n, n_slot))),
            "bjd_tdb": self._list(self._chosen.bjd_tdb(band, self._first, self._last)),
            "value": self._list(block.value),
            "error": self._list(block.error),
            "flags": self._list(block.flags),
        }
        slots = np.broadcast_to(np.arange(n_slot, dtype=np.int32), (n, n_slot))
        names = pa.array([str(name) for name in visits["visit"]], pa.string())
        columns["visit"] = self._list(
            slots, lambda flat: pa.DictionaryArray.from_arrays(flat, names)
        )
        if self._measurement == first_of_band(self._chosen.measurements, band):
            places = self._chosen.places(band, self._first, self._last)
        else:
            places = {}
        for name in PLACES:
            if name in places:
                columns[name] = self._list(places[name])
            else:
                columns[name] = pa.nulls(n, _list_of(pa, pa.float32()))
        return columns

    def _list(self, plane: np.ndarray, wrap: Any = lambda flat: flat) -> Any:
        """A plane (n, n_slot) as a list column of the slots that pass."""
        keep = self.block.keep
        flat = plane.reshape(-1) if keep is None else plane[keep]
        values = wrap(self._pa.array(np.ascontiguousarray(flat)))
        kind = _list_of(self._pa, values.type)
        return self._pa.ListArray.from_arrays(self._pa.array(self._offsets), values, type=kind)


def first_of_band(measurements: Sequence[str], band: str) -> str:
    """The measurement whose rows hold the places of a band."""
    return next(name for name in measurements if parse_measurement(name).band == band)


def _embed(out: ByteStream, packed: bytes | None) -> dict[str, int] | None:
    """Append what else belongs to the store; where it stands."""
    if packed is None:
        return None
    place = out.tell()
    out.append(packed)
    return {"offset": place, "size": len(packed), "crc32": zlib.crc32(packed)}
