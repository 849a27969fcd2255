"""The end of an ingest: counts that add up, and what is worth looking at."""

from __future__ import annotations

import numpy as np

from lightledger.analysis.excess import is_variable, well_measured
from lightledger.analysis.suggest import suggest
from lightledger.domain import Problem, Recipe, parse_measurement
from lightledger.store.reader import StoreReader

from .events import IngestReport
from .plan import Plan

#: Most variable objects named in the report.
NAMED = 5


def make_report(
    plan: Plan,
    problems: tuple[Problem, ...],
    *,
    visits_measured: int = 0,
    up_to_date: bool = False,
    pending: bool = False,
) -> IngestReport:
    """Count what the published store holds."""
    inventory = plan.inventory
    with StoreReader(plan.request.output) as store:
        visits = {band: int(store.visits(band)["visit"].size) for band in store.bands}
        n_points = n_measured = 0
        for name in store.measurements():
            n_points += store.n_object * visits[parse_measurement(name).band]
            n_measured += int(store.statistics(name, corrected=False)["n_good"].sum())
        recipe = Recipe.from_toml(store.recipe_text)
        targets = recipe.presenting.target
        return IngestReport(
            store=plan.request.output,
            n_object=store.n_object,
            visits=visits,
            files_found=inventory.n_files,
            files_used=inventory.n_used,
            files_left_out=len(inventory.left_out),
            files_refused=inventory.n_refused,
            n_points=n_points,
            n_measured=n_measured,
            n_flagged=n_points - n_measured,
            visits_measured=visits_measured,
            problems=problems,
            suggested={},
            most_variable=(),
            target=targets[0] if targets else "",
            up_to_date=up_to_date,
            pending=pending,
        )
