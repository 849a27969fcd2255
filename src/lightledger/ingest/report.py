"""The end of an ingest: counts that add up, and what is worth looking at."""

from __future__ import annotations

from collections import Counter

from lightledger.analysis.quality import assess
from lightledger.domain import Problem, Recipe
from lightledger.store.reader import StoreReader

from .earlier import key_of
from .events import IngestReport
from .plan import Plan


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
        recipe = Recipe.from_toml(store.recipe_text)
        targets = recipe.presenting.target
        quality = assess(store, recipe)
        return IngestReport(
            store=plan.request.output,
            n_object=store.n_object,
            visits=visits,
            files_found=inventory.n_files,
            files_used=inventory.n_used - n_late,
            files_left_out=len(inventory.left_out),
            files_refused=inventory.n_refused + n_late,
            n_points=quality.n_points,
            n_measured=quality.n_measured,
            n_flagged=quality.n_flagged,
            visits_measured=visits_measured,
            problems=problems,
            suggested=quality.suggested,
            quality=quality,
            target=targets[0] if targets else "",
            up_to_date=up_to_date,
            pending=pending,
            catalogue_rows=_rows(store),
        )


def _rows(store: StoreReader) -> dict[str, int]:
    """Rows of the visits' catalogues by their fate; {} for images."""
    total: Counter[str] = Counter()
    for band in store.bands:
        for cell in store.visits(band)["catalogue_rows"]:
            words = str(cell).split()
            total.update({k: int(n) for k, n in zip(words[::2], words[1::2], strict=True)})
    return dict(total)


def _refused_when_measured(plan: Plan, problems: tuple[Problem, ...]) -> int:
    """Files of visits that the scan took and the measuring refused."""
    frames = plan.inventory.frames
    refused = {(p.band, p.file) for p in problems if p.severity == "refused"}
    visits = {key_of(f) for f in frames if f.kind == "sci" and (f.band, f.name) in refused}
    gone = {f.path for f in frames if key_of(f) in visits}
    # a table of many visits is used as long as one of them is
    return len(gone - {f.path for f in frames if key_of(f) not in visits})
