"""What earlier runs left of an output: its recipe, its visits, and whether frames changed since."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from lightledger.domain import Catalogues, LightledgerError, Measuring, Recipe
from lightledger.frames.content import has_hash
from lightledger.frames.frame import Frame
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .task import stamp_of

#: (band, visit)
Key = tuple[str, str]


def key_of(frame: Frame) -> Key:
    return frame.band, frame.visit


def check_output(output: Path) -> None:
    """Refuse an output that cannot be written, or that is something else.

    Raises
    ------
    LightledgerError
    """
    if output.is_dir():
        raise LightledgerError("is a folder", output, "name a file, such as field.h5")
    folder = output.resolve().parent
    if not folder.is_dir():
        raise LightledgerError("there is no such folder", folder, "create it first")
    if not os.access(folder, os.W_OK):
        raise LightledgerError("the folder is not writable", folder, "choose another output")
    if output.exists():
        StoreReader(output).close()


def recipe_before(output: Path) -> Recipe | None:
    """The recipe of earlier work on the same output.

    Raises
    ------
    LightledgerError
        A run with --remeasure was not finished: its visits must not mix with the store's.
    """
    staged, published = Staging.recipe_of(output), None
    if output.exists():
        with StoreReader(output) as store:
            published = Recipe.from_toml(store.recipe_text, output)
    if staged and published and staged.measuring_hash != published.measuring_hash:
        raise LightledgerError(
            f"measuring anew was not finished ({'; '.join(staged.differences(published))})",
            output,
            "run with --remeasure and the same settings, or delete the folder beside it that ends "
            "in .staging to keep the store as it is",
        )
    return staged or published


def merged(asked: Recipe, before: Recipe | None) -> Recipe:
    """What was used before, unless something else is asked for.

    Raises
    ------
    LightledgerError
        When a measuring setting is asked for that differs from the one used before.
    """
    if before is None:
        return asked
    plain = Measuring()
    for name, value in vars(asked.measuring).items():
        used = getattr(before.measuring, name)
        if value not in (getattr(plain, name), used):
            raise LightledgerError(
                f"the store was measured with {name} = {used!r} and {value!r} is asked for",
                advice="keep the old setting, choose another output, or measure everything anew "
                "with --remeasure",
            )
    _require_same_catalogues(asked.catalogues, before)
    presenting = asked.presenting if asked.presenting != Recipe().presenting else before.presenting
    return replace(before, presenting=presenting)


def _require_same_catalogues(asked: Catalogues, before: Recipe) -> None:
    """Refuse settings of catalogues that differ from those used before."""
    used, plain = before.catalogues, Catalogues()
    if asked == plain:
        return
    same = before.from_catalogues and set(asked.columns) <= set(used.columns)
    for name in ("match", "tolerance", "seen_share"):
        same &= getattr(asked, name) in (getattr(plain, name), getattr(used, name))
    if not same:
        what = "with other [catalogues] settings" if before.from_catalogues else "on images"
        raise LightledgerError(
            f"the store was made {what}",
            advice="keep the old settings, choose another output, or start afresh with --remeasure",
        )


def published_in(output: Path) -> tuple[dict[Key, tuple[str, str, str]], int]:
    """Frames, stamps and hashes of every visit in the store, and its number of objects."""
    found: dict[Key, tuple[str, str, str]] = {}
    with StoreReader(output) as store:
        for band in store.bands:
            table = store.visits(band)
            cells = zip(
                table["visit"], table["frames"], table["stamps"], table["hashes"], strict=True
            )
            for visit, frames, stamps, hashes in cells:
                found[band, str(visit)] = (str(frames), str(stamps), str(hashes))
        return found, store.n_object


def changed(frame: Frame, known: tuple[str, str, str]) -> bool:
    """Whether a frame's content differs from what was measured: by stamp, else by hash."""
    _, stamps, hashes = (text.split(" | ")[0] for text in known)
    return stamps != stamp_of(frame) and not _has(frame.path, frame.size, frame.mtime_ns, hashes)


@lru_cache(maxsize=4)
def _has(path: str, size: int, mtime_ns: int, known: str) -> bool:
    """Whether a file has a hash; thousands of visits may be in one file."""
    return has_hash(path, known)


def unchanged_staged(frame: Frame, row: dict[str, object]) -> bool:
    """Whether a staged visit is still what its frame holds."""
    known = tuple(str(row.get(name, "")) for name in ("frames", "stamps", "hashes"))
    return not changed(frame, (known[0], known[1], known[2]))
