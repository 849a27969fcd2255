"""Benchmarks measure time: they run with ``--benchmark-only``, alone on a quiet machine."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--benchmark-only", default=False):
        pytest.skip("a benchmark: run with --benchmark-only")
