"""Whether a reference would come out as the one that is kept: a hash of what it is made from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from lightledger.domain import Measuring
from lightledger.frames.content import content_hash
from lightledger.frames.frame import Inventory

if TYPE_CHECKING:
    from .build import Choice

#: Changes whenever the same input gives another reference.
REFERENCE_VERSION = 1
#: Settings that decide a reference.
SETTINGS = (
    "detection_sigma",
    "detection_pixels",
    "mesh_px",
    "stack_visits",
    "kron_factor",
    "kron_minimum",
    "kron_cap",
)


def reference_key(inventory: Inventory, choice: Choice, measuring: Measuring) -> str:
    """SHA-256 (hex) of the files and settings that a reference is made from.

    Coadd, weight, segmentation and catalogue count by their bytes, the frames of a stack by name,
    size and time stamp. Targets do not count: they are appended to the objects.
    """
    others = [inventory.coadds[band] for band in sorted(inventory.coadds) if choice.coadd]
    files = (choice.coadd, choice.weight, choice.segmentation, choice.catalogue, *others)
    frames = [] if choice.coadd else inventory.sci(choice.band)
    parts = [
        REFERENCE_VERSION,
        choice.band,
        [content_hash(path) if path else "" for path in files],
        [getattr(measuring, name) for name in SETTINGS],
        [(frame.name, frame.size, frame.mtime_ns) for frame in frames],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
