"""Memory and disk of an ingest: asked for in plain words, looked at before anything is done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from ingested import lightledger
from synthetic import Series

from lightledger.domain import LightledgerError
from lightledger.ingest.diskneed import disk_need
from lightledger.ingest.plan import make_plan
from lightledger.ingest.request import IngestRequest, parse_size
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2_000_000_000),
        ("512 MB", 512_000_000),
        ("1.5g", 1_500_000_000),
        ("1GiB", 1 << 30),
        (" 64 mib ", 64 << 20),
        ("100000000", 100_000_000),
        ("100000000 B", 100_000_000),
    ],
)
def test_a_size_in_plain_words(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "2 XB", "-1GB", "1,5GB", "2iB", "nan", "1e9"])
def test_what_is_no_size_is_said(text: str) -> None:
    with pytest.raises(LightledgerError, match="is not a size; write 2GB"):
        parse_size(text)


def test_too_little_memory_is_said() -> None:
    with pytest.raises(LightledgerError, match="1 MB of memory is too little; 32 MB is the least"):
        parse_size("1 MB")


def test_the_command_says_a_bad_size_in_one_line(tmp_path: Path) -> None:
    Series(n_visit=2).write(tmp_path / "night")
    done = lightledger("ingest", tmp_path / "night", "-o", tmp_path / "a.h5", "--memory", "lots")
    assert done.returncode == 2
    assert "'lots' is not a size" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_need_is_that_of_the_yardstick(tmp_path: Path) -> None:
    """50,000 objects x 1,200 visits x 20 methods x 2 bands: 24 GB staged, 24 GB published."""
    need = disk_need(tmp_path, 50_000, {"ch1": 1200, "ch2": 1200}, 2400, 20)
    assert 24e9 < need.staging_bytes < 26e9
    assert 24e9 < need.store_bytes < 27e9
    assert need.need_bytes == need.staging_bytes + need.store_bytes
    with_pixels = disk_need(tmp_path, 50_000, {"ch1": 1200}, 0, 20, 4096**2)
    without = disk_need(tmp_path, 50_000, {"ch1": 1200}, 0, 20)
    assert with_pixels.need_bytes - without.need_bytes == 2 * 20 * 4096**2
    assert need.in_words.startswith("disk: ")
    assert "GB needed" in need.in_words
    assert "\n" not in need.in_words


def test_a_dry_run_states_need_and_room(tmp_path: Path) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    store = tmp_path / "a.h5"
    new = lightledger("ingest", tmp_path / "night", "-o", store, "--dry-run", "--json")
    assert "disk: for each 1,000 objects" in new.stderr
    facts = json.loads(new.stdout)["disk"]
    assert not facts["objects_known"]
    assert facts["needed"] == facts["staging"] + facts["store"] > 0
    made = lightledger("ingest", tmp_path / "night", "-o", store, "--memory", "64MB")
    assert made.returncode == 0, made.stderr
    Series(n_visit=5).write(tmp_path / "night", first=3)
    more = lightledger("ingest", tmp_path / "night", "-o", store, "--dry-run", "--json")
    facts = json.loads(more.stdout)["disk"]
    with StoreReader(store) as reader:
        assert facts["objects"] == reader.n_object
    assert facts["objects_known"]
    assert facts["staging"] < facts["store"]  # two visits are measured, five are published


def test_a_full_disk_is_said_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    output = tmp_path / "a.h5"
    plan = make_plan(IngestRequest((tmp_path / "night",), output))
    free = shutil.disk_usage(tmp_path)._replace(free=2000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    with (
        ThreadSubmitter(2) as submitter,
        pytest.raises(LightledgerError, match=r"not enough room: .* needed, 0.0 MB are free"),
    ):
        run(plan, submitter)
    assert not output.exists()
    assert Staging.count(output) == 0


def test_the_staging_goes_only_when_the_store_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    output = tmp_path / "a.h5"
    seen = []
    remove = Staging.remove

    def looked_at(self: Staging) -> None:
        with StoreReader(output) as store:
            seen.append((store.n_visit("R"), Staging.count(output)))
        remove(self)

    monkeypatch.setattr(Staging, "remove", looked_at)
    with ThreadSubmitter(2) as submitter:
        run(make_plan(IngestRequest((tmp_path / "night",), output)), submitter)
    assert seen == [(3, 3)]
    assert Staging.count(output) == 0
