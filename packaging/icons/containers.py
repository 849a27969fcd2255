"""Icons as macOS and Windows want them: all sizes in one file, each as PNG."""

from __future__ import annotations

import struct
from pathlib import Path

#: Type of an icon in an .icns file by its size in pixels (Apple's "icns" container).
_ICNS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}
_ICO = (16, 24, 32, 48, 64, 128, 256)


def icns(folder: Path) -> bytes:
    """The container of macOS, of ``lightledger-SIZE.png`` in a folder."""
    entries = b""
    for size, kind in _ICNS.items():
        png = _png(folder, size)
        entries += kind + struct.pack(">I", len(png) + 8) + png
    return b"icns" + struct.pack(">I", len(entries) + 8) + entries


def ico(folder: Path) -> bytes:
    """The container of Windows (since Vista it takes PNG), of the same files."""
    head = struct.pack("<HHH", 0, 1, len(_ICO))
    place = len(head) + 16 * len(_ICO)
    pngs = [_png(folder, size) for size in _ICO]
    for size, png in zip(_ICO, pngs, strict=True):
        # 256 is written as 0; one plane of 32 bits
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), place)
        place += len(png)
    return head + b"".join(pngs)


def _png(folder: Path, size: int) -> bytes:
    return (folder / f"lightledger-{size}.png").read_bytes()
