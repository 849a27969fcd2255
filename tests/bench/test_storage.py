"""The comparison of ways to keep light curves: it agrees with itself and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.bench import pagecache, storage, table
from lightledger.bench.made import Size, mean_of_rows, points
from lightledger.bench.result import KEYS, Result
from lightledger.bench.ways import WAYS, Points
from lightledger.bench.ways.ours import Ours
from lightledger.bench.ways.sqlite_blobs import SqliteBlobs
from lightledger.domain import Cancelled, Control, Flag, LightledgerError, Progress

SMALL = Size(20, 50, 2)
TINY = Size(20, 5, 2)
#: Runs the command with some packages as good as not installed.
WITHOUT = """
import sys
for name in ("duckdb", "zarr", "xarray"):
    sys.modules[name] = None
from lightledger.__main__ import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("run")
    return storage.run(SMALL, folder=folder, seconds=0), folder


def command(*arguments: object, code: str = "") -> subprocess.CompletedProcess[str]:
    program = ["-c", code] if code else ["-m", "lightledger"]
    words = [*program, "bench", *map(str, arguments)]
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)


# ---- the points


@settings(max_examples=30)
@given(st.integers(1, 9), st.integers(1, 40), st.integers(1, 4), st.data())
def test_a_point_is_the_same_from_either_side(
    n_object: int, n_visit: int, n_measurement: int, data: Any
) -> None:
    size = Size(n_object, n_visit, n_measurement)
    i = data.draw(st.integers(0, n_object - 1))
    j = data.draw(st.integers(0, n_visit - 1))
    m = data.draw(st.integers(0, n_measurement - 1))
    curves = points(size, np.array(m), np.arange(n_object)[:, None], np.arange(n_visit))
    visit = points(size, np.arange(n_measurement)[:, None], np.arange(n_object), np.array(j))
    for by_object, by_visit in zip(curves, visit, strict=True):
        np.testing.assert_array_equal(by_object[i, j], by_visit[m, i])


def test_points_look_like_a_field() -> None:
    value, error, flags = points(
        Size(300, 400, 1), np.array(0), np.arange(300)[:, None], np.arange(400)
    )
    missing = np.isnan(value)
    assert 0.01 < missing.mean() < 0.02
    assert ((flags & int(Flag.NOT_FINITE)) != 0)[missing].all()
    assert 0.94 < (flags == 0).mean() < 0.97
    assert (error > 0).all()
    assert np.nanstd(value[0]) < 0.1 * np.nanmean(value[0])


def test_a_mean_leaves_nan_out() -> None:
    value = np.array([[1, 3, np.nan], [np.nan, np.nan, np.nan]], np.float32)
    np.testing.assert_array_equal(mean_of_rows(value), [2, np.nan])


# ---- a run


def test_every_way_that_is_installed_is_measured(run_once: tuple[Result, Path]) -> None:
    """The run itself raises where a way gives other numbers than were written."""
    result, folder = run_once
    assert result.left_out == {}
    assert list(result.ways) == [kind.key for kind in WAYS]
    for kind in WAYS:
        way = result.ways[kind.key]
        assert set(way.median_us) == set(kind.tasks)
        assert all(us > 0 for us in way.median_us.values())
        assert way.write_s > 0
        assert way.file_bytes > 7 * SMALL.points  # nothing compresses noise
    assert list(folder.iterdir()) == []


def test_keys_that_scripts_rely_on(run_once: tuple[Result, Path]) -> None:
    facts = json.loads(json.dumps(run_once[0].to_json()))
    assert facts["points"] == 2000
    assert {"objects", "visits", "measurements", "machine", "left_out", "notes"} <= set(facts)
    for way in facts["ways"].values():
        assert {"title", "how", "uses", "file_bytes", "files", "write_mb_s"} <= set(way)
        assert {"cold_bytes", "cold_reads", "cold_trials", *KEYS} <= set(way)
        assert set(way["ratios"]) == set(KEYS)
    assert facts["ways"]["lightledger"]["ratios"]["one_us"] == 1
    blob = facts["ways"]["sqlite_struct"]
    ratio = blob["one_us"] / facts["ways"]["lightledger"]["one_us"]
    assert blob["ratios"]["one_us"] == pytest.approx(ratio)


def test_the_tables_name_every_way_and_how_it_was_read(run_once: tuple[Result, Path]) -> None:
    result = run_once[0]
    text = table.plain("measured", table.measured_rows(result))
    lines = text.splitlines()
    assert len(lines) == 1 + len(WAYS)
    assert len({len(line) for line in lines}) == 1
    assert "1.00 x" in table.ratio_rows(result)[0]
    notes = "\n".join(table.footnotes(result))
    assert all(kind.title in text and kind.how in notes for kind in WAYS)


