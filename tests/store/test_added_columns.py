"""Columns of visits that came later: stores without them still open, are added to and salvaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import storefield

from lightledger.domain import ADDED_COLUMNS, VISIT_COLUMNS
from lightledger.store import content
from lightledger.store.reader import StoreReader
from lightledger.store.wreck import open_wreck


@pytest.fixture
def old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As written before there were these columns."""
    before = tuple(c for c in VISIT_COLUMNS if c.name not in ADDED_COLUMNS)
    monkeypatch.setattr(content, "VISIT_COLUMNS", before)
    path = tmp_path / "old.h5"
    storefield.build(path, [0, 1, 2], 5)
    monkeypatch.undo()
    return path


def test_an_old_store_opens_without_them(old_store: Path) -> None:
    with StoreReader(old_store) as store:
        visits = store.visits("ch1")
    assert set(visits) == {c.name for c in VISIT_COLUMNS}
    assert visits["phase"].tolist() == ["", "", ""]
    assert np.isnan(visits["frame_time_s"]).all()


def test_an_old_store_is_salvaged_without_remarks(old_store: Path) -> None:
    with open_wreck(old_store) as wreck:
        assert wreck.visits("ch1")["aorkey"].tolist() == ["", "", ""]
        assert not [p for p in wreck.problems() if p.severity == "damaged"]


def test_visits_are_added_to_an_old_store(old_store: Path) -> None:
    storefield.build(old_store, [0, 1, 2, 3], 5)
    with StoreReader(old_store) as store:
        assert store.visits("ch1")["phase"].tolist() == ["", "", "", "warm"]
        assert store.has("/bands/ch1/visits/noise_factors")
