"""Real frames, ingested once each the way a user does it: one command, no hints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ingested import Ingested, lightledger


@pytest.fixture(scope="session")
def ingested(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Ingested]:
    """Ingest a folder of the real data, once a session."""
    made: dict[str, Ingested] = {}

    def ingest(folder: str) -> Ingested:
        if folder not in made:
            store = tmp_path_factory.mktemp("real") / "field.h5"
            done = lightledger("ingest", real_data / folder, "-o", store, "--json")
            assert "Traceback" not in done.stderr, done.stderr
            assert done.returncode in (0, 1), done.stderr
            made[folder] = Ingested(store, done.returncode, json.loads(done.stdout), done.stderr)
        return made[folder]

    return ingest
