"""One small store, ingested once, for the verbs that read."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingested import lightledger
from synthetic import Series


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    Series(n_visit=6).write(folder / "night")
    done = lightledger("ingest", folder / "night", "-o", folder / "field.h5")
    assert done.returncode == 0, done.stderr
    return folder / "field.h5"
