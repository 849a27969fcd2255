"""The first bytes of an HDF5 file, read by ourselves: cheap refusals before the library looks."""

from __future__ import annotations

import struct

from lightledger.domain import LightledgerError

SIGNATURE = b"\x89HDF\r\n\x1a\n"
#: Signature, version, size of offsets, size of lengths, flags, base, extension, end of file.
_BLOCK = struct.Struct("<8sBBBBQQQ")
SIZE = _BLOCK.size


class CutOff(LightledgerError):
    """The file ends before it should."""


def check_superblock(head: bytes, file_size: int, path: object, *, cut_off: bool = False) -> int:
    """Refuse what cannot be a whole store.

    Parameters
    ----------
    head : bytes
        The first `SIZE` bytes (fewer when the file is shorter).
    file_size : int
    path : object
        For the message.
    cut_off : bool
        Whether a file that lost its end will do.

    Returns
    -------
    int
        Where the whole file ends.

    Raises
    ------
    LightledgerError
        Not HDF5 (or with a user block in front), another kind of HDF5 file, cut off.
    """
    if not head.startswith(SIGNATURE):
        what = "the file is empty" if file_size == 0 else "not a lightledger store"
        raise LightledgerError(what, path, "a store is a file made by 'lightledger ingest'")
    if len(head) < SIZE:
        raise CutOff("the store is cut off after its first bytes", path)
    _, version, offsets, lengths, _flags, base, _extension, end = _BLOCK.unpack(head[:SIZE])
    if version not in (2, 3) or offsets != 8 or lengths != 8 or base != 0:
        raise LightledgerError("an HDF5 file, but not a lightledger store", path)
    if end > file_size and not cut_off:
        raise CutOff(
            f"the store is cut off: {file_size} of {end} bytes are there",
            path,
            "copy it again from where it came, or save what is there with 'lightledger salvage'",
        )
    return int(end)
