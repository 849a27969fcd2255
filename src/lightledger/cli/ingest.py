"""``lightledger ingest``: folders to a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightledger.domain import Control, LightledgerError, Recipe, Report, counted

from .options import AsJson
from .quality_table import summary
from .terminal import ProgressBars, cancel_on_interrupt, list_problems, say

if TYPE_CHECKING:
    from lightledger.ingest.cluster import ClusterSubmitter
    from lightledger.ingest.events import IngestReport
    from lightledger.ingest.plan import Plan


def add_to(app: typer.Typer) -> None:
    app.command("ingest")(ingest)


def ingest(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Folders of FITS frames of one field.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The store to write, OUT.h5.")],
    catalog: Annotated[
        str, typer.Option(help="Reference catalogue; default: the objects are detected.")
    ] = "",
    coadd: Annotated[
        str,
        typer.Option(help="Deep image to detect the objects on; default: a stack of the visits."),
    ] = "",
    template: Annotated[
        str, typer.Option(help="File-name template, or dark-field, spitzer, header.")
    ] = "",
    recipe: Annotated[
        str, typer.Option(help="Settings: a TOML file, or dark-field, apertures, everything.")
    ] = "",
    site: Annotated[
        str,
        typer.Option(
            help="Where the telescope stands: 'LON LAT HEIGHT' (degrees, east positive; m) or an "
            "observatory; for headers that do not say or are wrong."
        ),
    ] = "",
    target: Annotated[
        list[str] | None,
        typer.Option(help="An object to add: 'NAME=RA DEC', 'NAME=X,Y px' or a file of them."),
    ] = None,
    catalogues: Annotated[
        bool,
        typer.Option(
            "--catalogues",
            help="Read a catalogue of each visit, although there are images; catalogues alone "
            "are recognised.",
        ),
    ] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="Of catalogues: a measurement's columns 'sci-auto=FLUX_AUTO,FLUXERR_AUTO', a "
            "role 'id=NUMBER', a column by its name, 'NAME=' to leave out; may be repeated.",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(help="Threads; 0: all processors allowed.")] = 0,
    cluster: Annotated[
        str,
        typer.Option(help="Measure on a dask cluster: tcp://HOST:8786, or local:N processes."),
    ] = "",
    memory: Annotated[
        str, typer.Option(help="Memory for publishing; more is faster on slow disks.")
    ] = "1GiB",
    remeasure: Annotated[bool, typer.Option(help="Measure everything anew.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> int:
    """Measure every object in every visit, into one store.

    Goes on where it was interrupted, and adds new visits to a store that is there.
    """
    from lightledger.ingest.plan import make_plan
    from lightledger.ingest.presets import read_recipe
    from lightledger.ingest.request import IngestRequest, parse_size, parse_targets
    from lightledger.ingest.run import run

    if cluster:  # workers start in folders of their own
        folders, output = [folder.absolute() for folder in folders], output.absolute()
    settings = read_recipe(recipe) if recipe else None
    if site:
        settings = (settings or Recipe()).with_measuring(site=site)
    request = IngestRequest(
        tuple(folders),
        output,
        catalog,
        coadd,
        template,
        settings,
        workers,
        remeasure,
        tuple(one for text in target or () for one in parse_targets(text)),
        parse_size(memory),
        catalogues,
        tuple(mapping or ()),
    )
    with cancel_on_interrupt() as control, _submitter(cluster, workers) as submitter:
        with ProgressBars() as bars:
            plan = make_plan(request, control, bars)
        say(f"{_found(plan)}; objects from {plan.choice.in_words}")
        say(plan.disk_need().in_words)
        if dry_run:
            list_problems(plan.problems)
            facts = _plan_facts(plan)
            if plan.recipe.from_catalogues:
                facts["catalogues"] = _preview(plan, control)
            if as_json:
                print(json.dumps(facts, indent=1))
            return int(any(p.severity != "note" for p in plan.problems))
        with ProgressBars() as bars:
            if cluster:
                _require_fit(submitter, plan, control, bars)
            report = run(plan, submitter, control, bars)
    _tell(report)
    if as_json:
        print(json.dumps(report_facts(report), indent=1))
    return report.exit_code


def _submitter(cluster: str, workers: int) -> Any:
    """Threads of this process, or a cluster."""
    if cluster:
        from lightledger.ingest.cluster import ClusterSubmitter

        return ClusterSubmitter(cluster)
    from lightledger.ingest.submit import ThreadSubmitter

    return ThreadSubmitter(workers)


def _require_fit(submitter: ClusterSubmitter, plan: Plan, control: Control, report: Report) -> None:
    """Every worker is ready to measure, or the run does not begin."""
    if faults := submitter.check(plan, control, report):
        for fault in faults:
            say(f"  {fault}")
        raise LightledgerError("these workers cannot measure", advice="mend or stop them")


def _preview(plan: Plan, control: Control) -> dict[str, object]:
    """What of catalogues would be read and matched, said and as JSON-able data."""
    from lightledger.frames.visitcolumns import ColumnMap
    from lightledger.ingest.cataloguepreview import preview

    settings = plan.recipe.catalogues
    mapping = plan.mapping or ColumnMap().edited(settings.columns)
    seen = preview(plan.inventory, mapping, settings, plan.choice.catalogue, control=control)
    for line in seen.in_words:
        say(line)
    list_problems(seen.reference.problems)
    return seen.as_dict()


def _found(plan: Plan) -> str:
    inventory = plan.inventory
    visits = ", ".join(f"{counted(n, 'visit')} in {band}" for band, n in plan.visits.items())
    return (
        f"{counted(inventory.n_files, 'file')}: {inventory.n_used} used, "
        f"{len(inventory.left_out)} left out, {inventory.n_refused} refused; "
        f"{visits}, {len(plan.todo)} to measure"
    )


def _plan_facts(plan: Plan) -> dict[str, object]:
    inventory, need = plan.inventory, plan.disk_need()
    return {
        "files_found": inventory.n_files,
        "files_used": inventory.n_used,
        "files_left_out": len(inventory.left_out),
        "files_refused": inventory.n_refused,
        "template": inventory.template,
        "visits": plan.visits,
        "to_measure": len(plan.todo),
        "reference": plan.choice.in_words,
        "left_out": [{"file": f.name, "reason": f.reason} for f in inventory.left_out],
        "disk": {
            "needed": need.need_bytes,
            "staging": need.staging_bytes,
            "store": need.store_bytes,
            "free": need.free_bytes,
            "objects": need.n_object,
            "objects_known": need.known,
        },
        "problems": [p.as_dict() for p in plan.problems],
    }


def report_facts(report: IngestReport) -> dict[str, object]:
    """The report as JSON-able data."""
    facts = dict(vars(report))
    facts["store"] = str(report.store)
    facts["problems"] = [p.as_dict() for p in report.problems]
    facts["quality"] = report.quality.as_dict() if report.quality else None
    facts["exit_code"] = report.exit_code
    return facts


def _tell(report: IngestReport) -> None:
    visits = ", ".join(f"{counted(n, 'visit')} in {band}" for band, n in report.visits.items())
    if report.up_to_date:
        say(f"{report.store}: nothing new; it holds {counted(report.n_object, 'object')}, {visits}")
    else:
        say(f"{report.store}: {counted(report.n_object, 'object')}, {visits}")
        say(
            f"points: {report.n_points:,} = {report.n_measured:,} measured + "
            f"{report.n_flagged:,} flagged or missing"
        )
        for line in summary(report.quality) if report.quality else ():
            say(line)
    if rows := report.catalogue_rows:
        say(
            f"rows of catalogues: {rows['rows']:,} = {rows['matched']:,} matched + "
            f"{rows['unmatched']:,} unmatched + {rows['duplicate']:,} duplicates; "
            f"{rows['ambiguous']:,} ambiguous"
        )
    if report.pending:
        say(f"{report.store}.next: the new store waits until the old one is closed")
    if report.problems:
        say(f"{counted(len(report.problems), 'remark or problem', 'remarks and problems')}:")
        list_problems(report.problems)
