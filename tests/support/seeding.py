"""How often a test of faults is done: ten times in the suite, in earnest by ``make torture``."""

from __future__ import annotations

import os

IN_EARNEST = bool(os.environ.get("LIGHTLEDGER_TORTURE"))


def seeds(in_earnest: int, usually: int = 10) -> range:
    """Seeds for one test."""
    return range(in_earnest if IN_EARNEST else usually)
