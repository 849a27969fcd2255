"""``lightledger report``: the same answer right after a run and ever after."""

from __future__ import annotations

import json
from pathlib import Path

from ingested import lightledger
from synthetic import Series


def test_after_a_run_and_later(tmp_path: Path) -> None:
    Series(n_visit=8).write(tmp_path / "night")
    store = tmp_path / "field.h5"
    run = lightledger("ingest", tmp_path / "night", "-o", store, "--json")
    assert run.returncode == 0, run.stderr
    assert "R: relative scatter" in run.stderr
    assert "best type: sci-aper_r" in run.stderr
    then = json.loads(run.stdout)["quality"]
    later = json.loads(lightledger("report", store, "--json").stdout)
    assert later == {"store": str(store)} | then
    assert later["n_points"] == later["n_measured"] + later["n_flagged"]
    (band,) = later["bands"]
    assert set(band["best"]) <= set(band["scatter"])
    text = lightledger("report", store).stdout
    for words in ("relative scatter (%)", "sci-aper_r3", "most variable by R_"):
        assert words in text
    drawn = lightledger("report", store, "--png", tmp_path / "r.png")
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_no_store_is_one_line(tmp_path: Path) -> None:
    done = lightledger("report", tmp_path / "none.h5")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