@pytest.mark.parametrize(
    ("us", "said"),
    [(0.9512, "0.951 us"), (12.34, "12.3 us"), (999.7, "1.00 ms"), (45678, "45.7 ms"),
     (3.2e6, "3.20 s"), (9.996, "10.0 us"), (4e9, "4,000 s")],
)  # fmt: skip
def test_three_digits(us: float, said: str) -> None:
    assert table.duration(us) == said


class Wrong(SqliteBlobs):
    """Gives a flag too many."""

    def one(self, index: int, measurement: int) -> Points:
        value, error, flags = super().one(index, measurement)
        return value, error, flags | np.uint16(1)


class Broken(SqliteBlobs):
    def open(self) -> None:
        raise RuntimeError("no such\ntable")


@pytest.mark.parametrize(("kind", "said"), [(Wrong, "other numbers"), (Broken, "no such table")])
def test_a_way_that_fails_or_disagrees_is_an_error(
    kind: type, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "WAYS", (Ours, kind))
    with pytest.raises(LightledgerError, match=said) as error:
        storage.run(TINY, folder=tmp_path, with_cold=False, seconds=0)
    assert kind.title in str(error.value)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def cancelled_at(stage: str) -> tuple[Control, Callable[[Progress], None]]:
    control = Control()

    def report(progress: Progress) -> None:
        if progress.stage.startswith(stage):
            control.cancel()

    return control, report


@pytest.mark.parametrize(
    "stage",
    ["writing lightledger", "writing sqlite_rows", "writing zarr", "one light curve, not",
     "comparing", "reading everything", "a scan"],
)  # fmt: skip
def test_cancelling_leaves_nothing_behind(stage: str, tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    control, report = cancelled_at(stage)
    kept = ["sqlite_rows", "zarr"]
    with pytest.raises(Cancelled):
        storage.run(TINY, only=kept, folder=tmp_path, seconds=0, control=control, report=report)
    assert list(tmp_path.iterdir()) == []


# ---- what is in memory


def test_files_leave_memory_and_their_bytes_are_counted(tmp_path: Path) -> None:
    if not pagecache.can_tell():
        pytest.skip("this system cannot tell what is in memory")
    path = tmp_path / "file"
    path.write_bytes(bytes(1 << 22))
    pagecache.sync([path])
    assert pagecache.share([path]) == 1
    pagecache.drop([path])
    if pagecache.share([path]):
        pytest.skip("files of this folder stay in memory")
    before = pagecache.bytes_from_disk()
    with path.open("rb", buffering=0) as file:
        file.seek(1 << 21)
        file.read(4096)
    assert pagecache.bytes_from_disk() - before >= 4096
    assert pagecache.runs(pagecache.resident([path])) == 1


def test_runs_do_not_join_two_files() -> None:
    assert pagecache.runs(np.array([True, True, False, True])) == 2
    assert pagecache.runs(np.zeros(0, bool)) == 0


# ---- the command


def test_what_is_not_installed_is_left_out_by_name(tmp_path: Path) -> None:
    done = command(
        "storage", "--objects", 20, "--visits", 5, "--measurements", 1, "--json",
        "--only", "duckdb,zarr,sqlite_frombuffer", "--no-cold", "--folder", tmp_path, code=WITHOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["left_out"] == {
        "DuckDB": "duckdb is not installed",
        "Zarr, xarray": "zarr is not installed",
    }
    assert list(facts["ways"]) == ["lightledger", "sqlite_frombuffer"]
    assert facts["ways"]["lightledger"]["cold_us"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["drawings"], "drawings"),
        ([], "Missing command"),
        (["storage", "--only", "duck"], "did you mean duckdb"),
        (["storage", "--objects", 10**9, "--only", "pread"], "not enough room"),
        (["storage", "--objects", 0], "objects"),
        (["storage", "--folder", "/no/such/folder"], "/no/such/folder"),
        (["storage", "--png", "/no/such/folder/a.png"], "/no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[object], said: str) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    stages: dict[str, Progress] = {}
    storage.run(
        TINY, only=["hdf5_chunks"], folder=tmp_path, with_cold=False, seconds=0,
        report=lambda p: stages.__setitem__(p.stage, p),
    )  # fmt: skip
    assert "writing hdf5_chunks" in stages
    others = [stage for stage in stages if not stage.startswith("writing lightledger, ")]
    unfinished = [stages[stage] for stage in others if stages[stage].done != stages[stage].total]
    assert unfinished == []
