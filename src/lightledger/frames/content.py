"""The bytes of a file: their hash, and a cheap fingerprint to find copies."""

from __future__ import annotations

import hashlib
from pathlib import Path

_CHUNK = 1 << 20
_SAMPLE = 4096


def content_hash(path: str | Path) -> str:
    """SHA-256 (hex) of the bytes of a file."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fingerprint(path: str | Path, size: int) -> str:
    """Hash of a file's size and of samples of its bytes.

    Copies always share it; other files hardly ever do, so only files that share it need be read
    whole (a deep field is hundreds of gigabytes).
    """
    digest = hashlib.sha256(str(size).encode())
    with Path(path).open("rb") as file:
        for part in range(5):
            file.seek(max(0, (size - _SAMPLE) * part // 4))
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def copies(files: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Files whose content stands under an earlier name too.

    Parameters
    ----------
    files : dict of str to (str, int)
        Name to path and size, in the order in which names are preferred.

    Returns
    -------
    dict of str to str
        Name of a copy to the name that is kept.
    """
    by_size: dict[int, list[str]] = {}
    for name, (_, size) in files.items():
        by_size.setdefault(size, []).append(name)
    kept: dict[str, str] = {}
    for size, names in by_size.items():
        if len(names) == 1:
            continue
        alike: dict[str, list[str]] = {}
        for name in names:
            alike.setdefault(fingerprint(files[name][0], size), []).append(name)
        for group in alike.values():
            if len(group) == 1:
                continue
            first: dict[str, str] = {}
            for name in group:
                known = first.setdefault(content_hash(files[name][0]), name)
                if known != name:
                    kept[name] = known
    return kept
