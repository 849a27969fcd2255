"""Files to series, whatever they are; what is none is refused in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lightledger.domain import LightledgerError
from lightledger.frames.content import content_hash
from lightledger.frames.hdus import BLOCK, MAX_UNPACKED, Hdu, packing, walk
from lightledger.frames.table_readers import read_tables

from .exported import exported_series
from .fromtable import series_of
from .options import ImportOptions
from .pixelfile import is_pixel_file, read_pixel_file
from .series import Series

#: Endings of files that are looked at in a folder; others are passed by, and counted.
ENDINGS = (".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".csv", ".tsv", ".txt", ".dat", ".ecsv",
           ".vot", ".votable", ".xml", ".tbl", ".ipac", ".lc", ".asc", ".ascii", ".data", ".csv.gz",
           ".dat.gz", ".txt.gz")  # fmt: skip
MOST_FILES = 100_000


def files_of(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Files of the paths, folders searched through, and their names relative to what was given.

    Raises
    ------
    LightledgerError
        A path that does not exist, or a folder without such files.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if not path.exists():
            raise LightledgerError("there is no such file or folder", path)
        if not path.is_dir():
            found.setdefault(path, path.name)
            continue
        inside = [p for p in sorted(path.rglob("*")) if _may_be(p)]
        if not inside:
            raise LightledgerError(
                "no files that could be light curves", path, f"endings are {' '.join(ENDINGS)}"
            )
        for file in inside:
            found.setdefault(file, file.relative_to(path).as_posix())
        if len(found) > MOST_FILES:
            raise LightledgerError(f"more than {MOST_FILES:,} files", path)
    return list(found.items())


def _may_be(path: Path) -> bool:
    name = path.name.lower()
    return path.is_file() and not name.startswith(".") and name.endswith(ENDINGS)


def read_series(path: Path, name: str, options: ImportOptions) -> list[Series]:
    """All light curves of a file.

    Raises
    ------
    LightledgerError
        One line: it is no light curve, is damaged, or claims sizes that it has not.
    """
    try:
        before = path.stat()
        series = list(_read(path, options))
    except LightledgerError as error:
        raise LightledgerError(error.what, error.file or path, error.advice) from None
    except (OSError, MemoryError, RecursionError) as error:
        raise LightledgerError(f"cannot be read ({error})", path) from None
    except Exception as error:  # whatever a parser says about a damaged file: one line
        said = (str(error).strip().splitlines() or [""])[0][:160]
        raise LightledgerError(f"cannot be read ({type(error).__name__}: {said})", path) from None
    digest = content_hash(path)
    for one in series:
        one.file, one.hash = name, digest
        one.stamp = f"{before.st_size}:{before.st_mtime_ns}"
    return series


def _read(path: Path, options: ImportOptions) -> Iterator[Series]:
    hdus = _sound_fits(path)
    if hdus and is_pixel_file(hdus):
        yield from read_pixel_file(path, hdus, options)
        return
    tables = read_tables(path, unnamed=True)
    if not options.says_what_is_what and (own := exported_series(tables)):
        yield from own
        return
    refused: list[LightledgerError] = []
    found: list[list[Series]] = []
    several = _light_curves(tables, options) > 1
    for table in tables:
        part = f"{table.cards.text('EXTNAME').lower()}_" if several else ""
        try:
            found.append(series_of(table, path, options, part))
        except LightledgerError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    for series in found:
        yield from series


def _light_curves(tables: Sequence[object], options: ImportOptions) -> int:
    from .columns import guess_columns

    n = 0
    for table in tables:
        try:
            guess_columns(table, options)  # type: ignore[arg-type]
        except LightledgerError:
            continue
        n += 1
    return n


def _sound_fits(path: Path) -> list[Hdu]:
    """The HDUs of a FITS file whose sizes are those that its headers claim; () of others.

    Raises
    ------
    LightledgerError
        Cut off, or larger than is read.
    """
    try:
        hdus = walk(path)
    except LightledgerError:
        return []  # not FITS: `read_tables` says what else it is not
    claimed = sum(BLOCK + hdu.n_bytes for hdu in hdus)
    if claimed > MAX_UNPACKED:
        raise LightledgerError(
            f"its headers claim {claimed / 1e9:.1f} GB; at most {MAX_UNPACKED / 1e9:.1f} are read"
        )
    for hdu in hdus:
        if 0 <= hdu.n_present < hdu.n_bytes:
            raise LightledgerError(
                f"cut off: {hdu.n_present} of {hdu.n_bytes} bytes of HDU {hdu.index} are there",
                advice="get it again",
            )
    if packing(path) and not any(hdu.n_bytes for hdu in hdus):
        raise LightledgerError("holds no data")
    return hdus
