"""``lightledger export``: light curves as a table."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from .terminal import ProgressBars, cancel_on_interrupt, say


def add_to(app: typer.Typer) -> None:
    app.command("export")(export)
