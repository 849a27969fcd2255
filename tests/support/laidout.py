"""A store of full size, laid out and never written: 24 GB of holes."""

from __future__ import annotations

from pathlib import Path

import pytest
import storefield

from lightledger.domain import Recipe
from lightledger.store import blueprint
from lightledger.store.checksums import TableWriter
from lightledger.store.diskio import PositionedFile
from lightledger.store.skeleton import lay_out
from lightledger.store.staged import StagedVisit

N_OBJECT, N_VISIT = 50_000, 1_200
METHODS = tuple(f"sci-aper_r{r}" for r in range(1, 21))


class Many(storefield.Plain):
    """As many statistics as a store has."""

    statistic_columns = tuple((f"s{i}", "<f8", "") for i in range(20))


def full_plan() -> blueprint.Blueprint:
    """50,000 objects x 1,200 visits x 40 measurements."""
    visits = [
        StagedVisit(
            path=Path("nowhere"),
            band=band,
            visit=f"gr{index:04d}",
            row=storefield.row(band, index),
            measurements=METHODS,
            planes=(),
            n_object=N_OBJECT,
            recipe_hash="",
            crc=(),
            start=0,
        )
        for band in storefield.BANDS
        for index in range(N_VISIT)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blueprint, "read_staged", lambda visit: visit)
        return blueprint.draw(
            blueprint.Ingredients(
                staged=visits,  # type: ignore[arg-type]
                objects=storefield.objects(N_OBJECT),
                object_units={},
                recipe=Recipe(),
                problems=[],
                band_original={},
                extra_attributes={},
                reference={},
                reduce=Many(),
                damage="keep",
            ),
            None,
        )


def lay_out_full(plan: blueprint.Blueprint, path: Path) -> None:
    """The file, with all that is known before a light curve is written, and its checksums."""
    offsets = lay_out(path, plan.datasets, plan.attributes)
    with PositionedFile(path, "r+b") as file:
        table = TableWriter(file, plan.datasets, offsets)
        for name, array in plan.tables.items():
            table.put(name, array)
        table.seal()
