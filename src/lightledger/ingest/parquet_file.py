"""A Parquet file from anywhere, opened so that nothing is allocated on its word alone."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightledger.domain import LightledgerError
from lightledger.export.parquet import KEY, VERSION, arrow

#: Bytes of the footer at most: this, or this part of the file.
MAX_FOOTER, FOOTER_PART = 16 << 20, 0.02
MAX_METADATA = 4 << 20
#: Bytes of an encoded number at most, its share of levels and of a dictionary included.
_NUMBER = 16


def open_parquet(path: Path) -> Any:
    """A ``pyarrow.parquet.ParquetFile`` that looks at the checksums of its pages.

    Raises
    ------
    LightledgerError
        pyarrow is not installed; not Parquet, cut off, or with a footer larger than any of ours.
    """
    pa = arrow()
    _look_at_footer(path)
    try:
        return pa.parquet.ParquetFile(
            path,
            page_checksum_verification=True,
            thrift_string_size_limit=MAX_METADATA,
            thrift_container_size_limit=1 << 20,
        )
    except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
        raise LightledgerError(
            f"not a Parquet file that can be read ({first_line(error)})", path
        ) from None


def _look_at_footer(path: Path) -> None:
    """Refuse what is not Parquet, or has a footer larger than any of ours, before it is parsed."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            begins = file.read(4)
            file.seek(max(size - 8, 0))
            ends = file.read(8)
    except OSError as error:
        raise LightledgerError(f"cannot be read ({error.strerror})", path) from None
    if begins != b"PAR1" or ends[4:] != b"PAR1" or size < 12:
        raise LightledgerError(
            "not a Parquet file, or cut off", path, "Parquet of 'lightledger export' is imported"
        )
    length = int.from_bytes(ends[:4], "little")
    if length > max(MAX_FOOTER, FOOTER_PART * size) or length > size:
        raise LightledgerError("not a Parquet file of ours: its footer is too large", path)


def packed_tables(file: Any, path: Path) -> bytes:
    """What was packed between the row groups and the footer, its checksum looked at.

    Raises
    ------
    LightledgerError
        Not a file of ours, of another version, of a selection, or damaged.
    KeyError, TypeError, ValueError
        The entry of the footer is not as we write it.
    """
    raw = (file.schema_arrow.metadata or {}).get(KEY.encode())
    if raw is None:
        raise LightledgerError(
            "this Parquet is not of lightledger", path, "only whole stores are imported"
        )
    facts = json.loads(raw)
    if int(facts["version"]) != VERSION:
        raise LightledgerError(
            f"light curves in version {facts['version']}; this program reads {VERSION}",
            path,
            "update lightledger",
        )
    place = facts["whole"]
    if place is None:
        raise LightledgerError(
            "this is a selection: points were filtered or changed, so no store can be made",
            path,
            "export the store as it is: without filters, flux, not corrected",
        )
    offset, size = int(place["offset"]), int(place["size"])
    if offset < 0 or size < 0 or offset + size > path.stat().st_size:
        raise ValueError("cut off")
    with path.open("rb") as whole:
        whole.seek(offset)
        packed = whole.read(size)
    if zlib.crc32(packed) != int(place["crc32"]):
        raise ValueError("they are damaged")
    return packed


def look_at_schema(file: Any, wanted: Mapping[str, Any]) -> None:
    """Every wanted column is there, of exactly that type; else ValueError."""
    here = file.schema_arrow
    for name, kind in wanted.items():
        if here.names.count(name) != 1 or here.field(name).type != kind:
            raise ValueError(f"column {name}")


def look_at_sizes(group: Any, wanted: Mapping[str, Any], n_point: int, longest: int) -> None:
    """No column of a row group claims more than so many points, or texts, can be.

    Parameters
    ----------
    group : pyarrow.parquet.RowGroupMetaData
    wanted : mapping
        The columns that will be read.
    n_point : int
        Of all lists of a column together.
    longest : int
        Bytes of the longest text.

    Raises
    ------
    ValueError
    """
    for i in range(group.num_columns):
        column = group.column(i)
        name = column.path_in_schema.split(".")[0]
        if name not in wanted:
            continue  # never read
        is_list = column.path_in_schema != name
        n, each = (n_point, _NUMBER) if is_list else (group.num_rows, _NUMBER + longest)
        size = max(column.total_uncompressed_size, column.total_compressed_size)
        if column.num_values > n or size > (1 << 16) + n * each:
            raise ValueError(f"a row group claims too much in {name}")


def first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__
