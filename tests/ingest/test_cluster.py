"""Visits measured by real worker processes of dask: the same numbers, and what if they die."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from ingested import lightledger
from synthetic import Series

import lightledger as ll
from lightledger.demo.make import make_demo
from lightledger.domain import Cancelled, Control, LightledgerError
from lightledger.ingest import imagework, measuring
from lightledger.ingest.cluster import ClusterSubmitter, connect
from lightledger.ingest.cluster import submitter as submitter_module
from lightledger.ingest.events import Event, VisitMeasured
from lightledger.ingest.plan import Plan, make_plan
from lightledger.ingest.request import IngestRequest
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

pytest.importorskip("distributed")
dask_cluster = pytest.importorskip("dask_cluster")
dying = pytest.importorskip("dying")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="workers are killed by signals")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dask_cluster.Cluster]:
    with dask_cluster.dask_cluster(tmp_path_factory.mktemp("dask"), n=2) as cluster:
        yield cluster


@pytest.fixture
def submitter(cluster: dask_cluster.Cluster) -> Iterator[ClusterSubmitter]:
    with ClusterSubmitter(cluster.address) as submitter:
        yield submitter


def test_nothing_stays_beside_the_store(night: Plan, cluster: dask_cluster.Cluster) -> None:
    with ClusterSubmitter(cluster.address) as submitter:
        assert submitter.check(night) == []
        assert len(list(night.request.output.parent.glob(".*"))) == 1
    assert list(night.request.output.parent.glob(".*")) == []


@pytest.fixture
def night(tmp_path: Path) -> Plan:
    Series(n_visit=10).write(tmp_path / "night")
    return make_plan(IngestRequest((tmp_path / "night",), tmp_path / "a.h5"))


def test_records_of_the_demo_are_those_of_a_local_run_though_a_worker_is_killed(
    tmp_path: Path, submitter: ClusterSubmitter
) -> None:
    """Values, errors, flags and zero points are equal byte for byte; the visit is tried again."""
    make_demo(tmp_path / "demo")
    for n, path in enumerate(sorted((tmp_path / "demo/per_aor").iterdir())):
        if n >= 5 * 8:  # five visits of two bands, four frames each
            path.unlink()
    here, there = tmp_path / "here.h5", tmp_path / "there.h5"
    with ThreadSubmitter(2) as threads:
        run(make_plan(IngestRequest((tmp_path / "demo",), here)), threads)
    plan = make_plan(IngestRequest((tmp_path / "demo",), there))
    assert submitter.check(plan) == []
    victims = list(dask_cluster.processes_of(submitter._client).values())[:1]

    def kill_one(event: Event) -> None:
        if isinstance(event, VisitMeasured) and victims:
            os.kill(victims.pop(), signal.SIGKILL)

    report = run(plan, submitter, on_event=kill_one)
    assert victims == []
    assert report.visits_measured == 10
    assert report.exit_code == 0
    with StoreReader(here) as local, StoreReader(there) as remote:
        assert list(local.measurements()) == list(remote.measurements())
        for name in local.measurements():
            assert local.records(name).tobytes() == remote.records(name).tobytes()
            ours, theirs = local.zero_points(name), remote.zero_points(name)
            for column in fields(ours):
                np.testing.assert_array_equal(
                    getattr(ours, column.name), getattr(theirs, column.name)
                )


def test_a_visit_that_kills_every_worker_is_refused_and_the_run_goes_on(
    night: Plan, submitter: ClusterSubmitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imagework, "measure_visit", dying.measure_or_die)
    assert submitter.check(night) == []
    report = run(night, submitter)
    (problem,) = (p for p in report.problems if p.severity == "refused")
    assert "2 worker processes died" in problem.what
    assert "002" in problem.visit
    assert report.visits_measured == 9
    assert report.exit_code == 1


def test_cancel_keeps_what_is_finished_and_frees_the_workers(
    night: Plan, submitter: ClusterSubmitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    control, seen = Control(), []

    def cancel_soon(event: Event) -> None:
        if isinstance(event, VisitMeasured):
            seen.append(event.visit)
            monkeypatch.setattr(imagework, "measure_visit", dying.until_cancelled)
            if len(seen) >= 3:
                control.cancel()

    with pytest.raises(Cancelled):
        run(night, submitter, control, cancel_soon)
    assert 3 <= Staging.count(night.request.output) < 10
    dask_cluster.wait_until(lambda: not any(submitter._client.processing().values()), 5)
    monkeypatch.undo()
    report = run(make_plan(night.request), submitter)
    assert sum(report.visits.values()) == 10
    assert report.visits_measured < 8


def test_pause_holds_the_next_visits_back(night: Plan, submitter: ClusterSubmitter) -> None:
    control, seen = Control(), []

    def pause(event: Event) -> None:
        if isinstance(event, VisitMeasured):
            seen.append(event.n_done)
            if event.n_done == 2:
                control.pause()
                # whoever watches resumes when the workers have run dry
                threading.Timer(0.5, resume).start()

    def resume() -> None:
        seen.append(-len(list(night.request.output.parent.glob("*.staging/visits/*.visit"))))
        control.resume()

    run(night, submitter, control, pause)
    staged = -min(seen)
    assert staged <= 2 + submitter.n_workers + measuring.AHEAD
    assert len(seen) == 11


def test_a_scheduler_lost_on_the_way_keeps_what_is_finished(tmp_path: Path) -> None:
    Series(n_visit=10).write(tmp_path / "night")
    plan = make_plan(IngestRequest((tmp_path / "night",), tmp_path / "a.h5"))
    with (
        dask_cluster.dask_cluster(tmp_path, n=1) as cluster,
        ClusterSubmitter(cluster.address) as submitter,
    ):

        def lose(event: Event) -> None:
            if isinstance(event, VisitMeasured) and event.n_done == 3:
                cluster.scheduler.kill()

        with pytest.raises(LightledgerError, match=r"was lost; finished visits are kept"):
            run(plan, submitter, on_event=lose)
    kept = Staging.count(plan.request.output)
    assert 3 <= kept < 10
    with ThreadSubmitter(1) as threads:
        report = run(make_plan(plan.request), threads)
    assert report.visits_measured == 10 - kept


def test_workers_that_are_not_fit_are_named_before_the_run_starts(
    tmp_path: Path, night: Plan, cluster: dask_cluster.Cluster
) -> None:
    """Another version, and a folder that is not there: a line each."""
    other, none = tmp_path / "other", tmp_path / "none"
    metadata = other / "lightledger-0.0.1.dist-info/METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: lightledger\nVersion: 0.0.1\n")
    # older dask asks the module itself
    (other / "sitecustomize.py").write_text("import lightledger as l; l.__version__ = '0.0.1'")
    none.mkdir()

    def said() -> str:
        with ClusterSubmitter(cluster.address) as submitter:
            submitter._client.wait_for_workers(3)
            (line,) = submitter.check(night)
        cluster.stop_worker()
        assert line.startswith("1 worker (tcp://")
        return line

    cluster.add_worker(path=str(other))
    assert "Lightledger 0.0.1 there and" in said()
    frames = night.request.folders[0]
    hidden = f'mount --bind "{none}" "{frames}" && exec "$@"'
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("folders cannot be hidden from a process here")
    cluster.add_worker("unshare", "-m", "sh", "-c", hidden, "sh")
    assert f"{frames} is not seen there" in said()


# ---- the command


def test_the_command_on_processes_of_this_machine(tmp_path: Path) -> None:
    Series(n_visit=4).write(tmp_path / "night")
    done = lightledger(
        "ingest", tmp_path / "night", "-o", tmp_path / "a.h5", "--cluster", "local:1"
    )
    assert done.returncode == 0, done.stderr
    assert "a.h5: " in done.stderr
    assert "Traceback" not in done.stderr
    with ll.open(tmp_path / "a.h5") as field:
        assert len(field.visits("R")["visit"]) == 4


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "'nonsense' is not a cluster; write tcp://HOST:8786, or local:2"),
        ("local:0", "'local:0' is not a cluster"),
        ("tcp://127.0.0.1:1", "no dask scheduler answers at tcp://127.0.0.1:1; start one"),
        ("http://127.0.0.1:1", r"no dask scheduler answers at http://127.0.0.1:1 \(ValueError"),
    ],
)
def test_where_nobody_answers_is_one_line(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "CONNECT_S", 0.5)
    with pytest.raises(LightledgerError, match=said):
        ClusterSubmitter(address)


def test_a_port_that_takes_connections_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(LightledgerError, match="no dask scheduler answers"):
            ClusterSubmitter(address)


def test_an_interrupted_command_says_one_line(tmp_path: Path) -> None:
    """Ctrl+C reaches all processes of a terminal; the workers leave it to the command."""
    Series(n_visit=40, shape=(200, 200)).write(tmp_path / "night")
    words = ["ingest", tmp_path / "night", "-o", tmp_path / "a.h5", "--cluster", "local:1"]
    command = subprocess.Popen(
        [sys.executable, "-m", "lightledger", *map(str, words)],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    staged = tmp_path / "a.h5.staging/visits"
    dask_cluster.wait_until(lambda: staged.is_dir() and len(list(staged.iterdir())) > 2, 200)
    os.killpg(command.pid, signal.SIGINT)
    said = command.communicate()[1]
    assert command.returncode == 130
    assert said.splitlines()[-1] == "lightledger: cancelled; what was finished is kept"
    assert "Traceback" not in said


def test_without_dask_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["distributed"] = None
from lightledger.__main__ import main
sys.exit(main())
"""
    words = ["ingest", str(tmp_path), "-o", str(tmp_path / "a.h5"), "--cluster", "local:2"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'lightledger[cluster]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_no_worker_at_all(night: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitter_module, "WORKER_S", 0.3)
    with (
        dask_cluster.dask_cluster(tmp_path) as cluster,
        ClusterSubmitter(cluster.address) as none,
        pytest.raises(LightledgerError, match="has no workers"),
    ):
        none.check(night)
