"""The end of an ingest: counts that add up, and what is worth looking at."""

from __future__ import annotations

import numpy as np

from lightledger.analysis.excess import is_variable, well_measured
from lightledger.analysis.suggest import agree, scores
from lightledger.domain import Problem, Recipe, parse_measurement
from lightledger.store.reader import StoreReader

from .events import IngestReport
from .plan import Plan, key_of

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
    n_late = _refused_when_measured(plan, problems)
    with StoreReader(plan.request.output) as store:
        visits = {band: store.n_visit(band) for band in store.bands}
        n_points = n_measured = 0
        for name in store.measurements():
            n_points += store.n_object * visits[parse_measurement(name).band]
            n_measured += int(store.statistics(name, corrected=False)["n_good"].sum())
        recipe = Recipe.from_toml(store.recipe_text)
        targets = recipe.presenting.target
        suggested = agree({band: _scores(store, band) for band in store.bands})
        return IngestReport(
            store=plan.request.output,
            n_object=store.n_object,
            visits=visits,
            files_found=inventory.n_files,
            files_used=inventory.n_used - n_late,
            files_left_out=len(inventory.left_out),
            files_refused=inventory.n_refused + n_late,
            n_points=n_points,
            n_measured=n_measured,
            n_flagged=n_points - n_measured,
            visits_measured=visits_measured,
            problems=problems,
            suggested=suggested,
            most_variable=_most_variable(store, next(iter(suggested.values()), "")),
            target=targets[0] if targets else "",
            up_to_date=up_to_date,
            pending=pending,
        )


def _blended(store: StoreReader) -> np.ndarray:
    return np.asarray(store.objects["blended"]) != 0


def _scores(store: StoreReader, band: str) -> dict[str, float]:
    tables = {m: store.statistics(m, corrected=True) for m in store.measurements(band)}
    return scores(tables, store.n_visit(band), _blended(store))


def _most_variable(store: StoreReader, measurement: str) -> tuple[tuple[str, float], ...]:
    """Ids and excess of the most variable objects, the well measured ones alone."""
    if not measurement:
        return ()
    stats = dict(store.statistics(measurement, corrected=True))
    n_visit = store.n_visit(parse_measurement(measurement).band)
    (rows,) = np.nonzero(is_variable(stats, well_measured(stats, n_visit, _blended(store))))
    order = rows[np.argsort(-stats["excess"][rows], kind="stable")][:NAMED]
    return tuple((str(store.object_ids[i]), float(stats["excess"][i])) for i in order)


def _refused_when_measured(plan: Plan, problems: tuple[Problem, ...]) -> int:
    """Files of visits that the scan took and the measuring refused."""
    frames = plan.inventory.frames
    refused = {(p.band, p.file) for p in problems if p.severity == "refused"}
    visits = {key_of(f) for f in frames if f.kind == "sci" and (f.band, f.name) in refused}
    return len({f.name for f in frames if key_of(f) in visits})
