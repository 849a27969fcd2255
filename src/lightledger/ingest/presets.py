"""Ready-made recipes, named in place of a file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from lightledger.domain import LightledgerError, Recipe


def presets() -> dict[str, Path]:
    """Name of each ready-made recipe to its file."""
    package = Path(str(files("lightledger")))
    # Installed for editing, resources are where they are kept, beside the sources.
    for folder in (package / "resources", package.parents[1] / "resources"):
        if (folder / "presets").is_dir():
            return {path.stem: path for path in sorted((folder / "presets").glob("*.toml"))}
    return {}


def read_recipe(name: str) -> Recipe:
    """A recipe from a file, or a ready-made one by its name.

    Raises
    ------
    LightledgerError
        There is no such file or name, or it is no recipe.
    """
    path, known = Path(name), presets()
    if not path.exists() and name in known:
        path = known[name]
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        advice = f"ready-made ones are {', '.join(known)}" if not path.exists() and known else ""
        raise LightledgerError(f"cannot be read ({error})", path, advice) from None
    return Recipe.from_toml(text, path)
