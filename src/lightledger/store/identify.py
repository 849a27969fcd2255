"""Is this file a store of ours, and of a version we can read?"""

from __future__ import annotations

from pathlib import Path

from lightledger.domain import LightledgerError

from .layout import FORMAT, VERSION, Scalar, Tree
from .structure import Structure


def root_attributes(structure: Tree) -> dict[str, Scalar]:
    """Attributes of the file, once it is sure to be a store that this version reads.

    Raises
    ------
    LightledgerError
        Another kind of HDF5 file, or a store of another version.
    """
    if not structure.exists("/bands"):
        raise LightledgerError("an HDF5 file, but not a lightledger store", structure.path)
    root = structure.attributes("/")
    version = root.get("version")
    if root.get("format") != FORMAT or not isinstance(version, int):
        raise LightledgerError("an HDF5 file, but not a lightledger store", structure.path)
    if version != VERSION:
        newer = version > VERSION
        raise LightledgerError(
            f"a store of format version {version}; this program reads version {VERSION}",
            structure.path,
            "update lightledger" if newer else "",
        )
    return root


def refuse_foreign(target: Path) -> None:
    """Refuse to write over anything that is not a store.

    Raises
    ------
    LightledgerError
        ``target`` exists and is a folder, another file, or a store of another version.
    """
    if not target.exists() and not target.is_symlink():
        return
    try:
        with Structure(target) as structure:
            root_attributes(structure)
    except LightledgerError as error:
        advice = error.advice if "salvage" in error.advice else "choose another output file"
        raise LightledgerError(f"will not be overwritten: {error.what}", target, advice) from None
