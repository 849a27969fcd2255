"""Recipes in and out of the wizard: a file, or the one that a store was made with."""

from __future__ import annotations

from pathlib import Path

from lightledger.domain import LightledgerError, Recipe

FILTER = "Recipes (*.toml);;Stores (*.h5);;All files (*)"


def load_recipe(path: Path) -> Recipe:
    """A recipe from a file or a store; for a worker.

    Raises
    ------
    LightledgerError
        It is neither, or cannot be read.
    """
    from lightledger.ingest.presets import read_recipe
    from lightledger.store.reader import StoreReader

    if path.suffix.lower() == ".h5":
        with StoreReader(path) as store:
            return Recipe.from_toml(store.recipe_text, path)
    return read_recipe(str(path))


def save_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe whole, or leave what was there.

    Raises
    ------
    LightledgerError
        It cannot be written there.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(recipe.to_toml(), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LightledgerError(f"cannot be written ({error.strerror})", path) from None
