"""The disk that an ingest needs, known before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lightledger.store.room import free_bytes, need_room, size_in_words

#: Bytes of a point, of an object's place in a visit, and what tables add to a store at most.
_POINT, _PLACE, _TABLES = 10, 12, 1.06
#: Methods where the radii are not known yet.
_USUAL_METHODS = 4
#: Planes of the reference that are kept, bytes of their pixels together.
_REFERENCE_PIXEL = 20


@dataclass(frozen=True)
class DiskNeed:
    """What will be written beside what is there: an old store stays until it is replaced.

    Attributes
    ----------
    n_object : int
        Objects that this is for.
    staging_bytes, store_bytes : int
        Of the visits still to be measured, and of the new store; both keep the reference.
    free_bytes : int
    folder : Path
    known : bool
        Whether the number of objects is known; else this is for each 1,000 of them.
    """

    n_object: int
    staging_bytes: int
    store_bytes: int
    free_bytes: int
    folder: Path
    known: bool = True

    @property
    def need_bytes(self) -> int:
        return self.staging_bytes + self.store_bytes

    @property
    def enough(self) -> bool:
        return self.need_bytes <= self.free_bytes

    @property
    def in_words(self) -> str:
        """One line."""
        parts = (
            f"{size_in_words(self.staging_bytes)} for measured visits, "
            f"{size_in_words(self.store_bytes)} for the store"
        )
        each = "" if self.known else "for each 1,000 objects "
        return (
            f"disk: {each}{size_in_words(self.need_bytes)} needed ({parts}), "
            f"{size_in_words(self.free_bytes)} free"
        )

    def require(self) -> None:
        """Refuse to start what the disk cannot hold.

        Raises
        ------
        LightledgerError
        """
        need_room(self.folder, self.need_bytes)


def disk_need(
    folder: Path,
    n_object: int,
    visits: Mapping[str, int],
    n_measure: int,
    n_method: int,
    n_pixel: int = 0,
) -> DiskNeed:
    """What measuring ``n_measure`` visits into a store of ``visits`` (by band) needs.

    ``n_object`` and ``n_method`` are 0 where they are not known yet; ``n_pixel`` are those of a
    frame, 0 for catalogues.
    """
    objects = n_object or 1000
    reference = _REFERENCE_PIXEL * n_pixel
    visit = objects * (_POINT * (n_method or _USUAL_METHODS) + _PLACE)
    return DiskNeed(
        objects,
        n_measure * visit + reference,
        int(_TABLES * sum(visits.values()) * visit) + reference,
        free_bytes(folder),
        folder,
        known=n_object > 0,
    )
