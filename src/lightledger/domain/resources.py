"""Files that are shipped with the program."""

from __future__ import annotations

from pathlib import Path


def resource(name: str) -> Path:
    """A shipped file: inside the package, or beside the sources when installed for editing.

    Raises
    ------
    FileNotFoundError
    """
    package = Path(__file__).parents[1]
    for folder in (package / "resources", package.parents[1] / "resources"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(name)
