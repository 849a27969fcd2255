"""``lightledger doctor``: is everything here that the program needs?"""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor() -> int:
    """Check the installation part by part, and say how to get what is missing."""
    from lightledger.installation.checks import as_text, is_whole, run_checks

    checks = []
    for check in run_checks():
        checks.append(check)
        print(as_text([check]), flush=True)
    return 0 if is_whole(checks) else 1
