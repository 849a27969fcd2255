"""The staging folder: finished visits waiting to be published, under one owner.

``OUT.h5.staging/`` holds ``lock``, ``recipe.toml``, ``reference/`` (what was frozen at the first
ingest) and ``visits/`` (one staged file per visit and band).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Any, Self

from lightledger.domain import LightledgerError, Recipe, clean_band

from .diskio import speaking, sync_folder, write_whole
from .identify import refuse_foreign
from .layout import beside
from .lock import FileLock, Held
from .staged import StagedDamage, StagedVisit, read_staged

SUFFIX = ".staging"
_TRASH_SUFFIX = ".staging.removed"
_VISIT_SUFFIX = ".visit"


def staging_folder(target: Path) -> Path:
    """Where the staging of ``target`` is: ``OUT.h5.staging`` beside it."""
    return beside(Path(target), SUFFIX)


class Staging:
    """The staging folder of one target, held by this process until it is closed.

    Use `Staging.open`; a context manager.

    Attributes
    ----------
    target, folder, reference_folder : Path
    removed : list of str
        Half files and files that failed their checksum, removed by `staged`.
    """

    def __init__(self, target: Path, folder: Path, lock: FileLock) -> None:
        self.target = target
        self.folder = folder
        self.reference_folder = folder / "reference"
        self.removed: list[str] = []
        self._visits = folder / "visits"
        self._lock = lock

    @classmethod
    def open(cls, target: Path | str) -> Self:
        """Make or take over the staging of ``target``.

        Raises
        ------
        LightledgerError
            The target exists and is not a store; its folder does not exist or cannot be
            written; another ingest is writing it.
        """
        target = Path(target).absolute()
        refuse_foreign(target)
        folder = staging_folder(target)
        if not target.parent.is_dir():
            raise LightledgerError(
                "the folder of the store does not exist", target.parent, "create it first"
            )
        with speaking(target.parent):
            folder.mkdir(exist_ok=True)
            try:
                lock = FileLock(folder / "lock")
            except Held as held:
                raise LightledgerError(
                    "this store is being written by another ingest",
                    target,
                    held.advice or "wait until it has finished, or choose another output",
                ) from None
            staging = cls(target, folder, lock)
            try:
                staging._visits.mkdir(exist_ok=True)
                staging.reference_folder.mkdir(exist_ok=True)
                for half in folder.rglob("*.part"):
                    half.unlink()
                shutil.rmtree(beside(target, _TRASH_SUFFIX), ignore_errors=True)
            except OSError:
                lock.release()
                raise
        return staging

    create = open

    @staticmethod
    def recipe_of(target: Path | str) -> Recipe | None:
        """The recipe of a staging that may belong to another process; None without one."""
        return _read_recipe(staging_folder(Path(target).absolute()))

    @staticmethod
    def count(target: Path | str) -> int:
        """Visits in a staging that may belong to another process, by their names alone."""
        folder = staging_folder(Path(target).absolute()) / "visits"
        return sum(1 for _ in folder.glob(f"*{_VISIT_SUFFIX}"))

    @property
    def recipe(self) -> Recipe | None:
        """The recipe that the staged visits were measured by; None before `set_recipe`."""
        return _read_recipe(self.folder)

    def set_recipe(self, recipe: Recipe) -> None:
        path = self.folder / "recipe.toml"
        with speaking(path):
            write_whole(path, [recipe.to_toml().encode()])

    def put_file(self, name: str, content: Any) -> Path:
        """Freeze a file of the reference, whole or not at all; returns its path.

        Parameters
        ----------
        name : str
            A plain file name.
        content : bytes or contiguous buffer
        """
        if not re.fullmatch(r"[A-Za-z0-9_+][A-Za-z0-9_+.-]*", name) or name.endswith(".part"):
            raise ValueError(f"{name!r} is not a plain file name")
        path = self.reference_folder / name
        with speaking(path):
            write_whole(path, [content] if len(content) else [])
        return path

    def path_of(self, band: str, visit: str) -> Path:
        """The staged file of a visit and band; never outside the folder, never shared.

        The visit's name is only a help for a person who looks; a hash of both tells them apart
        (also where a file system folds case).

        Raises
        ------
        ValueError
            When ``band`` is not a cleaned band name.
        """
        if clean_band(band) != band:
            raise ValueError(f"{band!r} is not a cleaned band name")
        key = f"{band}\0{visit}".encode("utf-8", "surrogatepass")
        label = re.sub(r"[^A-Za-z0-9+]+", "_", visit)[:60].strip("_")
        name = f"{band}~{label}~{hashlib.sha256(key).hexdigest()[:16]}{_VISIT_SUFFIX}"
        return self._visits / name

    def staged(self, *, deep: bool = True) -> dict[tuple[str, str], StagedVisit]:
        """Finished visits by (band, visit), in the order of their file names.

        Half files and damaged ones are removed (and named in `removed`), so that those visits
        are measured again.

        Parameters
        ----------
        deep : bool
            Read everything and check every checksum; else only sizes and headers.
        """
        found: dict[tuple[str, str], StagedVisit] = {}
        for path in sorted(self._visits.iterdir()):
            try:
                if path.suffix != _VISIT_SUFFIX:
                    raise StagedDamage("not a staged visit", path)
                visit = read_staged(path)
                if self.path_of(visit.band, visit.visit) != path:
                    raise visit.damage("it stands under another visit's name")
                if deep:
                    visit.check()
            except (StagedDamage, ValueError) as damage:
                self.removed.append(str(damage))
                with contextlib.suppress(OSError):
                    path.unlink()
                continue
            found[visit.band, visit.visit] = visit
        return found

    def clear(self) -> None:
        """Forget everything staged (visits, recipe, reference), keeping the lock."""
        for path in sorted(self.folder.iterdir()):
            if path.name in ("lock", "lock.owner"):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        self._visits.mkdir()
        self.reference_folder.mkdir()

    def remove(self) -> None:
        """Delete the folder (after its visits are published) and let go of the lock."""
        if os.name == "nt":  # pragma: no cover - a folder with an open file cannot be renamed
            self.close()
        trash = beside(self.target, _TRASH_SUFFIX)
        shutil.rmtree(trash, ignore_errors=True)
        with speaking(self.folder):
            self.folder.replace(trash)  # one step: a kill never leaves half a staging
            sync_folder(trash.parent)
        shutil.rmtree(trash, ignore_errors=True)
        self.close()

    def close(self) -> None:
        """Let go of the lock; what is staged stays."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _read_recipe(folder: Path) -> Recipe | None:
    path = folder / "recipe.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Recipe.from_toml(text, path)
