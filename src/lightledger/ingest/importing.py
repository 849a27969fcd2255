"""A store from what was exported of one: the same records, everything derived computed anew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lightledger.domain import Control, LightledgerError, Problem, Recipe, Report, silent
from lightledger.store.content import carried_over
from lightledger.store.publish import PublishReport, publish
from lightledger.store.staging import Staging

from .parquet_past import ParquetPast
from .reduce import Reduction


def import_parquet(
    source: Path, output: Path, control: Control | None = None, report: Report = silent
) -> PublishReport:
    """Publish the light curves of a Parquet file as a store.

    Values, errors, flags, visits, objects, recipe and attributes are those of the store that was
    exported; zero points and statistics are computed anew. Rejections by hand, which the flags of
    an export carry, are not part of a record and stay out.

    Parameters
    ----------
    source : Path
        Of ``lightledger export``, unfiltered.
    output : Path
        Must not exist.

    Raises
    ------
    LightledgerError
        ``output`` exists; ``source`` is not such a file; too little disk.
    Cancelled
        Nothing is left behind.
    """
    if output.exists():
        raise LightledgerError("exists already", output, "choose another output")
    with ParquetPast(source) as past, nobody_elses(output):
        attributes = past.facts["attributes"]
        recipe = Recipe.from_toml(str(attributes.get("recipe", "")), source)
        published = publish(
            output,
            staged=[],
            previous=past,
            objects=past.objects,
            object_units=past.facts["object_units"],
            recipe=recipe,
            problems=[*past.problems(), *_other_kernels(attributes, recipe)],
            band_original=past.band_original,
            extra_attributes=carried_over(attributes),
            reference=past.reference(),
            reduce=Reduction(
                past.objects,
                recipe,
                past.attributes,
                fwhm_px=float(attributes.get("reference_fwhm_px", math.nan)),
                targets=recipe.presenting.target,
            ),
            control=control,
            report=report,
        )
    return published


def _other_kernels(attributes: Mapping[str, object], recipe: Recipe) -> list[Problem]:
    """A note where the same recipe gives other numbers now than when these were measured."""
    if attributes.get("measuring_hash") == recipe.measuring_hash:
        return []
    return [
        Problem(
            "these light curves were measured by another version of the program",
            advice="measure anew rather than add visits: values might differ by a little",
            severity="note",
        )
    ]


@contextmanager
def nobody_elses(output: Path) -> Iterator[None]:
    """Hold the lock of an output that no ingest is making; its staging is removed afterwards.

    Raises
    ------
    LightledgerError
        An ingest into it is unfinished, or another process holds it.
    """
    with Staging.open(output) as staging:
        if staging.recipe is not None or staging.staged(deep=False):
            raise LightledgerError(
                "an ingest into this store is unfinished", output, "choose another output"
            )
        try:
            yield
        finally:
            staging.remove()
