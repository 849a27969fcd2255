"""``lightledger info``: what a store holds."""

from __future__ import annotations

import json

import typer

import lightledger
from lightledger.domain import counted

from .options import AsJson, Store


def add_to(app: typer.Typer) -> None:
    app.command("info")(info)


def info(
    store: Store,
    as_json: AsJson = False,
) -> int:
    """What a store holds: objects, visits, recipe, problems."""
    with lightledger.open(store) as field:
        facts = field.info()
    if as_json:
        print(json.dumps(facts, indent=1))
        return 0
    print(f"{store}: {counted(facts['objects'], 'object')}, {facts['file_bytes'] / 1e6:,.1f} MB")
    for band, entry in facts["bands"].items():
        print(
            f"  {band}: {counted(entry['visits'], 'visit')}, MJD {entry['first_mjd']:.5f} - "
            f"{entry['last_mjd']:.5f} (UTC), {entry['record_bytes']} bytes a light curve"
        )
        for name in entry["measurements"]:
            stars = entry["comparison"][name]
            some = f" ({', '.join(stars[:5])}{', ...' if len(stars) > 5 else ''})" if stars else ""
            print(f"    {name}: {len(stars)} comparison stars{some}")
    print(facts["recipe"].rstrip())
    if facts["problems"]:
        print(f"{counted(len(facts['problems']), 'problem or remark', 'problems and remarks')}:")
        for problem in facts["problems"]:
            where = f"{problem['file']}: " if problem["file"] else ""
            print(f"  {problem['severity']}: {where}{problem['what']}")
    return 0
