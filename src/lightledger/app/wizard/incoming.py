"""What comes into the wizard from outside: dropped folders and files, loaded recipes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lightledger.domain import Recipe

from .asking import sort_out
from .recipe_file import load_recipe

if TYPE_CHECKING:
    from .dialog import IngestWizard


class Incoming:
    """Hands things to the pages they belong to."""

    def __init__(self, wizard: IngestWizard) -> None:
        self._w = wizard

    def take_paths(self, paths: list[Path]) -> None:
        """Folders are added to the frames; a table or an image becomes the reference."""
        w = self._w
        folders, tables = sort_out(paths)
        recipe = next((p for p in paths if p.suffix.lower() == ".toml" and p.is_file()), None)
        if w.over:
            w.tell("Open or close this one first, then drop the next folder")
        elif recipe is not None:
            self.load_recipe(recipe)
        elif folders:
            w.files.add_folders(folders)
            w.show_files()
        elif tables:
            (w.reference if w.of_images else w.columns).take(tables[0])
            w.show_second()
        else:
            w.tell("Drop a folder of frames, a coadd, a catalogue or a recipe")

    def load_recipe(self, path: Path) -> None:
        """Read a recipe in a worker; all pages show it then."""
        self._w.jobs.run(
            load_recipe, path, done=self._take, channel="recipe",
            failed=lambda error: self._w.tell(str(error)),
        )  # fmt: skip

    def _take(self, recipe: Recipe) -> None:
        w = self._w
        before = w.choices.measuring.template, w.choices.catalogues.columns
        w.choices.take_recipe(recipe)
        w.reference.show_choices()
        w.measure.show_recipe()
        if before != (recipe.measuring.template, recipe.catalogues.columns):
            w.choices.read_catalogues = recipe.from_catalogues
            w.files.template.show_template(recipe.measuring.template)
            w.files.scan()
            w.show_files()
        w.show_state()
        w.tell("The recipe is loaded: all pages show it", "muted")
